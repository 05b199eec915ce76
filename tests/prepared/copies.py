"""Copies of migrated databases: files in var/prepared for SQLite, databases beside the others on our own server."""

import fcntl
import hashlib
import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.commands import migrate as command
from django.db import connections

from guanxi.platform.events.operations import in_test_run
from tools.shell import ROOT

HOME = ROOT / "var" / "prepared"
#: Where the sources lie that decide what a migrated database holds: its rows tell of fields, rights and commands, too.
SOURCES = (ROOT / "guanxi", ROOT / "tests" / "fakes", ROOT / "tests" / "prepared")
KINDS = ("py", "json", "csv", "po")
UNUSED_FOR = 24 * 3600  # seconds


@cache
def digest() -> str:
    """Names the program that a copy was made by."""
    return _digest(file for folder in SOURCES for kind in KINDS for file in folder.rglob(f"*.{kind}"))


@cache
def tables() -> str:
    """Names the migrations of the program: tables alone follow from them, whatever else is written."""
    return _digest(file for folder in SOURCES for file in folder.rglob("migrations/*.py"))


def _digest(files: Iterable[Path]) -> str:
    # A database of a test run lets events be deleted (CreateGuard), which one of a program that tests start must not.
    total = hashlib.sha256(f"{sys.version} {settings.INSTALLED_APPS} {in_test_run()}".encode())
    total.update((ROOT / "requirements.txt").read_bytes())
    for file in sorted(files):
        total.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return total.hexdigest()[:24]


def fill(connection: Any, migrate: Callable[[], None]) -> None:
    """Bring a database up to date: an empty one from the copy where there is one, else from one of the tables alone, else by
    migrating. What the program writes into new tables comes last, so that only a change of migrations takes long."""
    wanted = os.environ.get("GUANXI_PREPARED", "1") != "0"
    if not wanted or not possible(connection) or connection.introspection.table_names():
        migrate()
        return
    with taking_turns():
        if take(connection, digest()):
            return
        if not take(connection, tables()):
            with _nothing_written():
                migrate()
            keep(connection, tables())
        migrate()
        keep(connection, digest())


@contextmanager
def _nothing_written() -> Iterator[None]:
    """Migrations alone: nobody is told that tables are there."""
    told, command.emit_post_migrate_signal = command.emit_post_migrate_signal, lambda *args, **kwargs: None
    try:
        yield
    finally:
        command.emit_post_migrate_signal = told


def fill_all() -> None:
    """Bring every database up to date."""
    for connection in connections.all():
        fill(connection, partial(call_command, "migrate", database=connection.alias, verbosity=0))


def fill_folder(folder: Path, name: str, make: Callable[[], None]) -> None:
    """Make a data folder that no process uses yet, or copy the one of this name that the same program made before."""
    kept = HOME / digest() / name
    with taking_turns(name):
        if kept.exists():
            shutil.copytree(kept, folder, dirs_exist_ok=True)
            return
        make()
        kept.parent.mkdir(exist_ok=True)
        new = kept.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        shutil.copytree(folder, new)
        new.rename(kept)


@contextmanager
def taking_turns(over: str = "databases") -> Iterator[None]:
    """Of processes that begin together one does the work; the others wait for its copy."""
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / f"{over}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def possible(connection: Any) -> bool:
    """A server that is not our own is left without further databases."""
    return connection.vendor == "sqlite" or bool(os.environ.get("GUANXI_OWN_SERVER"))


def lasting(connection: Any) -> bool:
    """Whether a copy is there the next time: a private server goes with its run, one of GUANXI_OWN_SERVER=lasting stays."""
    return connection.vendor == "sqlite" or os.environ.get("GUANXI_OWN_SERVER") == "lasting"


def take(connection: Any, name: str) -> bool:
    """Fill an empty database from the copy of this name; False where there is none."""
    return _take_file(connection, name) if connection.vendor == "sqlite" else _take_database(connection, name)


def keep(connection: Any, name: str) -> None:
    """Copy a database that has just been migrated, for those to come."""
    if connection.vendor == "sqlite":
        _keep_file(connection, name)
    else:
        _on_server(connection, name, "CREATE DATABASE {copy} TEMPLATE {own}")


def _file(connection: Any, name: str) -> Path:
    return HOME / name / f"{connection.alias}.sqlite3"


def _take_file(connection: Any, name: str) -> bool:
    file = _file(connection, name)
    if not file.exists():
        return False
    os.utime(file.parent)
    connection.ensure_connection()
    with closing(sqlite3.connect(file)) as source:
        source.backup(connection.connection)
    return True


def _keep_file(connection: Any, name: str) -> None:
    file = _file(connection, name)
    file.parent.mkdir(exist_ok=True)
    made = file.with_suffix(".new")
    made.unlink(missing_ok=True)
    connection.ensure_connection()
    with closing(sqlite3.connect(made)) as target:
        connection.connection.backup(target)
        # A copy in memory could not be read with the log of a file.
        target.execute("PRAGMA journal_mode=DELETE")
    made.rename(file)
    for other in HOME.iterdir():
        if other.is_dir() and other.stat().st_mtime < time.time() - UNUSED_FOR:
            shutil.rmtree(other, ignore_errors=True)


def _take_database(connection: Any, name: str) -> bool:
    if not _on_server(connection, name, "SELECT 1 FROM pg_database WHERE datname = {copy_text}"):
        return False
    _on_server(connection, name, "DROP DATABASE {own} WITH (FORCE)")
    _on_server(connection, name, "CREATE DATABASE {own} TEMPLATE {copy}")
    return True


def _on_server(connection: Any, name: str, statement: str) -> list[tuple[Any, ...]]:
    """Run one statement from outside of the database: PostgreSQL copies only what nobody is connected to."""
    from psycopg import sql

    connection.close()
    connection.close_pool()
    names = {"own": connection.settings_dict["NAME"], "copy": f"prepared_{name}"}
    with connection._nodb_cursor() as cursor:
        parts = {name: sql.Identifier(text) for name, text in names.items()}
        cursor.execute(sql.SQL(statement).format(**parts, copy_text=sql.Literal(names["copy"])))
        return cursor.fetchall() if cursor.description else []
