import datetime as dt
import uuid

import pytest
from django.db.models import Q

from guanxi.platform.bulk import insert_many, key_in, reserve_ids, rows_by_key, stream
from guanxi.platform.bulk.tests.fakes import Shelf, Thing
from tests.queries import Statements


def test_fifty_thousand_keys_are_one_parameter(tables):
    insert_many(Shelf, ["code"], [(f"\u5409{number}",) for number in range(100)])
    codes = [f"\u5409{number}" for number in range(50, 50_050)]
    with Statements() as queries:
        rows = rows_by_key(Shelf, "code", codes, ["code"])
    assert sorted(rows) == sorted((f"\u5409{number}",) for number in range(50, 100))
    assert len(queries) == 1
    ids = list(Shelf.objects.values_list("pk", flat=True))
    assert Shelf.objects.filter(key_in("pk", [*ids[:10], *range(10**9, 10**9 + 50_000), 2**62])).count() == 10


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("name", "\U00020bb7\"'\\"),
        ("big", 2**62),
        ("uid", uuid.UUID(int=7)),
        ("day", dt.date(2024, 2, 29)),
        ("moment", dt.datetime(2024, 2, 29, 1, 2, 3, tzinfo=dt.UTC)),
    ],
)
def test_keys_of_every_type(tables, column, value):
    insert_many(
        Thing, ["name", "number"] if column != "name" else ["number"], [("other", 0)] if column != "name" else [(0,)]
    )
    Thing.objects.create(**{"name": "this", "number": 1, column: value})
    assert rows_by_key(Thing, column, [value], ["number"]) == [(1,)]


def test_no_keys_and_no_value_match_nothing(tables):
    Thing.objects.create(name="a", number=None)
    assert rows_by_key(Thing, "number", [], ["pk"]) == []
    assert rows_by_key(Thing, "number", [None], ["pk"]) == []


def test_the_condition_follows_relations_and_joins_others(tables):
    shelf = Shelf.objects.create(code="s")
    Thing.objects.create(name="a", shelf=shelf)
    Thing.objects.create(name="b", shelf=shelf)
    Thing.objects.create(name="c")
    assert Thing.objects.filter(key_in("shelf__code", ["s"]), name="a").count() == 1
    assert Thing.objects.filter(key_in("shelf", [shelf.pk])).count() == 2
    assert Thing.objects.filter(Q(key_in("name", ["c"])) | Q(key_in("shelf_id", [shelf.pk]))).count() == 3
    assert Thing.objects.filter(~key_in("name", ["a"])).count() == 2


def test_stream_gives_plain_tuples(tables):
    ids = reserve_ids(Shelf, 5)
    insert_many(Shelf, ["id", "code"], [(pk, f"s{pk}") for pk in ids])
    assert list(stream(Shelf.objects.order_by("pk"), "code", chunk=2)) == [(f"s{pk}",) for pk in ids]
    assert next(stream(Shelf.objects.order_by("pk"))) == (ids[0], f"s{ids[0]}", None, None)
