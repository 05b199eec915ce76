"""The tests' own tables, and a database that several connections may write to at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from guanxi.platform.bulk.tests.fakes import Reading, Shelf, Thing

MODELS = (Shelf, Thing, Reading)


@pytest.fixture(scope="module")
def made_tables(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        with connection.schema_editor() as editor:
            for model in MODELS:
                editor.create_model(model)
        yield
        with connection.schema_editor() as editor:
            for model in reversed(MODELS):
                editor.delete_model(model)


@pytest.fixture
def tables(made_tables: None, db: None) -> None:
    """The tables, with whatever the test writes rolled back."""


@dataclass(frozen=True)
class Shared:
    """A database for several threads; each calls connect() first and close() last."""

    alias: str
    settings: dict[str, Any] | None = None

    def connect(self) -> None:
        if self.settings:
            connections[self.alias] = connections["default"].__class__(self.settings, self.alias)

    def close(self) -> None:
        connections[self.alias].close()


@pytest.fixture
def shared(made_tables: None, transactional_db: None, tmp_path: Path) -> Iterator[Shared]:
    """On SQLite a file of its own: a database in memory knows no waiting between connections."""
    if connection.vendor == "postgresql":
        yield Shared("default")
        for model in reversed(MODELS):
            model._base_manager.all().delete()
        return
    database = Shared("shared", {**connection.settings_dict, "NAME": str(tmp_path / "shared.sqlite3")})
    database.connect()
    with connections["shared"].schema_editor() as editor:
        for model in MODELS:
            editor.create_model(model)
    yield database
    database.close()
    del connections["shared"]
