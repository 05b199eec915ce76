"""The periods that the database works out are those of Python: any zone, ends of months, changes of the clock, fractions."""

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.backends.sqlite3._functions import register
from django.db.models import DateField, DateTimeField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from hypothesis import given
from hypothesis import strategies as st

from guanxi.platform.bulk import insert_many
from guanxi.platform.bulk.periods import LAST, Period, offsets
from guanxi.platform.bulk.tests.fakes import Thing

KINDS = ("year", "quarter", "month", "week", "day")
TINY = timedelta(microseconds=1)
ZONES = (
    "Asia/Shanghai", "UTC", "America/New_York", "Asia/Kathmandu", "Africa/Casablanca", "Pacific/Apia",
    "Australia/Lord_Howe", "Europe/Dublin", "America/St_Johns",
)  # fmt: skip


def first_day(kind, day):
    if kind == "week":
        return day - timedelta(days=day.weekday())
    month = {"year": 1, "quarter": day.month - (day.month - 1) % 3}.get(kind, day.month)
    return day if kind == "day" else date(day.year, month, 1)


def moments(zone):
    """Random ones, the ends of months in the zone and the changes of its clock, each a fraction before and after."""
    dice = random.Random(zone.key)
    span = (LAST - datetime(1950, 1, 1, tzinfo=UTC)) // TINY
    found = [datetime(1950, 1, 1, tzinfo=UTC) + dice.randrange(span) * TINY for _ in range(300)]
    edges = [
        datetime(dice.randrange(1960, 2080), dice.randrange(1, 13), 1, tzinfo=zone).astimezone(UTC) for _ in range(80)
    ]
    edges += [datetime.fromisoformat(begins).replace(tzinfo=UTC) for begins, _offset in offsets(zone)]
    return [*found, *(edge + apart for edge in edges for apart in (-TINY, timedelta(0), TINY, timedelta(seconds=-1)))]


@pytest.mark.parametrize("name", ZONES)
def test_moments(tables, name):
    zone = ZoneInfo(name)
    given_moments = moments(zone)
    insert_many(Thing, ["moment"], [(one,) for one in [*given_moments, None]])
    parts = {f"in_{kind}": Period("moment", kind, zone) for kind in KINDS}
    found = Thing._base_manager.annotate(**parts).values_list("moment", *parts)
    assert len(found) == len(given_moments) + 1
    for moment, *answers in found:
        day = moment and moment.astimezone(zone).date()
        assert answers == [day and first_day(kind, day) for kind in KINDS], moment


def test_days_and_values_in_json(tables):
    days = [date(1899, 12, 31) + timedelta(days=23 * number) for number in range(3_000)]
    insert_many(
        Thing, ["day", "extra"], [(day, {"on": day.isoformat(), "at": f"{day}T23:30:00+00:00"}) for day in days]
    )
    zone = ZoneInfo("Asia/Shanghai")
    in_json = {"on": Cast(KT("extra__on"), DateField()), "at": Cast(KT("extra__at"), DateTimeField())}
    parts = {f"day_{kind}": Period("day", kind) for kind in KINDS}
    parts |= {f"on_{kind}": Period(in_json["on"], kind) for kind in KINDS}
    parts |= {f"at_{kind}": Period(in_json["at"], kind, zone) for kind in KINDS}
    for day, *answers in Thing._base_manager.annotate(**parts).values_list("day", *parts):
        local = datetime(day.year, day.month, day.day, 23, 30, tzinfo=UTC).astimezone(zone).date()
        right = [first_day(kind, day) for kind in KINDS]
        assert answers == [*right, *right, *(first_day(kind, local) for kind in KINDS)], day


@given(st.sampled_from(ZONES), st.datetimes(datetime(1970, 1, 1), datetime(2069, 12, 31)))
def test_the_offsets_of_a_zone_are_those_of_python(name, naive):
    zone, at = ZoneInfo(name), naive.replace(tzinfo=UTC)
    known = [offset for begins, offset in offsets(zone) if begins <= f"{at:%Y-%m-%d %H:%M:%S}"]
    assert known[-1] == at.astimezone(zone).utcoffset().total_seconds()


@pytest.fixture
def without_python(tables):
    """Where the database would ask Python for a period, it fails."""

    def asked(*args):
        raise AssertionError(args)

    connection.ensure_connection()
    if connection.vendor == "sqlite":
        connection.connection.create_function("django_date_trunc", 4, asked)
    yield
    if connection.vendor == "sqlite":
        register(connection.connection)


def test_python_is_not_asked_for_moments_of_these_years(without_python):
    insert_many(Thing, ["moment"], [(datetime(2026, 1, 31, 16, tzinfo=UTC),)])
    found = Thing._base_manager.values_list(Period("moment", "month", ZoneInfo("Asia/Shanghai")), flat=True)
    assert list(found) == [date(2026, 2, 1)]
