"""Fields whose values lie in a table of their own: shown, filtered by, sorted by and exported as columns are."""

from decimal import Decimal

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from guanxi.platform.access import beside
from guanxi.platform.access.models import FieldRule, UserRole
from guanxi.platform.api import rows as api_rows
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.sets import create_many
from guanxi.platform.entities import registry
from guanxi.platform.entities.query import Query, Sort, SortError, count, page, read_filter
from guanxi.platform.exchange.exporting import Request, selected
from guanxi.platform.exchange.rows import FetchPlan
from guanxi.platform.feel.nodes import FilterError
from guanxi.platform.ui.present import Presenter
from tests.contract.factories import factory_for
from tests.fakes.models import Company, Score
from tests.queries import Statements

RIGHTS = (("fakes.*", "*", "all"), ("refdata.*", "view", "all"), ("access.user", "view", "all"))


@pytest.fixture
def reader(organisation):
    return organisation.actor("reader", *RIGHTS, place=organisation.head)


@pytest.fixture
def companies(reader):
    """Five; the first three have the scores 10, 30 and 20."""
    made = factory_for("fakes.company").create_many(5, owner=reader.user_id)
    for company, value in zip(made, (10, 30, 20), strict=False):
        Score.objects.create(company=company, name="total", value=value)
        Score.objects.create(company=company, name="other", value=99)
    return made


def found(reader, tree):
    entity = registry.get("fakes.company")
    return {one.pk for one in page(entity, reader, Query(filter=read_filter(entity, reader, tree))).records}


@pytest.mark.parametrize(
    ("tree", "places"),
    [
        (["ge", "score", "20"], {1, 2}),
        (["gt", "score", 20], {1}),
        (["lt", "score", 20], {0}),
        (["le", "score", 20], {0, 2}),
        (["eq", "score", 20], {2}),
        (["ne", "score", 20], {0, 1, 3, 4}),
        (["between", "score", 10, 20], {0, 2}),
        (["filled", "score"], {0, 1, 2}),
        (["empty", "score"], {3, 4}),
        (["not", ["ge", "score", 20]], {0}),
        (["or", ["lt", "score", 20], ["empty", "score"]], {0, 3, 4}),
        (["and", ["ge", "score", 20], ["lt", "score", 30]], {2}),
    ],
)
def test_a_list_is_filtered_by_it(reader, companies, tree, places):
    assert found(reader, tree) == {companies[place].pk for place in places}


def test_a_test_is_one_range_of_the_index(reader, companies):
    entity = registry.get("fakes.company")
    query = Query(filter=read_filter(entity, reader, ["ge", "score", 20]))
    with Statements() as sent:
        page(entity, reader, query)
    assert len(sent) == 1
    place = entity.fields()["score"].beside
    plan = place.found("ge", [Decimal(20)]).explain()
    if connection.vendor == "sqlite":
        assert "COVERING INDEX fakes_score_value (name=? AND value>?)" in plan
    else:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        plan = place.found("ge", [Decimal(20)]).explain()
        assert "fakes_score_value" in plan
        assert "value >= 200000" in plan


@pytest.mark.parametrize(("sort", "places"), [("score", [0, 2, 1, 4, 3]), ("-score", [1, 2, 0, 4, 3])])
def test_a_list_is_sorted_by_it_page_by_page(organisation, reader, companies, sort, places):
    """Those without a value come last, the newest first, whether one source of right is read or several are merged."""
    entity = registry.get("fakes.company")
    several = organisation.actor(
        "several", ("fakes.company", "*", "own"), ("fakes.company", "*", "department"), place=organisation.head
    )
    type(companies[0]).objects.update(department_id=organisation.head.pk)
    type(companies[0]).objects.filter(pk__in=[one.pk for one in companies[:2]]).update(owner_id=several.user_id)
    if sort == "score":
        places = [*places[:3], 3, 4]
    for actor in (reader, several):
        seen, after = [], ""
        for _page in range(3):
            part = page(entity, actor, Query(sort=Sort.parse(sort)), limit=2, after=after)
            seen += [one.pk for one in part.records]
            after = part.after
        assert seen == [companies[place].pk for place in places]
        back = page(entity, actor, Query(sort=Sort.parse(sort)), limit=2, before=part.before)
        assert [one.pk for one in back.records] == seen[2:4]


def test_a_page_of_values_is_one_query(reader, companies):
    entity = registry.get("fakes.company")
    field = entity.fields()["score"]
    records = page(entity, reader, Query()).records
    presenter = Presenter(entity, reader, [field])
    with Statements() as sent:
        presenter.load(records)
        shown = {record.pk: presenter.cells(record)[0].display for record in records}
    assert len(sent) == 1
    assert shown == {one.pk: text for one, text in zip(companies, ("10", "30", "20", "", ""), strict=True)}
    with Statements() as sent:
        written = api_rows.write(entity, [field], records, reader)
    assert len(sent) == 1
    assert {row["score"] for row in written} == {"10", "30", "20", None}


def test_an_export_has_it_in_the_order_of_the_list(reader, companies):
    entity = registry.get("fakes.company")
    wanted = Request(entity, ("score", "code"), sort="-score", filter=["filled", "score"])
    expected = [(Decimal(30), 1), (Decimal(20), 2), (Decimal(10), 0)]
    by_column = list(FetchPlan(entity, reader, ["score", "code"]).rows(selected(wanted, reader)))
    assert by_column == [(value, companies[place].code) for value, place in expected]
    by_record = list(FetchPlan(entity, reader, ["score"])._from_records(selected(wanted, reader)))
    assert by_record == [[[value for value, _place in expected]]]


def test_who_sees_it_masked_neither_reads_nor_filters_nor_sorts_by_it(organisation, companies):
    masked = organisation.actor("masked", *RIGHTS, place=organisation.head)
    _rule("masked", "fakes.company", "score", "mask")
    entity = registry.get("fakes.company")
    field = entity.readable(masked)["score"]
    records = page(entity, masked, Query()).records
    presenter = Presenter(entity, masked, [field])
    presenter.load(records)
    assert {cell.display for record in records for cell in presenter.cells(record)} == {"****", ""}
    assert {row["score"] for row in api_rows.write(entity, [field], records, masked)} == {"****", ""}
    assert {row[0] for row in FetchPlan(entity, masked, ["score"]).rows(entity.rows(masked))} == {"****", ""}
    assert not field.operators
    with pytest.raises(FilterError):
        read_filter(entity, masked, ["ge", "score", 20])
    with pytest.raises(SortError):
        page(entity, masked, Query(sort=Sort.parse("score")))


@pytest.mark.parametrize("rule", ["hide", "mask"])
def test_the_rules_of_what_it_shows_hold_for_it(organisation, companies, rule):
    """The scores of the fakes show what their addresses say."""
    limited = organisation.actor("limited", *RIGHTS, place=organisation.head)
    _rule("limited", "fakes.address", "text", rule)
    field = registry.get("fakes.company").readable(limited).get("score")
    assert field is None if rule == "hide" else field.is_masked


def test_a_record_alone_reads_it_once(companies):
    field = registry.get("fakes.company").fields()["score"]
    with Statements() as sent:
        assert [field.get(companies[1]), field.get(companies[1])] == [30, 30]
    assert len(sent) == 1
    with pytest.raises(TypeError):
        field.put(companies[1], 7)


def test_a_large_list_is_narrowed_before_it_is_sorted(reader, companies, monkeypatch):
    monkeypatch.setattr("guanxi.platform.entities.query.SORT_LIMIT", 3)
    entity = registry.get("fakes.company")
    query = Query(sort=Sort.parse("score"))
    with pytest.raises(SortError):
        page(entity, reader, query)
    narrowed = Query(filter=read_filter(entity, reader, ["filled", "score"]), sort=Sort.parse("score"))
    assert len(page(entity, reader, narrowed).records) == count(entity, reader, narrowed)[0] == 3


def test_two_tables_are_not_called_alike():
    with pytest.raises(ImproperlyConfigured):
        beside.register_table(beside.tables()[0])


def _rule(user, entity, field, rule):
    given = UserRole.objects.get(user__username=user)
    FieldRule.objects.create(role=given.role, entity=entity, field=field, rule=rule)


def test_writing_records_asks_for_nothing_that_lies_beside_them(companies, reader):
    entity = registry.get("fakes.company")
    with Statements() as statements:
        create_many(entity, reader, [Company(name=f"New {number}") for number in range(3)])
        run(commands.get("fakes.company.edit"), reader, ids=[companies[0].pk], inputs={"name": "Renamed"})
        run(commands.get("fakes.company.delete"), reader, ids=[companies[1].pk])
    assert [sql for sql in statements if "fakes_score" in sql] == []
