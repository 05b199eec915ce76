"""Leaving nothing in the files of the database of what was overwritten or deleted."""

from django.db import connections


def scrub() -> None:
    """Empty SQLite's write-ahead logs into the files, where ``secure_delete`` has overwritten what was erased; a log that
    somebody is reading is emptied by a later call. PostgreSQL cleans its pages by itself (autovacuum). Does nothing inside
    a transaction."""
    for connection in connections.all():
        if connection.vendor == "sqlite" and not connection.in_atomic_block:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
