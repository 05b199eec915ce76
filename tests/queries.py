"""Counting the statements of one action, for every test that does: without those that a process sends by the clock."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

#: Fixtures of the name that pytest-django gives them.
Asserted = Callable[[int], AbstractContextManager["Statements"]]


def is_clockwork(sql: str) -> bool:
    """What a process asks once a second or two, whichever request comes first: configuration, reference data, networks."""
    return (
        "entities_configuration" in sql
        # How much somebody has looked at, every twenty pages.
        or ("COUNT(DISTINCT" in sql and "audit_trace" in sql)
        or ("MAX(" in sql and "refdata_" in sql)
        or ('"access_role"."key" IN' in sql and sql.startswith('SELECT "access_role"."id"'))
        or sql.startswith(('SELECT "signin_usernetwork"."user_id"', 'SELECT "signin_rolenetwork"."role_id"'))
    )


class Statements:
    """The statements to every database within the block: ``with Statements() as found: …; len(found)``."""

    def __init__(self) -> None:
        self._captured = [CaptureQueriesContext(connections[alias]) for alias in connections]
        self._stack = ExitStack()

    def __enter__(self) -> "Statements":
        for one in self._captured:
            self._stack.enter_context(one)
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def __iter__(self) -> Iterator[str]:
        sent = (query["sql"] for one in self._captured for query in one.captured_queries)
        return (sql for sql in sent if not is_clockwork(sql))

    def __len__(self) -> int:
        return sum(1 for _sql in self)


@contextmanager
def expected(fits: Callable[[int], bool], wanted: str) -> Iterator[Statements]:
    """Fail with the statements unless their number fits."""
    with Statements() as found:
        yield found
    if not fits(len(found)):
        pytest.fail("\n".join([f"{len(found)} statements instead of {wanted}", *found]))


@pytest.fixture
def django_assert_num_queries() -> Asserted:
    return lambda number: expected(lambda found: found == number, str(number))


@pytest.fixture
def django_assert_max_num_queries() -> Asserted:
    return lambda number: expected(lambda found: found <= number, f"at most {number}")
