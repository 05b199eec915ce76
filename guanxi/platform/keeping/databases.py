"""Connections of our own: a still picture of the database to read from, an empty one to restore into, and the exchange.

SQLite: a read transaction in WAL mode is a still picture that holds up no writer; the scratch database is a file beside the
business file and comes into its place by SQLite's own copy, page by page in one transaction, under all open connections.
PostgreSQL: REPEATABLE READ; the scratch database is a schema, and the exchange renames two schemas in one transaction.
No server programs are needed for either. This is the one place of the room with SQL of its own.
"""

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection, connections, transaction
from django.utils.translation import gettext_noop

from guanxi.platform.keeping.errors import ArchiveError

STILL, SCRATCH = "keeping_still", "keeping_scratch"
SCHEMA, BEFORE = "guanxi_scratch", "guanxi_before"
#: A scratch database is thrown away after a crash: nothing is gained by waiting for the disk.
FAST = "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;"


def _register(alias: str, **changes: Any) -> None:
    """Make a connection known. Its name stays: others may be going through the names just now."""
    made = deepcopy(connections["default"].settings_dict)
    options = {name: value for name, value in made["OPTIONS"].items() if name != "pool"}
    made |= {
        "OPTIONS": options | changes.pop("options", {}),
        "TEST": {**made.get("TEST", {}), "MIRROR": None},
        **changes,
    }
    if alias in connections.settings:
        connections[alias].close()
        del connections[alias]
    connections.settings = {**connections.settings, alias: made}


@contextmanager
def still() -> Iterator[str]:
    """The database as of now, whatever is written meanwhile; gives the alias to read with."""
    if connection.vendor == "sqlite":
        _register(STILL, options={"transaction_mode": "DEFERRED"})
    else:
        from psycopg import IsolationLevel

        _register(STILL, options={"isolation_level": IsolationLevel.REPEATABLE_READ})
    try:
        with transaction.atomic(using=STILL):
            with connections[STILL].cursor() as cursor:
                cursor.execute("SELECT 1 FROM django_migrations")  # from here on nothing moves
            yield STILL
    finally:
        connections[STILL].close()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """There is one scratch database: a second use waits for the first."""
    with (folder / ".scratch.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def scratch(folder: Path) -> Iterator[str]:
    """An empty database for the length of the block; gives its alias."""
    with _alone(folder), _scratch(folder) as alias:
        yield alias


@contextmanager
def _scratch(folder: Path) -> Iterator[str]:
    if connection.vendor == "sqlite":
        path = scratch_file(folder)
        _remove(path)
        _register(SCRATCH, NAME=path, options={"init_command": FAST})
    else:
        _refuse_without_right()
        _run(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE", f"CREATE SCHEMA {SCHEMA}")
        _register(SCRATCH, options={"options": f"-c search_path={SCHEMA}"})
    try:
        yield SCRATCH
    finally:
        connections[SCRATCH].close()
        if connection.vendor == "sqlite":
            _remove(scratch_file(folder))
        else:
            _run(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")


def scratch_file(folder: Path) -> Path:
    return folder / "scratch.sqlite3"


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _run(*statements: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _refuse_without_right() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_database_privilege(current_database(), 'CREATE')")
        (may,) = cursor.fetchone()
    if not may:
        raise ArchiveError(
            gettext_noop(
                "The program's database role may not make a schema. Run the command with the owner's role: "
                "DATABASE_URL=… python3 run.py restore"
            ),
            code="no_right",
        )


def exchange(alias: str) -> None:
    """Put the scratch database into the place of the business one, in one step. Raises ArchiveError if it may not."""
    if connection.vendor == "sqlite":
        _exchange_file(alias)
    else:
        call_command("createcachetable", database=alias, verbosity=0)
        connections[alias].close()
        _exchange_schema()
    connections["default"].close()


def _exchange_file(alias: str) -> None:
    path = connections[alias].settings_dict["NAME"]
    connections[alias].close()
    connections["default"].close()
    source = sqlite3.connect(path)
    target = sqlite3.connect(str(connections["default"].settings_dict["NAME"]), timeout=60, uri=True)
    try:
        source.backup(target)
    finally:
        source.close()
        target.close()


def _exchange_schema() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_schema(), pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = current_schema()"
        )
        name, ours = cursor.fetchone()
        if not ours:
            raise ArchiveError(
                gettext_noop(
                    "The program's database role does not own its schema. Run the command with the owner's role: "
                    "DATABASE_URL=… python3 run.py restore"
                ),
                code="no_right",
            )
        cursor.execute(
            "SELECT extname FROM pg_extension JOIN pg_namespace ON extnamespace = pg_namespace.oid WHERE nspname = %s",
            [name],
        )
        extensions = [row[0] for row in cursor.fetchall()]
    quote = connection.ops.quote_name
    _run(
        *(f"ALTER EXTENSION {quote(one)} SET SCHEMA {SCHEMA}" for one in extensions),
        f"DROP SCHEMA IF EXISTS {BEFORE} CASCADE",
        f"ALTER SCHEMA {quote(name)} RENAME TO {BEFORE}",
        f"ALTER SCHEMA {SCHEMA} RENAME TO {quote(name)}",
    )
    _run(f"DROP SCHEMA {BEFORE} CASCADE")
