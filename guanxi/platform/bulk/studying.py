"""What the database knows of how its values are spread, by which it chooses among indexes."""

from django.db import connections

#: So many entries of each index are looked at: a fifth of a second for twenty million rows.
LOOKED_AT = 1_000


def study() -> None:
    """Let SQLite look at its indexes anew, for connections opened from then on; PostgreSQL does so by itself (autovacuum). Does
    nothing inside a transaction. Of a full-text index nothing must be known, which looks after itself: told that it was nearly
    empty once, SQLite goes on to read its growing tables from end to end for every row that comes in."""
    for connection in connections.all():
        if connection.vendor != "sqlite" or connection.in_atomic_block:
            continue
        quoted = connection.ops.quote_name
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA analysis_limit={LOOKED_AT}")
            # Without an index there is nothing to choose, and the rows would be counted. One by one, so that nobody waits long.
            cursor.execute("SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'index'")
            for (table,) in cursor.fetchall():
                cursor.execute(f"ANALYZE {quoted(table)}")
            cursor.execute(
                "DELETE FROM sqlite_stat1 WHERE EXISTS (SELECT 1 FROM sqlite_master AS made "
                "WHERE made.sql LIKE 'CREATE VIRTUAL TABLE%%' AND sqlite_stat1.tbl GLOB made.name || '_*')"
            )
        connection.close()  # it still goes by what was taken out again
