"""The door through which rows of append-only tables may go: for the length of one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, transaction

from guanxi.platform.events.operations import GUARD_TABLE


@contextmanager
def opened(reason: str, *, using: str = "default") -> Iterator[None]:
    """Let rows be deleted (never changed) inside the block, which is one transaction.

    Raises django.db.Error where the application's role may not open the guard.
    """
    with transaction.atomic(using=using):
        with connections[using].cursor() as cursor:
            cursor.execute(f"INSERT INTO {GUARD_TABLE} VALUES (%s)", [reason])  # noqa: S608 a constant
        yield
        with connections[using].cursor() as cursor:
            cursor.execute(f"DELETE FROM {GUARD_TABLE} WHERE reason = %s", [reason])  # noqa: S608 a constant
