"""Migration operation that lets the database itself refuse to change or delete rows (SQLite and PostgreSQL)."""

from collections.abc import Mapping
from typing import Any

from django.core import mail
from django.db import router
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

GUARD_TABLE = "events_guard"
"""While this table holds a row, rows may be deleted. It is no Django model, so that ``flush`` leaves it alone."""

_SQLITE = """
CREATE TRIGGER {table}_keep_columns BEFORE UPDATE OF {kept} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
CREATE TRIGGER {table}_keep_rows BEFORE DELETE ON {table} WHEN NOT EXISTS (SELECT 1 FROM {guard})
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
"""
_SQLITE_ERASE = """
CREATE TRIGGER {table}_erase BEFORE UPDATE OF {columns} ON {table} WHEN NOT ({shape})
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
"""
_SQLITE_FILL_ONCE = """
CREATE TRIGGER {table}_fill_{column} BEFORE UPDATE OF {column} ON {table} WHEN OLD.{column} IS NOT NULL
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
"""
_SQLITE_REMOVE = """
DROP TRIGGER {table}_keep_columns;
DROP TRIGGER {table}_keep_rows;
"""
_POSTGRESQL = """
CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    filled {table}%ROWTYPE;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        filled := OLD;
        {fill}
        {erase}
        IF filled IS NOT DISTINCT FROM NEW AND filled IS DISTINCT FROM OLD THEN RETURN NEW; END IF;
    ELSIF EXISTS (SELECT 1 FROM {guard}) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER {table}_keep_rows BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_append_only();
CREATE TRIGGER {table}_keep_table BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only();
"""
_POSTGRESQL_FILL_ONCE = "IF OLD.{column} IS NULL THEN filled.{column} := NEW.{column}; END IF;"
_POSTGRESQL_ERASE = "IF {shape} THEN {emptied} END IF;"
_POSTGRESQL_REMOVE = """
DROP TRIGGER {table}_keep_rows ON {table};
DROP TRIGGER {table}_keep_table ON {table};
DROP FUNCTION {table}_append_only();
"""


def in_test_run() -> bool:
    """True inside Django's test environment: the mail outbox exists there and nowhere else."""
    return hasattr(mail, "outbox")


class CreateGuard(Operation):
    """Make the table that opens AppendOnly tables for deletion.

    Open in a database that a test run makes for itself, because Django empties every table between transactional
    tests; closed everywhere else.
    """

    reversible = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The guard is no model: nothing to record."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        if not _migrates_here(schema_editor, app_label, None):
            return
        schema_editor.execute(f"CREATE TABLE {GUARD_TABLE} (reason text NOT NULL)")
        if in_test_run():
            schema_editor.execute(f"INSERT INTO {GUARD_TABLE} VALUES ('test runner')")  # noqa: S608 a constant

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        if _migrates_here(schema_editor, app_label, None):
            schema_editor.execute(f"DROP TABLE {GUARD_TABLE}")

    def describe(self) -> str:
        return "Create the guard of append-only tables"


class AppendOnly(Operation):
    """Refuse UPDATE, DELETE (and TRUNCATE on PostgreSQL) on a model's table.

    ``fill_once`` names columns that may be set while they are NULL. ``erased`` maps columns to the SQL of what an
    erasure leaves in them: they may be changed to that, all at once, and to nothing else.

    SQLite rebuilds a table on most later alterations and drops its triggers then, and the triggers name the columns
    they keep: take the protection off before a migration that alters the model (DropAppendOnly) and put it back
    afterwards (``test_append_only`` fails otherwise).
    """

    reversible = True

    def __init__(
        self, model_name: str, fill_once: tuple[str, ...] = (), erased: Mapping[str, str] | None = None
    ) -> None:
        self.model_name = model_name
        self.fill_once = fill_once
        self.erased = erased or {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Triggers are no part of the model state."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        if not _migrates_here(schema_editor, app_label, self.model_name):
            return
        options = to_state.apps.get_model(app_label, self.model_name)._meta
        fill_once = [options.get_field(name).column for name in self.fill_once]
        free = {*fill_once, *self.erased}
        kept = [field.column for field in options.concrete_fields if field.column and field.column not in free]
        values = {"table": options.db_table, "guard": GUARD_TABLE}
        if schema_editor.connection.vendor == "postgresql":
            fill = "\n        ".join(_POSTGRESQL_FILL_ONCE.format(column=column) for column in fill_once)
            schema_editor.execute(_POSTGRESQL.format(fill=fill, erase=self._postgresql_erase(), **values), params=None)
            return
        script = _SQLITE.format(kept=", ".join(f'"{column}"' for column in kept), **values)
        script += "".join(_SQLITE_FILL_ONCE.format(column=column, **values) for column in fill_once)
        if self.erased:
            shape = " AND ".join(f"NEW.{column} IS {left}" for column, left in self.erased.items())
            script += _SQLITE_ERASE.format(columns=", ".join(self.erased), shape=shape, **values)
        _run_sqlite(schema_editor, script)

    def _postgresql_erase(self) -> str:
        if not self.erased:
            return ""
        shape = " AND ".join(f"NEW.{column} IS NOT DISTINCT FROM {left}" for column, left in self.erased.items())
        emptied = " ".join(f"filled.{column} := NEW.{column};" for column in self.erased)
        return _POSTGRESQL_ERASE.format(shape=shape, emptied=emptied)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        if not _migrates_here(schema_editor, app_label, self.model_name):
            return
        options = from_state.apps.get_model(app_label, self.model_name)._meta
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(_POSTGRESQL_REMOVE.format(table=options.db_table), params=None)
            return
        script = _SQLITE_REMOVE.format(table=options.db_table)
        for name in self.fill_once:
            script += f"DROP TRIGGER {options.db_table}_fill_{options.get_field(name).column};\n"
        if self.erased:
            script += f"DROP TRIGGER {options.db_table}_erase;\n"
        _run_sqlite(schema_editor, script)

    def describe(self) -> str:
        return f"Make {self.model_name} append-only"


class DropAppendOnly(AppendOnly):
    """Take the protection off, with the same arguments as it was put on, so that the table can be altered."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        super().database_backwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Let {self.model_name} be altered"


def _migrates_here(schema_editor: BaseDatabaseSchemaEditor, app_label: str, model_name: str | None) -> bool:
    hints = {"model_name": model_name} if model_name else {}
    return router.allow_migrate(schema_editor.connection.alias, app_label, **hints)


def _run_sqlite(schema_editor: BaseDatabaseSchemaEditor, script: str) -> None:
    """One statement at a time: sqlite3's executescript would commit the migration's transaction."""
    statement = ""
    for line in script.strip().splitlines():
        statement += line + "\n"
        if line.endswith("END;") or line.startswith("DROP"):
            schema_editor.execute(statement, params=None)
            statement = ""
