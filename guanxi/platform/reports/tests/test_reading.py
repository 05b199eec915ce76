"""Reports on the fakes: groups, pivots, dates, totals, all equal to the lists they lead to and to what the reader may see."""

import json
import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import FieldRule, Role, UserRole
from guanxi.platform.commands.sets import create_many
from guanxi.platform.entities import registry
from guanxi.platform.entities.query import Query, condition, count, read_filter
from guanxi.platform.feel.nodes import FilterError
from guanxi.platform.reports import naming
from guanxi.platform.reports.definition import Definition, ReportError
from guanxi.platform.reports.reading import read
from tests.fakes.models import Company, Row
from tests.queries import Statements


@pytest.fixture
def companies(organisation):
    chief = organisation.everything()
    owners = [
        organisation.user(name, place)
        for name, place in (("a", organisation.north_one), ("b", organisation.north_two), ("c", organisation.south_one))
    ]
    dice = random.Random(7)
    records = [
        Company(
            name=f"Company {dice.randrange(9):02}",
            owner_id=owners[number % 3].pk,
            stage=dice.choice(["new", "active", "lost"]),
            employees=dice.choice([None, 1, 5, 5, 90]),
            capital=dice.choice([None, Decimal("0.1"), Decimal("1234567.89"), Decimal("-3.3333")]),
            rate=dice.choice([None, Decimal("0.10"), Decimal("2.35")]),
            trusted=dice.choice([True, False]),
            founded_on=dice.choice([None, date(2024, 12, 31), date(2025, 1, 1), date(2025, 2, 28), date(2026, 3, 31)]),
            met_at=datetime(2025, 12, 31, 15, 30, tzinfo=UTC) + timedelta(hours=7 * number),
            region=dice.choice([organisation.city, organisation.other_city, None]),
        )
        for number in range(60)
    ]
    create_many(registry.get("fakes.company"), chief, records)
    return organisation


def report(actor, entity="fakes.company", **data):
    return read(Definition.read(registry.get(entity), data), actor)


def counted(actor, tree, entity="fakes.company"):
    entity = registry.get(entity)
    return count(entity, actor, Query(filter=read_filter(entity, actor, tree)), exact=True)[0]


def cells(found):
    """(filter behind it, its values) of every number of a report that leads somewhere."""
    definition, fields = found.definition, found.checked.dimensions
    for line in (*found.lines, found.total):
        if line.rest:
            continue
        yield naming.behind(definition, fields, line.key), line.total
        for value, values in line.cells.items():
            yield naming.behind(definition, fields, line.key, value), values


@pytest.mark.parametrize(
    ("rows", "column"),
    [
        ("stage", ""),
        ("owner,stage", "trusted"),
        ("region", "founded_on:year"),
        ("department,stage,trusted", "region"),
        ("name", ""),
        *((f"founded_on:{bucket}", "stage") for bucket in ("year", "quarter", "month", "week", "day")),
        *((f"met_at:{bucket}", "") for bucket in ("year", "quarter", "month", "week", "day")),
    ],
)
@pytest.mark.parametrize("reader", ["chief", "narrow"])
def test_every_number_equals_the_list_behind_it(companies, rows, column, reader):
    actor = (
        companies.everything()
        if reader == "chief"
        else companies.actor("b", ("fakes.company", "view", "own"), ("fakes.company", "view", "region"))
    )
    found = report(actor, rows=rows, column=column, filter='["ne","employees","90"]')
    checked = list(cells(found))
    assert len(checked) > 1
    for tree, values in checked:
        assert values == (counted(actor, tree),), tree
    assert found.total.total == (counted(actor, ["ne", "employees", "90"]),)


def test_money_is_exact_and_totals_are_put_together_exactly(companies):
    chief = companies.everything()
    measures = "sum:capital,avg:capital,min:capital,max:capital"
    found = report(chief, rows="stage,owner", column="trusted", measures=measures)
    for tree, (total, average, least, most) in cells(found):
        entity = registry.get("fakes.company")
        node = read_filter(entity, chief, tree)
        rows = entity.rows(chief).filter(condition(entity, chief, Query(filter=node)))
        amounts = [one for one in rows.values_list("capital", flat=True) if one is not None]
        assert total == (sum(amounts) if amounts else None)
        assert average == (sum(amounts) / len(amounts) if amounts else None)
        assert (least, most) == ((min(amounts), max(amounts)) if amounts else (None, None))
    assert isinstance(found.total.total[0], Decimal)


def test_different_values_are_asked_anew_for_each_total(companies):
    chief = companies.everything()
    found = report(chief, rows="stage", column="trusted", measures="distinct:owner,sum:rate")
    assert found.total.total[0] == 3
    assert sum(line.total[0] for line in found.lines) > 3
    assert found.total.total[1] == sum(line.total[1] for line in found.lines)
    with Statements() as sent:
        report(chief, rows="stage", column="trusted", measures="distinct:owner")
    assert len(sent) == 4


def test_one_statement_whatever_the_groups(companies):
    chief = companies.everything()
    assert chief.grants
    with Statements() as sent:
        report(chief, rows="stage,trusted,owner", column="region", measures="count,avg:capital")
    assert len(sent) == 1


def test_the_rest_is_put_together(companies):
    chief = companies.everything()
    found = report(chief, rows="name", measures="count,sum:capital,distinct:stage", top="3")
    *shown, rest = found.lines
    assert len(shown) == 3
    assert rest.rest == 6
    assert sum(line.total[0] for line in found.lines) == 60
    assert sum(line.total[1] or 0 for line in found.lines) == found.total.total[1]
    assert rest.total[2] is None
    assert [line.total[0] for line in shown] == sorted((line.total[0] for line in shown), reverse=True)


def test_more_groups_than_are_read_are_counted_still(companies, monkeypatch):
    monkeypatch.setattr("guanxi.platform.reports.reading.CELLS", 4)
    chief = companies.everything()
    found = report(chief, rows="name", measures="count,sum:capital", top="2")
    assert found.total.total[0] == 60
    assert found.lines[-1].rest == -1
    assert sum(line.total[0] for line in found.lines) == 60
    assert sum(line.total[1] or 0 for line in found.lines) == found.total.total[1]
    with pytest.raises(ReportError, match="more than 4 groups"):
        report(chief, rows="name", column="stage")


def test_sorted_by_any_measure(companies):
    chief = companies.everything()
    up = [line.total[1] for line in report(chief, rows="name", measures="count,sum:capital", sort="sum:capital").lines]
    assert up == sorted(up)
    months = [line.key[0] for line in report(chief, rows="founded_on:month").lines]
    assert months == [date(2024, 12, 1), date(2025, 1, 1), date(2025, 2, 1), date(2026, 3, 1), None]


def test_fields_described_by_data(organisation):
    chief = organisation.everything()
    entity = registry.get("fakes.thing")
    records = []
    for number in range(12):
        record = entity.source.new()
        given = {
            "title": f"Thing {number % 3}", "price": Decimal("0.1") * number, "count": number, "weight": Decimal("1.25"),
            "made_on": date(2026, 1 + number % 4, 28), "fragile": number % 2 == 0, "state": "raw" if number % 5 else None,
            "seen_at": datetime(2026, 1, 31, 20, tzinfo=UTC),
        }  # fmt: skip
        for key, value in given.items():
            if value is not None:
                entity.fields()[key].put(record, value)
        records.append(record)
    create_many(entity, chief, records)
    found = report(
        chief,
        "fakes.thing",
        rows="made_on:quarter,state",
        column="fragile",
        measures="count,sum:price,avg:count,max:weight",
    )
    assert found.total.total == (12, Decimal("6.6"), Decimal("5.5"), Decimal("1.25"))
    for tree, values in cells(found):
        assert values[0] == counted(chief, tree, "fakes.thing"), tree
    moments = report(chief, "fakes.thing", rows="seen_at:day,title", measures="distinct:title")
    assert moments.lines[0].key == (date(2026, 2, 1),)  # in the reader's zone
    assert moments.total.total == (3,)
    assert Row.objects.count() == 12


def test_nothing_found_is_nought(companies):
    found = report(
        companies.everything(), rows="stage", measures="count,sum:capital", filter='["gt","employees","1000"]'
    )
    assert found.lines == ()
    assert found.total.total == (0, None)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"rows": "stage,stage"}, "once"),
        ({"rows": "a,b,c,d"}, "three groups"),
        ({"rows": "stage", "column": "owner,trusted"}, "one across"),
        ({"column": "stage"}, "rows as well"),
        ({"rows": "founded_on"}, "put together"),
        ({"rows": "stage:month"}, "for a date only"),
        ({"rows": "founded_on:second"}, "year, quarter"),
        ({"rows": "nothing"}, "not open to you"),
        ({"rows": "website"}, "not open to you"),
        ({"rows": "phone"}, "not open to you"),
        ({"rows": "account"}, "not open to you"),
        ({"measures": "sum:name"}, "not open to you"),
        ({"measures": "distinct:phone"}, "not open to you"),
        ({"measures": "sum"}, "no measure"),
        ({"measures": "count:name"}, "no measure"),
        ({"measures": "drop:name"}, "no measure"),
        ({"measures": "count,sum:capital,avg:capital,min:capital,max:capital"}, "up to 4"),
        ({"sort": "-sum:capital"}, "Sort by one"),
        ({"top": "0"}, "between 1"),
        ({"top": "x"}, "between 1"),
        ({"chart": "lies"}, "charts"),
        ({"filter": "["}, "cannot be read"),
        ({"filter": '["eq","secret","x"]'}, "does not exist"),
    ],
)
def test_what_cannot_be_made_says_what_to_change(companies, data, message):
    with pytest.raises(FilterError, match=message):
        report(companies.everything(), **data)


def limited(organisation, rule, field):
    organisation.actor("clerk", ("fakes.company", "*", "all"))
    role = Role.objects.get(user_links__user=organisation.users["clerk"])
    FieldRule.objects.filter(role=role).delete()
    FieldRule.objects.create(role=role, entity="fakes.company", field=field, rule=rule)
    assert UserRole.objects.filter(role=role).count() == 1
    return Actor.for_user(organisation.users["clerk"])


@pytest.mark.parametrize("rule", ["hide", "mask"])
@pytest.mark.parametrize(
    "data",
    [
        {"rows": "stage"},
        {"rows": "owner", "column": "stage"},
        {"measures": "distinct:stage"},
        {"filter": '["eq","stage","new"]'},
        {"filter": '["not",["or",["filled","stage"]]]'},
    ],
)
def test_a_field_that_is_hidden_or_masked_cannot_be_used(companies, rule, data):
    actor = limited(companies, rule, "stage")
    with pytest.raises(FilterError):
        report(actor, **data)
    assert report(actor, rows="owner").total.total == (60,)


@pytest.mark.parametrize("rule", ["hide", "mask"])
def test_a_number_that_is_hidden_or_masked_cannot_be_measured(companies, rule):
    actor = limited(companies, rule, "capital")
    for function in ("sum", "avg", "min", "max", "distinct"):
        with pytest.raises(ReportError):
            report(actor, measures=f"{function}:capital")


def test_a_masked_field_is_not_searched_by_reports(companies):
    actor = limited(companies, "mask", "name")
    with pytest.raises(ReportError):
        report(actor, filter=json.dumps(["eq", "name", "Company 01"]))
