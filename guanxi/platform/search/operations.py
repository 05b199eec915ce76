"""Migration operation that makes the index over the tokens, each database in its own way."""

from typing import Any

from django.db import router
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from guanxi.platform.search import sqlite

COUNTED = "ALTER TABLE search_searchdoc ALTER COLUMN tokens SET STATISTICS {}"


class TokenIndex(Operation):
    """SQLite: an FTS5 table that holds the index alone, kept in step by triggers. PostgreSQL: GIN over the tokens.

    SQLite drops the triggers when a later migration rebuilds the table: such a migration repeats this operation."""

    reversible = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The index is no part of the models."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        self._run(
            app_label,
            schema_editor,
            sqlite.MADE,
            ("CREATE INDEX search_doc_gin ON search_searchdoc USING gin (tokens)",),
        )

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        self._run(app_label, schema_editor, sqlite.UNMADE, ("DROP INDEX search_doc_gin",))

    def describe(self) -> str:
        return "Index the tokens of the search"

    @staticmethod
    def _run(
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        of_sqlite: tuple[str, ...],
        of_postgresql: tuple[str, ...],
    ) -> None:
        if router.allow_migrate(schema_editor.connection.alias, app_label, model_name="searchdoc"):
            for statement in of_postgresql if schema_editor.connection.vendor == "postgresql" else of_sqlite:
                schema_editor.execute(statement, params=None)


class TokenStatistics(TokenIndex):
    """PostgreSQL remembers how often 10,000 tokens occur instead of 1,000: with fewer it takes what begins with one common
    character for rare or the other way round, and reads the newest documents one by one where the index is faster."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        self._run(app_label, schema_editor, (), (COUNTED.format(1_000),))

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        self._run(app_label, schema_editor, (), (COUNTED.format(-1),))

    def describe(self) -> str:
        return "Count more tokens of the search"
