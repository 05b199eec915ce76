"""Dying on purpose, to prove that dying loses nothing.

With ``CRASH_AT=n`` in the environment a job's thread ends the process, as ``kill -9`` would, when it crosses
the n-th crash point: before each SQL statement, before each commit and after it, and wherever the code
says ``crash_point("name")``. Without the variable nothing is installed.
"""

import itertools
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import connections

STATUS = 137  # what a shell reports for a process killed by signal 9
_armed = threading.local()
_crossings = itertools.count(1)


def crash_at() -> int:
    return int(os.environ.get("CRASH_AT") or 0)


def crash_point(name: str) -> None:
    """Die here if it is this crossing's turn. ``name`` is for whoever reads the code or sets CRASH_TRACE."""
    limit = getattr(_armed, "limit", 0)
    if not limit:
        return
    crossing = next(_crossings)
    if os.environ.get("CRASH_TRACE"):
        os.write(2, f"crash point {crossing}: {name}\n".encode())
    if crossing >= limit:
        os._exit(STATUS)


def _before_statement(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    crash_point(str(sql)[:60])
    return execute(sql, params, many, context)


def _around_commit(commit: Callable[[], Any]) -> Callable[[], Any]:
    def wrapped() -> Any:
        crash_point("before commit")
        result = commit()
        crash_point("after commit")
        return result

    return wrapped


@contextmanager
def armed(limit: int | None = None) -> Iterator[None]:
    """Count the crash points that the current thread crosses, on all its database connections."""
    limit = crash_at() if limit is None else limit
    if not limit:
        yield
        return
    _armed.limit = limit
    with ExitStack() as stack:
        for connection in connections.all():
            stack.enter_context(connection.execute_wrapper(_before_statement))
            commit = connection.commit
            connection.commit = _around_commit(commit)  # type: ignore[method-assign]
            stack.callback(setattr, connection, "commit", commit)
        try:
            yield
        finally:
            _armed.limit = 0
