"""Event kinds of the tests, and a database that several connections may write to at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from guanxi.platform.events import followers, registry, subscribers
from guanxi.platform.events.models import Event, EventLink, Follower, SealState


@pytest.fixture(autouse=True)
def registries() -> Iterator[None]:
    """Open registries with two kinds; whatever a test adds is gone afterwards."""
    with registry.opened(), subscribers.opened(), followers.opened():
        registry.declare("shop.order.made", label="Made", template="%(actor)s made %(record)s", icon="plus")
        registry.declare("shop.order.paid", label="Paid", template="%(actor)s was paid for %(record)s")
        yield


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
def shared(transactional_db: None, tmp_path: Path) -> Iterator[Shared]:
    """On SQLite a migrated file of its own: a database in memory knows no waiting between connections."""
    if connection.vendor == "postgresql":
        yield Shared("default")
        return
    database = Shared("shared", {**connection.settings_dict, "NAME": str(tmp_path / "shared.sqlite3")})
    database.connect()
    executor = MigrationExecutor(connections["shared"])
    executor.migrate([key for key in executor.loader.graph.leaf_nodes() if key[0] == "events"])
    yield database
    for model in (EventLink, Event, Follower, SealState):
        model.objects.using("shared").all().delete()
    database.close()
    del connections["shared"]
