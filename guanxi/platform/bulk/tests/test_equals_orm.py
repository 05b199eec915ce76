"""insert_many and update_changed leave what ``save()`` would have left, on random rows."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from guanxi.platform.bulk import insert_many, reserve_ids, update_changed
from guanxi.platform.bulk.tests.fakes import Colour, Thing

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
MONEY = st.decimals(-(10**9), 10**9, places=2)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "uid": st.uuids(),
    "name": TEXT,
    "text": st.none() | TEXT,
    "colour": st.sampled_from(Colour),
    "active": st.booleans(),
    "maybe": st.none() | st.booleans(),
    "number": st.none() | st.integers(-(2**31), 2**31 - 1),
    "big": st.none() | st.integers(-(2**63), 2**63 - 1),
    "price": st.none() | MONEY,
    "scaled": st.none() | MONEY,
    "day": st.none() | st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)),
    "moment": st.none() | st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1), timezones=st.just(dt.UTC)),
    "extra": st.none() | JSON,
    "data": st.none() | st.binary(max_size=20),
}
ROW = st.fixed_dictionaries(VALUES)
CHANGE = st.fixed_dictionaries({}, optional=VALUES)


def stored(ids: list[int]) -> list[tuple[Any, ...]]:
    rows = Thing.objects.filter(pk__in=ids).order_by("pk").values_list(*VALUES, "version")
    return [tuple(bytes(value) if isinstance(value, memoryview) else value for value in row) for row in rows]


@pytest.mark.django_db
@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(rows=st.lists(st.tuples(ROW, CHANGE), min_size=1, max_size=4), repeat=st.sampled_from([1, 30]))
def test_bulk_equals_save(tables, rows: list[tuple[dict[str, Any], dict[str, Any]]], repeat: int):
    rows = rows * repeat
    with transaction.atomic():
        ids = list(reserve_ids(Thing, len(rows)))
        insert_many(
            Thing, ["id", *VALUES], [(pk, *map(row.get, VALUES)) for pk, (row, _) in zip(ids, rows, strict=True)]
        )
        lost = update_changed(Thing, [(pk, 1, change) for pk, (_, change) in zip(ids, rows, strict=True)])
        by_hand = []
        for row, change in rows:
            thing = Thing.objects.create(**row)
            for name, value in (change | {"version": 2}).items():
                setattr(thing, name, value)
            thing.save()
            by_hand.append(thing.pk)
        assert lost == set()
        assert stored(ids) == stored(by_hand)
        assert isinstance(Thing.objects.get(pk=ids[0]).price, Decimal | None)
        transaction.set_rollback(True)
