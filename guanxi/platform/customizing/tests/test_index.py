"""An index on a custom field: lists of any size are sorted by it, empty values at the end, and the database uses it."""

import pytest
from django.db import connection

from guanxi.platform import bulk
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Blocked
from guanxi.platform.customizing import commands as own
from guanxi.platform.customizing.choices import Index
from guanxi.platform.customizing.models import CustomField
from guanxi.platform.customizing.tests.test_custom_fields import KEY, add, company
from guanxi.platform.entities import query, registry
from guanxi.platform.entities.query import Query, Sort, SortError
from guanxi.platform.jobs.testing import run_queued_jobs
from tests.fakes.models import Company, Row


@pytest.fixture
def chief(organisation):
    return organisation.everything()


def indexed(actor, label: str, kind: str):
    field = add(actor, label, kind)
    run(commands.get("customizing.customfield.with_index"), actor, ids=[field.pk], inputs={})
    run_queued_jobs()
    field.refresh_from_db()
    return field


def read_through(actor, sort: str, limit: int = 2) -> tuple[list[str], list[str]]:
    """The names of all companies forwards and backwards, page by page."""
    entity, wanted = registry.get(KEY), Query(sort=Sort.parse(sort))
    page = query.page(entity, actor, wanted, limit=limit)
    there = [record.name for record in page.records]
    while page.after:
        page = query.page(entity, actor, wanted, limit=limit, after=page.after)
        there += [record.name for record in page.records]
    back = [record.name for record in page.records]
    while page.before:
        page = query.page(entity, actor, wanted, limit=limit, before=page.before)
        back = [record.name for record in page.records] + back
    return there, back


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("integer", [5, None, 12, 5, None, -3, 100]),
        ("decimal", ["0.5", None, "10.25", "9", "-1", None, "10.5"]),
        ("text", ["b", None, "a", "\u4e2d", "B", None, "10"]),
        ("date", ["2024-02-29", None, "2023-12-31", "2024-03-01", None, "1999-01-01", "2024-02-29"]),
    ],
)
def test_long_lists_are_read_in_its_order_and_empty_values_come_last(chief, monkeypatch, kind, values):
    field = indexed(chief, "Value", kind)
    assert field.index == Index.READY
    for number, value in enumerate(values):
        company(chief, name=f"C{number}", **({"x_value": value} if value is not None else {}))
    monkeypatch.setattr(query, "SORT_LIMIT", 1)
    typed = [registry.get(KEY).fields()["x_value"].parse(value) if value is not None else None for value in values]
    up = sorted((value, number) for number, value in enumerate(typed) if value is not None)
    empty = [number for number, value in enumerate(typed) if value is None]
    rising = [f"C{number}" for number in [number for _value, number in up] + empty]
    falling = [f"C{number}" for number in [number for _value, number in reversed(up)] + empty[::-1]]
    assert read_through(chief, "x_value") == (rising, rising)
    assert read_through(chief, "-x_value") == (falling, falling)


def test_without_an_index_only_short_lists_are_sorted(chief, monkeypatch):
    add(chief, "Value", "integer")
    for number in range(3):
        company(chief, name=f"C{number}", x_value=number)
    assert read_through(chief, "x_value")[0] == ["C0", "C1", "C2"]
    monkeypatch.setattr(query, "SORT_LIMIT", 1)
    with pytest.raises(SortError):
        read_through(chief, "x_value")


def test_the_database_finds_and_sorts_by_the_index(chief):
    field = indexed(chief, "Value", "integer")
    when = {"created_at": chief.now(), "modified_at": chief.now()}
    Company.objects.bulk_create(
        Company(name=f"N{n}", code=f"N{n}", custom={"x_value": n % 5_000}, **when) for n in range(20_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    name = bulk.values.index_name(Company, field.key)
    found = Company.everything.filter(custom__x_value=77)
    ordered = Company.everything.filter(custom__x_value__isnull=False).order_by("custom__x_value", "pk")[:50]
    assert found.count() == 4
    for rows in (found, ordered):
        assert name in rows.explain()


def test_it_is_taken_away_again(chief):
    field = indexed(chief, "Value", "integer")
    assert bulk.has_index(Company, field.key)
    run(commands.get("customizing.customfield.without_index"), chief, ids=[field.pk], inputs={})
    run_queued_jobs()
    assert not bulk.has_index(Company, field.key)
    assert registry.get(KEY).fields()["x_value"].indexed is False


def test_there_are_not_too_many_and_not_of_what_does_not_fit(chief, monkeypatch):
    monkeypatch.setattr(own, "MOST", 1)
    indexed(chief, "First", "integer")
    for label, kind in (("Second", "integer"), ("Long", "longtext")):
        field = add(chief, label, kind)
        with pytest.raises(Blocked):
            run(commands.get("customizing.customfield.with_index"), chief, ids=[field.pk], inputs={})


def test_each_table_and_key_has_an_index_of_its_own(db):
    long = "x_" + "a" * 36
    keys = [(model, f"{long}{end}") for model in (Company, Row) for end in ("aa", "ab")]
    names = {bulk.values.index_name(model, key) for model, key in keys}
    assert len(names) == len(keys)
    assert max(map(len, names)) <= 63


def test_a_long_text_of_a_formula_fits_its_index(chief):
    text = "".join(chr(0x4E00 + number * 7) for number in range(60))  # nothing repeats within it
    add(chief, "Seven", "formula", formula=" + ".join(["name"] * 7))
    field = CustomField.objects.get(key="x_seven")
    run(commands.get("customizing.customfield.with_index"), chief, ids=[field.pk], inputs={})
    run_queued_jobs()
    record = company(chief, name=text)
    assert record.custom["x_seven"] == (text * 7)[:400]


@pytest.mark.parametrize("key", ["x'", 'x"', "X", "x y", "", "x" * 41])
def test_no_other_key_ever_reaches_the_database(db, key):
    with pytest.raises(ValueError, match="no key of a value"):
        bulk.build_index(Company, "custom", key)
