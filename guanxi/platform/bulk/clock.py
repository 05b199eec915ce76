"""The clock of the database's machine beside our own."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.db import DEFAULT_DB_ALIAS, connections

#: Further apart than this, leases, sessions and one-time codes begin to go wrong.
WORRYING = timedelta(seconds=60)


def now() -> datetime:
    """This machine's time."""
    return datetime.now(UTC)


def skew(clock: Callable[[], datetime] = now, *, using: str = DEFAULT_DB_ALIAS) -> timedelta:
    """How far the database's clock is ahead of ours, to within the time of one statement. Zero on SQLite, which has no
    other clock than ours. Raises django.db.Error."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return timedelta(0)
    before = clock()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (theirs,) = cursor.fetchone()
    return theirs - (before + (clock() - before) / 2)
