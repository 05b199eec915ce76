import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guanxi.platform.bulk import copy_columns
from guanxi.platform.bulk.tests.fakes import Shelf, Thing

DAY = dt.date(2026, 2, 28)


@pytest.fixture
def shelves(tables):
    return [Shelf.objects.create(code=code, number=number, day=DAY) for code, number in [("a", 1), ("b", None)]]


def copy(shelves, **options):
    ids = [shelf.pk for shelf in shelves]
    return copy_columns(Thing, ["number", "day"], source=Shelf, link="shelf_id", among=("id", ids), **options)


def thing(shelf, **values):
    return Thing.objects.create(name="n", shelf=shelf, **values)


def test_copies_from_the_row_pointed_at_in_one_statement(shelves):
    first, second = thing(shelves[0], number=9), thing(shelves[1], number=9)
    with CaptureQueriesContext(connection) as queries:
        assert copy(shelves) == 2
    assert len(queries) == 1
    found = Thing.objects.order_by("pk").values_list("pk", "number", "day", "version")
    assert list(found) == [(first.pk, 1, DAY, 1), (second.pk, None, DAY, 1)]


def test_leaves_equal_rows_other_shelves_and_other_values_alone(shelves):
    thing(shelves[0], number=1, day=DAY)
    thing(shelves[1], number=None, day=DAY)
    outside = thing(shelves[1], number=5)
    blue = thing(shelves[0], number=5, colour="blue")
    assert copy(shelves[:1], where={"colour": "red"}) == 0
    assert copy([], where={"colour": "red"}) == 0
    for one in (outside, blue):
        one.refresh_from_db()
        assert one.number == 5
    assert copy(shelves, where={"colour": "blue"}) == 1


def test_refuses_columns_that_one_of_the_tables_lacks(shelves):
    with pytest.raises(ValueError, match="no column"):
        copy_columns(Thing, ["code"], source=Shelf, link="shelf_id", among=("id", [1]))
    with pytest.raises(ValueError, match="no column"):
        copy_columns(Thing, ["name"], source=Shelf, link="shelf_id", among=("id", [1]))
