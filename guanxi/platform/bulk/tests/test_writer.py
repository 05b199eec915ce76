import datetime as dt
import threading
import uuid
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from guanxi.platform.bulk import insert_many, reserve_ids, update_changed
from guanxi.platform.bulk.tests.fakes import Colour, Reading, Shelf, Thing

NOON = dt.datetime(2026, 2, 28, 12, 0, 0, 123456, tzinfo=ZoneInfo("Asia/Shanghai"))
FULL: dict[str, Any] = {
    "uid": uuid.UUID(int=2**127 + 1),
    "name": "\U00020bb7\u91ce \t\\N \"quoted\" 'single' %s \n end",
    "text": "",
    "colour": Colour.BLUE,
    "active": False,
    "maybe": True,
    "number": -5,
    "big": 2**63 - 1,
    "ratio": 0.1,
    "price": Decimal("12345.67"),
    "scaled": Decimal("0.0001"),
    "day": dt.date(2024, 2, 29),
    "moment": NOON,
    "hour": dt.time(23, 59, 1),
    "extra": {"name": "\U00020bb7", "deep": [1, None, {"a": True}], "day": dt.date(2024, 2, 29)},
    "data": b"\x00\xff\\x",
    "version": 7,
}
EMPTY: dict[str, Any] = {name: None for name in FULL} | {
    "uid": uuid.UUID(int=0), "name": "", "colour": "red", "active": True, "version": 1
}  # fmt: skip
MANY = 120
"""More rows than the PostgreSQL writer puts into one statement."""


def read(thing: Thing) -> dict[str, Any]:
    values = {name: getattr(thing, name) for name in FULL}
    return values | {"data": None if values["data"] is None else bytes(values["data"])}


def expected(values: dict[str, Any]) -> dict[str, Any]:
    extra = values["extra"] and {**values["extra"], "day": "2024-02-29"}
    return values | {"extra": extra}


@pytest.mark.parametrize("count", [1, MANY])
@pytest.mark.parametrize("values", [FULL, EMPTY])
def test_every_type_comes_back_as_it_went_in(tables, count, values):
    insert_many(Thing, list(values), [tuple(values.values())] * count)
    things = list(Thing.objects.all())
    assert len(things) == count
    assert all(read(thing) == expected(values) for thing in things)


@pytest.mark.parametrize("count", [1, MANY])
def test_update_writes_every_type(tables, count):
    ids = reserve_ids(Thing, count)
    insert_many(Thing, ["id", *EMPTY], [(pk, *EMPTY.values()) for pk in ids])
    values = {name: value for name, value in FULL.items() if name != "version"}
    assert update_changed(Thing, [(pk, 1, values) for pk in ids]) == set()
    assert all(read(thing) == expected(FULL) | {"version": 2} for thing in Thing.objects.all())


def test_columns_left_out_take_the_field_default(tables):
    insert_many(Thing, ["name"], [("a",), ("b",)])
    first, second = Thing.objects.order_by("name")
    assert (first.colour, first.active, first.version, first.text) == ("red", True, 1, None)
    assert first.uid != second.uid


def test_strings_are_converted_as_by_the_field(tables):
    insert_many(Thing, ["name", "day", "moment", "number", "uid"], [
        ("a", "2024-02-29", "2024-02-29T01:02:03+00:00", "12", str(uuid.UUID(int=5))),
    ])  # fmt: skip
    thing = Thing.objects.get()
    assert (thing.day, thing.number, thing.uid.int) == (dt.date(2024, 2, 29), 12, 5)
    assert thing.moment == dt.datetime(2024, 2, 29, 1, 2, 3, tzinfo=dt.UTC)


def test_foreign_keys_are_written_by_attname(tables):
    shelf = Shelf.objects.create(code="s")
    insert_many(Thing, ["name", "shelf_id"], [("a", shelf.pk), ("b", None)])
    assert list(Thing.objects.order_by("name").values_list("shelf__code", flat=True)) == ["s", None]


@pytest.mark.parametrize("columns", [[], ["nme"], ["name", "name"], ["shelf"]])
def test_a_wrong_column_is_refused(tables, columns):
    with pytest.raises(ValueError, match="column"):
        insert_many(Thing, columns, [("a",) * len(columns)])


def test_a_row_of_another_length_is_named(tables):
    with pytest.raises(ValueError, match="Row 1 has 1 values for 2 columns"):
        insert_many(Thing, ["name", "text"], [("a", "b"), ("c",)])


@pytest.mark.parametrize("count", [2, MANY])
def test_a_failed_insert_leaves_nothing(shared, count):
    rows = [(f"s{number}",) for number in range(count)]
    with pytest.raises(IntegrityError):
        insert_many(Shelf, ["code"], [*rows, ("s0",)], using=shared.alias)
    assert Shelf.objects.using(shared.alias).count() == 0


@pytest.mark.parametrize("count", [1, MANY])
def test_a_rolled_back_insert_leaves_nothing(shared, count):
    with pytest.raises(ZeroDivisionError), transaction.atomic(using=shared.alias):
        insert_many(Shelf, ["code"], [(f"s{number}",) for number in range(count)], using=shared.alias)
        raise ZeroDivisionError
    assert Shelf.objects.using(shared.alias).count() == 0


@pytest.mark.parametrize("count", [1, MANY])
def test_text_too_long_is_never_cut_in_silence(tables, count):
    ids = reserve_ids(Thing, count)
    insert_many(Thing, ["id", "name"], [(pk, "a") for pk in ids])
    long = "x" * 41
    if connection.vendor == "postgresql":
        with pytest.raises(DataError), transaction.atomic():
            update_changed(Thing, [(pk, 1, {"name": long}) for pk in ids])
        return
    update_changed(Thing, [(pk, 1, {"name": long}) for pk in ids])
    assert set(Thing.objects.values_list("name", flat=True)) == {long}


@pytest.mark.parametrize("count", [4, MANY])
def test_conflicts_are_reported_exactly(tables, count):
    ids = list(reserve_ids(Thing, count))
    insert_many(Thing, ["id", "name", "version"], [(pk, "old", 3) for pk in ids])
    overtaken, gone = ids[0], ids[1]
    # the other editor's version is just the one that our own update would have given
    Thing.objects.filter(pk=overtaken).update(version=4, name="theirs")
    Thing.objects.filter(pk=gone).delete()

    changes = [(pk, 3, {"name": "new"} if pk % 2 else {"name": "new", "number": 1}) for pk in ids]
    assert update_changed(Thing, changes) == {overtaken, gone}

    assert Thing.objects.get(pk=overtaken).name == "theirs"
    rest = Thing.objects.exclude(pk=overtaken)
    assert set(rest.values_list("name", "version")) == {("new", 4)}
    assert {(pk % 2, number) for pk, number in rest.values_list("pk", "number")} == {(0, 1), (1, None)}


@pytest.mark.parametrize("count", [4, MANY])
def test_only_the_named_columns_are_written(tables, count):
    ids = list(reserve_ids(Thing, count))
    insert_many(Thing, ["id", "name", "number"], [(pk, "old", 1) for pk in ids])
    changes = [(pk, None if place % 3 else 1, {"name": "n"} if place % 2 else {"number": None})
               for place, pk in enumerate(ids)]  # fmt: skip
    assert update_changed(Thing, changes) == set()
    for place, thing in enumerate(Thing.objects.order_by("pk")):
        assert (thing.name, thing.number) == (("n", 1) if place % 2 else ("old", None))
        assert thing.version == (1 if place % 3 else 2)


def test_an_empty_change_with_a_version_only_counts_it_up(tables):
    (pk,) = reserve_ids(Thing, 1)
    insert_many(Thing, ["id", "name"], [(pk, "a")])
    assert update_changed(Thing, [(pk, 1, {})]) == set()
    assert update_changed(Thing, [(pk, 1, {})]) == {pk}
    assert update_changed(Thing, []) == set()
    assert Thing.objects.get().version == 2


def test_a_model_without_version_can_be_updated_unconditionally(tables):
    shelf = Shelf.objects.create(code="a")
    assert update_changed(Shelf, [(shelf.pk, None, {"code": "b"}), (shelf.pk + 1, None, {"code": "c"})]) == {
        shelf.pk + 1
    }
    assert Shelf.objects.get().code == "b"


@pytest.mark.parametrize("count", [2, MANY])
def test_composite_keys(tables, count):
    insert_many(Reading, ["at", "number"], [(NOON, number) for number in range(count)])
    changes = [((NOON, number), None, {"value": number * 2}) for number in range(count)]
    assert update_changed(Reading, [*changes, ((NOON, -1), None, {"value": 0})]) == {(NOON, -1)}
    assert all(row.value == row.number * 2 for row in Reading.objects.all())


@pytest.mark.parametrize(
    "changes", [[(1, 1, {"name": "a"}), (1, 1, {"name": "b"})], [(1, 1, {"version": 5})], [(1, 1, {"id": 5})]]
)
def test_changes_that_make_no_sense_are_refused(tables, changes):
    with pytest.raises(ValueError, match="Thing"):
        update_changed(Thing, changes)


def test_reserved_ids_are_new_and_later_inserts_go_around_them(tables):
    first = list(reserve_ids(Thing, 3))
    between = Thing.objects.create(name="orm")
    second = list(reserve_ids(Thing, 1000))
    insert_many(Thing, ["id", "name"], [(pk, "x") for pk in [*first, *second]])
    later = Thing.objects.create(name="orm")
    assert first == sorted(first) and second == sorted(second)
    assert len({*first, *second, between.pk, later.pk}) == 1005
    assert list(reserve_ids(Thing, 0)) == []


def test_reserving_needs_an_automatic_key(tables):
    with pytest.raises(TypeError, match="automatic"):
        reserve_ids(Reading, 1)


def test_reserved_ids_are_given_once_among_concurrent_writers(shared):
    taken: list[list[int]] = []
    start = threading.Barrier(3)

    def work() -> None:
        shared.connect()
        try:
            start.wait()
            for number in range(8):
                with transaction.atomic(using=shared.alias):
                    ids = list(reserve_ids(Thing, 40, using=shared.alias))
                    insert_many(Thing, ["id", "name"], [(pk, "x") for pk in ids], using=shared.alias)
                    if number == 3:
                        transaction.set_rollback(True, using=shared.alias)
                    else:
                        taken.append(ids)
                Thing(name="orm").save(using=shared.alias)
        finally:
            shared.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [pk for block in taken for pk in block]
    assert len(ids) == len(set(ids)) == 3 * 7 * 40
    assert Thing.objects.using(shared.alias).count() == 3 * 7 * 40 + 3 * 8


def test_concurrent_updates_of_the_same_rows_neither_block_for_ever_nor_overwrite(shared):
    ids = list(reserve_ids(Thing, MANY, using=shared.alias))
    insert_many(Thing, ["id", "name"], [(pk, "old") for pk in ids], using=shared.alias)
    lost: dict[str, set[int]] = {}
    start = threading.Barrier(2)

    def work(name: str, order: list[int]) -> None:
        shared.connect()
        try:
            start.wait()
            lost[name] = update_changed(Thing, [(pk, 1, {"name": name}) for pk in order], using=shared.alias)
        finally:
            shared.close()

    threads = [
        threading.Thread(target=work, args=("up", ids)),
        threading.Thread(target=work, args=("down", ids[::-1])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winner = "up" if not lost["up"] else "down"
    assert lost == {"up": set(ids), "down": set(ids)} | {winner: set()}
    assert set(Thing.objects.using(shared.alias).values_list("name", "version")) == {(winner, 2)}
