"""How long one statement of this process may take, once per dialect: the database gives up what takes longer
(``Fault.HEAVY``), so that one question cannot keep everybody else waiting."""

import math
import time
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connections
from django.db.backends.signals import connection_created

#: So many steps of SQLite's machine lie between two looks at the clock: well below a millisecond.
STEPS = 10_000
#: Share of the time after which a wait for a lock is given up, so that it is told as what it is (``Fault.BUSY``).
LOCKED = 2 / 3

_SET = "SELECT set_config('statement_timeout', %s, false), set_config('lock_timeout', %s, false)"

_seconds = 0.0
_told: WeakKeyDictionary[Any, float] = WeakKeyDictionary()


def limit_statements(seconds: float) -> None:
    """Bounds every statement of the connections that this process opens from now on, and of those open in this thread;
    0: no bound. Not within a transaction. On SQLite rows that are fetched later count as well."""
    global _seconds
    _seconds = seconds
    connection_created.connect(_bound, dispatch_uid=__name__)
    for connection in connections.all(initialized_only=True):
        if connection.connection is not None:
            _bound(connection=connection)


def _bound(connection: Any, **_signal: Any) -> None:
    """Receiver of ``connection_created``; costs a statement once per connection to a server, not once per request."""
    if connection.vendor == "sqlite":
        _bound_sqlite(connection)
    elif _told.get(connection.connection, 0.0) != _seconds:
        # Not through the connection of Django, which is not ready before this signal is over.
        connection.connection.execute(_SET, [_milliseconds(_seconds), _milliseconds(_seconds * LOCKED)])
        _told[connection.connection] = _seconds


def _milliseconds(seconds: float) -> str:
    return str(round(seconds * 1000))


class _Watch:
    """Notes when each statement of a connection begins, and says when it has gone on for too long."""

    def __init__(self) -> None:
        self.until = math.inf

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        self.until = time.monotonic() + _seconds if _seconds else math.inf
        return execute(sql, params, many, context)

    def over(self) -> bool:
        return time.monotonic() > self.until


def _bound_sqlite(connection: Any) -> None:
    watch = next((one for one in connection.execute_wrappers if isinstance(one, _Watch)), None)
    if watch is None:
        if not _seconds:
            return
        watch = _Watch()
        # In front: whoever wraps statements for a while takes away the last one again.
        connection.execute_wrappers.insert(0, watch)
    watch.until = math.inf
    connection.connection.set_progress_handler(watch.over if _seconds else None, STEPS)
