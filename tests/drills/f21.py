"""F21, an upgrade of 100,000 customers and as many events is killed within every migration, and started again each time:
it ends, the tables are those of an undisturbed upgrade, and no row is lost or changed.

    python3 -m tests.drills.f21 [--rows 100000]
"""

import argparse
import os
import sys
import time
from typing import Any

from tests.drills.f04 import in_child
from tests.drills.installation import installation
from tests.drills.outcome import told

#: The first state of each room: what a release made of them alone would leave.
FIRST = "0001_initial"
BATCH = 5_000
#: Statements after which an attempt dies, one after the other, until the migration is through.
DEATHS = (1, 3, 6, 12, 25, 50, 100, 200, 400)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    options = parser.parse_args()
    os.environ["GUANXI_PREPARED"] = "0"  # what an undisturbed upgrade gives is not taken from a copy
    with installation():
        return drill(options.rows)


def drill(rows: int) -> int:
    from django.db import connection, connections
    from django.db.migrations.executor import MigrationExecutor

    wanted = {alias: shape(alias) for alias in connections}
    emptied()
    executor = MigrationExecutor(connection)
    ours = sorted(node for node in executor.loader.graph.nodes if node[1] == FIRST and is_ours(node[0]))
    first = sorted({before for node in ours for before in executor.loader.graph.forwards_plan(node)})
    for alias in connections:
        MigrationExecutor(connections[alias]).migrate(leaves(executor, first))
    before = filled(executor.loader.project_state(leaves(executor, first)).apps, rows)
    executor = MigrationExecutor(connection)
    later = [migration for migration, _backwards in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    deaths, began = 0, time.monotonic()
    for migration in later:
        for alias in connections:
            deaths += killed_until_done(alias, (migration.app_label, migration.name))
    took = time.monotonic() - began
    with_cache_tables()
    found = {alias: shape(alias) for alias in connections}
    return told(
        f"F21 {connection.vendor}",
        f"{len(later)} migrations over {rows:,} customers and {rows:,} events, killed {deaths} times, {took:.0f} s in all",
        {
            "each was killed": deaths >= len(later) > 0,
            "the tables of an undisturbed upgrade": found == wanted,
            "every row as before": before == content(),
        },
    )


def with_cache_tables() -> None:
    from django.core.management import call_command
    from django.db import connections

    for alias in connections:
        call_command("createcachetable", database=alias, verbosity=0)


def is_ours(label: str) -> bool:
    from django.apps import apps

    return apps.get_app_config(label).name.startswith("guanxi.")


def leaves(executor: Any, nodes: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those of the migrations that no other of them follows within its own room."""
    known = set(nodes)
    followed = {
        parent.key
        for node in nodes
        for parent in executor.loader.graph.node_map[node].parents
        if parent.key[0] == node[0]
    }
    return sorted(known - followed)


def emptied() -> None:
    """Databases without tables."""
    from django.conf import settings
    from django.db import connection, connections

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
        return
    for alias in connections:
        connections[alias].close()
        for end in ("", "-wal", "-shm"):
            path = settings.DATABASES[alias]["NAME"]
            path.with_name(path.name + end).unlink(missing_ok=True)


def filled(apps: Any, rows: int) -> dict[str, int]:
    """So many customers and events, in the form that the first release gave them."""
    from datetime import UTC, datetime

    moment = datetime(2026, 1, 1, tzinfo=UTC)
    stamps = {"created_at": moment, "modified_at": moment}
    customer, event = apps.get_model("customers", "Customer"), apps.get_model("events", "Event")
    for start in range(0, rows, BATCH):
        numbers = range(start, min(start + BATCH, rows))
        customer._base_manager.bulk_create(
            [customer(code=f"C{number:07d}", name=f"Customer {number}", **stamps) for number in numbers]
        )
        event._base_manager.bulk_create(
            [
                event(id=number + 1, at=moment, kind="customers.customer.created", schema=1, record_id=number)
                for number in numbers
            ]
        )
    return content()


def content() -> dict[str, int]:
    """How many rows there are, and a sum that changes with any of them."""
    from django.db import connection

    found = {}
    for table, column in (("customers_customer", "code"), ("events_event", "id")):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {column} FROM {table} ORDER BY {column}")
            found[table] = hash(tuple(cursor.fetchall()))
    return found


def killed_until_done(alias: str, node: tuple[str, str]) -> int:
    """Migrate to that state with a death after ever more statements; gives how many deaths it took."""
    deaths = 0
    for limit in DEATHS:
        if not in_child(limit, lambda: migrate(alias, node)):
            return deaths
        deaths += 1
    migrate(alias, node)
    return deaths


def migrate(alias: str, node: tuple[str, str]) -> None:
    from django.db import connections

    from guanxi.platform.bulk.migrating import WholeExecutor

    WholeExecutor(connections[alias]).migrate([node])


def shape(alias: str) -> list[tuple[Any, ...]]:
    """Everything that the database says of its tables, columns, indexes, constraints and triggers."""
    from django.db import connections

    connection = connections[alias]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 1, 2")
            return cursor.fetchall()
        found: list[tuple[Any, ...]] = []
        for question in POSTGRESQL:
            cursor.execute(question)
            found += sorted(cursor.fetchall(), key=str)
        return found


POSTGRESQL = (
    "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default "
    "FROM information_schema.columns WHERE table_schema = 'public'",
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE connamespace = 'public'::regnamespace",
    "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal",
)

if __name__ == "__main__":
    sys.exit(main())
