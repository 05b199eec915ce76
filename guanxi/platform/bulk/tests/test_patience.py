"""A statement that takes too long is given up by the database itself, and told as what it is."""

from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection, transaction

from guanxi.platform.bulk import Fault, fault_of, limit_statements
from guanxi.platform.bulk.tests.fakes import Shelf

#: Would take a minute.
LONG = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000) SELECT count(*) FROM n"
LONGER_THAN = 0.1


@pytest.fixture
def hurried(shared) -> Iterator[None]:
    """A tenth of a second for each statement of this thread."""
    limit_statements(LONGER_THAN)
    yield
    limit_statements(0)


def fails(sql: str) -> Fault | None:
    with connection.cursor() as cursor, pytest.raises(DatabaseError) as caught:
        cursor.execute(sql)
        cursor.fetchall()
    return fault_of(caught.value)


def test_what_takes_too_long_is_given_up_and_the_next_statement_is_answered(hurried):
    assert fails(LONG) is Fault.HEAVY
    assert Shelf._base_manager.count() == 0
    assert fails(LONG) is Fault.HEAVY


def test_a_transaction_that_meets_one_leaves_nothing(hurried):
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        Shelf._base_manager.create(code="lost")
        with connection.cursor() as cursor:
            cursor.execute(LONG)
            cursor.fetchall()
    assert fault_of(caught.value) is Fault.HEAVY
    assert not Shelf._base_manager.exists()
    Shelf._base_manager.create(code="kept")
    assert Shelf._base_manager.get().code == "kept"


def test_a_connection_that_is_opened_later_is_bound_as_well(hurried):
    if connection.vendor == "postgresql":  # a database in memory ends with its connection
        connection.close()
    assert fails(LONG) is Fault.HEAVY


def test_whoever_wraps_statements_meanwhile_gets_their_own_wrapper_back(shared):
    seen = []

    def note(execute, sql, params, many, context):
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        limit_statements(LONGER_THAN)
    try:
        assert note not in connection.execute_wrappers
        assert fails(LONG) is Fault.HEAVY
        assert seen == []
    finally:
        limit_statements(0)


def test_without_a_limit_nothing_is_given_up(shared):
    limit_statements(LONGER_THAN)
    limit_statements(0)
    with connection.cursor() as cursor:
        cursor.execute(LONG.replace("100000000", "1000000"))
        assert cursor.fetchone() == (1_000_000,)
