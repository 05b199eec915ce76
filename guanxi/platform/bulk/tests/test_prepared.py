import datetime as dt

from django.db import models
from django.db.models import Q, Value

from guanxi.platform.bulk.prepared import Prepared, Slot
from guanxi.platform.bulk.tests.fakes import Shelf, Thing

MORNING = dt.datetime(2026, 3, 1, 6, tzinfo=dt.UTC)


def things(tables):
    """Two shelves of two things each; ``number`` is 1 or 2 on either."""
    for code, hour in (("a", 0), ("b", 2)):
        shelf = Shelf.objects.create(code=code, day=MORNING.date())
        for number in (1, 2):
            Thing.objects.create(
                name=f"{code}{number}", shelf=shelf, number=number, moment=MORNING + dt.timedelta(hours=hour)
            )


def later_than() -> models.QuerySet:
    moment, day = Slot("moment", models.DateTimeField()), Slot("day", models.DateField())
    numbers = Thing.objects.filter(Q(moment__gt=moment) | Q(moment=None), shelf__day__lte=day)
    return numbers.filter(number=Slot("number", models.IntegerField())).order_by()


def test_a_query_is_composed_once_and_answers_for_each_set_of_values(tables):
    things(tables)
    composed = []

    def compose() -> models.QuerySet:
        composed.append(1)
        return later_than().annotate(kind=Value("thing")).values_list("kind", "name")

    found = Prepared(compose)
    values = {"moment": MORNING, "day": MORNING.date(), "number": 1}
    assert found.rows(values) == [("thing", "b1")]
    assert found.rows(values | {"number": 2}) == [("thing", "b2")]
    assert found.rows(values | {"day": MORNING.date() - dt.timedelta(days=1)}) == []
    before = values | {"moment": MORNING - dt.timedelta(seconds=1)}
    assert sorted(found.rows(before)) == [("thing", "a1"), ("thing", "b1")]
    assert composed == [1]


def test_it_stands_behind_in_wherever_conditions_do(tables):
    things(tables)
    found = Prepared(lambda: later_than().values("shelf"))
    one = found.within({"moment": MORNING, "day": MORNING.date(), "number": 1})
    none = found.within({"moment": MORNING, "day": MORNING.date(), "number": 3})
    among = Thing.objects.filter(Q(shelf__in=one) | Q(shelf_id__in=none) | Q(name="a2"))
    assert sorted(among.values_list("name", flat=True)) == ["a2", "b1", "b2"]
    assert among.filter(shelf__code="b").count() == 2
    # The same tables without and within, under other names: nothing inside may be taken for what stands around it.
    nested = Thing.objects.filter(pk__in=Thing.objects.filter(shelf__in=one).values("pk")).exclude(shelf__in=none)
    assert nested.count() == 2
    union = Thing.objects.filter(shelf__in=one).values("pk").union(Thing.objects.filter(shelf__in=none).values("pk"))
    assert Thing.objects.filter(pk__in=union).count() == 2
    assert dict(Thing.objects.filter(shelf__in=one).values_list("shelf__code").annotate(models.Count("pk"))) == {"b": 2}
