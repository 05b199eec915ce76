"""What bare tools need for the same work in the same run: the driver, COPY or executemany, csv and zip."""

import csv
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.db import connection, models

Statement = tuple[str, Sequence[Any]]


def statements(work: Callable[[], Any]) -> list[Statement]:
    """The statements that some work sends to the database, with their parameters, for use by the driver."""
    found: list[Statement] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        found.append((sql, tuple(params or ())))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        work()
    return found


class Driver:
    """The database's own driver with one connection, without Django."""

    def __init__(self) -> None:
        options = settings.DATABASES["default"]
        self.sqlite = connection.vendor == "sqlite"
        if self.sqlite:
            self.connection: Any = sqlite3.connect(options["NAME"], isolation_level=None)
            self.connection.executescript(settings.SQLITE_PRAGMAS.format(sync="FULL"))
        else:
            import psycopg

            names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
            found = {name: options[key] for name, key in names.items() if options[key]}
            # As Django does: a plan made once for all parameters may be another one.
            self.connection = psycopg.connect(
                **found, autocommit=True, prepare_threshold=None, cursor_factory=psycopg.ClientCursor
            )

    def close(self) -> None:
        self.connection.close()

    def placed(self, sql: str) -> str:
        """The driver's way to write parameters."""
        return sql.replace("%s", "?").replace("%%", "%") if self.sqlite else sql

    def fetch(self, wanted: Iterable[Statement]) -> float:
        """Seconds to run the statements and fetch all they find."""
        begin = time.perf_counter()
        for sql, params in wanted:
            self.connection.execute(self.placed(sql), params).fetchall()
        return time.perf_counter() - begin

    def pass_over(self, sql: str) -> None:
        """Read all rows of a statement, a part of them at a time."""
        if self.sqlite:
            cursor = self.connection.execute(sql)
        else:
            self.connection.execute("BEGIN")
            cursor = self.connection.cursor("pass")  # a cursor of the server: without a name it would fetch all at once
            cursor.execute(sql)
        while cursor.fetchmany(2_000):
            pass
        cursor.close()
        if not self.sqlite:
            self.connection.execute("COMMIT")

    def scratch(self, model: type[models.Model], name: str) -> None:
        """An empty table equal to the model's, with its indexes and constraints, under another name."""
        table, run = model._meta.db_table, self.connection.execute
        run(f"DROP TABLE IF EXISTS {name}")
        if not self.sqlite:
            run(f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)")
            return
        made = run(
            "SELECT name, sql FROM sqlite_master WHERE tbl_name = ? AND type IN ('table', 'index') AND sql <> '' ORDER BY type DESC",
            (table,),
        )
        for original, sql in made.fetchall():
            sql = sql.replace(f'"{table}"', f'"{name}"', 2)
            run(sql if original == table else sql.replace(f'"{original}"', f'"{name}_{original}"', 1))

    def copy_rows(self, columns: list[str], rows: list[tuple], name: str, chunk: int) -> float:
        """Seconds to write rows in chunks of a transaction each: executemany on SQLite, COPY on PostgreSQL."""
        names = ", ".join(columns)
        marks = ", ".join(["?"] * len(columns))
        begin = time.perf_counter()
        for at in range(0, len(rows), chunk):
            part = rows[at : at + chunk]
            if self.sqlite:
                self.connection.execute("BEGIN IMMEDIATE")
                self.connection.executemany(f"INSERT INTO {name} ({names}) VALUES ({marks})", part)
                self.connection.execute("COMMIT")
            else:
                with self.connection.cursor().copy(f"COPY {name} ({names}) FROM STDIN") as copy:
                    for row in part:
                        copy.write_row(row)
        return time.perf_counter() - begin

    def rows_of(self, model: type[models.Model], condition: str, limit: int) -> tuple[list[str], list[tuple]]:
        """(columns, rows) of a table as the driver gives them, newest first."""
        table = model._meta.db_table
        cursor = self.connection.execute(f"SELECT * FROM {table} {condition} ORDER BY id DESC LIMIT {limit}")
        names = [column[0] for column in cursor.description]
        return names, [self._storable(row) for row in cursor.fetchall()]

    def _storable(self, row: tuple) -> tuple:
        if self.sqlite:
            return row
        from psycopg.types.json import Jsonb

        return tuple(Jsonb(value) if isinstance(value, (dict, list)) else value for value in row)

    def timed_transaction(self, wanted: Iterable[Statement]) -> float:
        """Seconds to carry out the statements in one transaction with its commit."""
        begin = time.perf_counter()
        self.connection.execute("BEGIN IMMEDIATE" if self.sqlite else "BEGIN")
        for sql, params in wanted:
            self.connection.execute(self.placed(sql), params)
        self.connection.execute("COMMIT")
        return time.perf_counter() - begin


def plain_csv(rows: Sequence[Sequence[Any]], target: Path) -> float:
    """Seconds that the csv module needs for rows in memory."""
    begin = time.perf_counter()
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    return time.perf_counter() - begin


def plain_xlsx(rows: Sequence[Sequence[Any]], target: Path) -> float:
    """Seconds for a sheet of inline strings in a zip of the fastest level: the least that a workbook costs."""
    begin = time.perf_counter()
    with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=1) as package, package.open("sheet.xml", "w") as sheet:
        for at in range(0, len(rows), 1_000):
            lines = [
                "<row>" + "".join([f'<c t="inlineStr"><is><t>{escape(str(v))}</t></is></c>' for v in row]) + "</row>"
                for row in rows[at : at + 1_000]
            ]
            sheet.write("".join(lines).encode())
    return time.perf_counter() - begin
