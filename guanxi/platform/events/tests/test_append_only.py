"""The database itself keeps the rows; these tests fail when a later migration loses the triggers."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from guanxi.platform.events.models import Event, EventLink
from guanxi.platform.events.operations import GUARD_TABLE, in_test_run

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
EVENT_COLUMNS = [field.attname for field in Event._meta.concrete_fields if field.column]


@pytest.fixture
def closed(db: None) -> None:
    """The guard as it stands in production."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {GUARD_TABLE}")
    Event.objects.create(at=NOW, id=1, kind="shop.order.made")
    EventLink.objects.create(event_at=NOW, event_id=1, customer_id=1)


def refused(sql: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("column", EVENT_COLUMNS)
def test_no_column_of_an_event_can_be_changed(closed, column):
    Event.objects.filter(id=1).update(seq=4)
    value = {"at": "'2020-01-01 00:00:00'", "batch": "'00000000000000000000000000000001'", "schema": "2"}.get(
        column, "'5'"
    )
    refused(f"UPDATE events_event SET {column} = {value}")


def test_seq_is_filled_once_and_with_nothing_else(closed):
    refused("UPDATE events_event SET seq = 1, note = 'x'")
    assert Event.objects.filter(id=1).update(seq=4) == 1
    refused("UPDATE events_event SET seq = 5")
    refused("UPDATE events_event SET seq = NULL")


@pytest.mark.parametrize("column", [field.attname for field in EventLink._meta.concrete_fields if field.column])
def test_no_link_can_be_changed(closed, column):
    value = "'2020-01-01 00:00:00'" if column == "event_at" else "2"
    refused(f"UPDATE events_eventlink SET {column} = {value}")


@pytest.mark.parametrize("table", ["events_event", "events_eventlink"])
def test_no_row_can_be_deleted(closed, table):
    refused(f"DELETE FROM {table}")
    if connection.vendor == "postgresql":
        refused(f"TRUNCATE {table}")


def test_an_open_guard_lets_rows_go_but_not_change(closed):
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {GUARD_TABLE} VALUES ('purge')")
    refused("UPDATE events_event SET note = 'x'")
    Event.objects.all().delete()
    assert Event.objects.count() == 0


def test_the_guard_is_born_open_in_tests_only(db, monkeypatch):
    assert in_test_run()
    monkeypatch.delattr("django.core.mail.outbox")
    assert not in_test_run()
