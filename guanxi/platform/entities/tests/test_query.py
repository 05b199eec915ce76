"""Lists through the gate: merge of sources, key paging, counts, groups, filters, on both fakes."""

import random

import pytest
from django.db import connection

from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.commands.sets import create_many
from guanxi.platform.entities import grouping, query, registry
from guanxi.platform.entities.grouping import groups
from guanxi.platform.entities.query import Query, Sort, SortError, count, page, read_filter
from guanxi.platform.feel.nodes import FilterError, to_json
from tests.fakes.models import Company
from tests.queries import Statements


@pytest.fixture
def companies(organisation):
    """Sixty companies spread over owners, with empty figures and equal values among them."""
    chief = organisation.everything()
    owners = [
        organisation.user(name, place)
        for name, place in (("a", organisation.north_one), ("b", organisation.north_two), ("c", organisation.south_one))
    ]
    dice = random.Random(7)
    records = [
        Company(
            name=f"Company {dice.randrange(20):02}",
            owner_id=owners[number % 3].pk,
            stage=dice.choice(["new", "active", "lost"]),
            employees=dice.choice([None, 1, 5, 5, 90]),
            region=dice.choice([organisation.city, organisation.other_city, None]),
            tags=dice.choice([[], ["big"], ["big", "old"]]),
        )
        for number in range(60)
    ]
    create_many(registry.get("fakes.company"), chief, records)
    return organisation


def walk(actor, query, limit=7):
    """All pages forwards, then all backwards; both as lists of ids."""
    entity = registry.get("fakes.company")
    forward, backward = [], []
    after, last = "", ""
    while True:
        found = page(entity, actor, query, limit=limit, after=after)
        forward += [record.pk for record in found.records]
        last = found.before or last
        if not found.after:
            break
        after = found.after
    while last:
        found = page(entity, actor, query, limit=limit, before=last)
        backward = [record.pk for record in found.records] + backward
        last = found.before
    return forward, backward


SOURCES = [
    [("*", "*", "all")],
    [("fakes.company", "view", "own")],
    [("fakes.company", "view", "subtree"), ("fakes.company", "view", "region")],
    [("fakes.company", "view", "own"), ("fakes.company", "view", "region")],
]


@pytest.mark.parametrize("grants", SOURCES)
@pytest.mark.parametrize("sort", ["-id", "id", "name", "-name", "employees", "-employees", "founded_on"])
def test_pages_show_every_visible_record_once_in_order(companies, grants, sort):
    actor = companies.actor("a", *grants)
    entity = registry.get("fakes.company")
    visible = set(entity.rows(actor).values_list("pk", flat=True))
    assert visible
    forward, backward = walk(actor, Query(sort=Sort.parse(sort)))
    assert len(forward) == len(set(forward))
    assert set(forward) == visible
    assert backward == forward[: len(backward)]
    assert len(forward) - len(backward) <= 7
    if sort == "name":
        names = dict(Company.objects.values_list("pk", "name"))
        assert [names[pk] for pk in forward] == sorted(names[pk] for pk in forward)


def test_scopes_reach_exactly_as_far_as_they_say(companies):
    entity = registry.get("fakes.company")

    def owners(*grants, name="a", place=None):
        return {record.owner.username for record in entity.rows(companies.actor(name, *grants, place=place))}

    assert owners(("fakes.company", "view", "own")) == {"a"}
    assert owners(("fakes.company", "view", "department"), name="d", place=companies.north_one) == {"a"}
    assert owners(("fakes.company", "view", "subtree"), name="n", place=companies.north) == {"a", "b"}
    assert owners(("fakes.company", "view", "subtree"), name="h", place=companies.head) == {"a", "b", "c"}
    assert owners(("fakes.person", "view", "all"), name="x") == set()
    by_region = entity.rows(companies.actor("r", ("fakes.company", "view", "region"), place=companies.south))
    assert {record.region_id for record in by_region} == {companies.other_city.pk}


@pytest.mark.parametrize("grants", SOURCES)
@pytest.mark.parametrize("by", ["stage", "employees", "region", "tags"])
@pytest.mark.parametrize("most", [grouping.MOST_VALUES, 1])
def test_groups_equal_the_records_behind_them(companies, monkeypatch, grants, by, most):
    monkeypatch.setattr(grouping, "MOST_VALUES", most)
    entity = registry.get("fakes.company")
    actor = companies.actor("a", *grants)
    behind: dict[str, list[Company]] = {}
    for record in entity.rows(actor):
        behind.setdefault(str(getattr(record, f"{by}_id" if by == "region" else by)), []).append(record)
    found = groups(entity, actor, Query(), by, "employees")
    assert {str(group.value): group.count for group in found} == {value: len(of) for value, of in behind.items()}
    assert {str(group.value): group.total for group in found} == {
        value: sum(one.employees or 0 for one in of) for value, of in behind.items()
    }
    assert [group.count for group in found] == sorted((group.count for group in found), reverse=True)


def test_groups_equal_the_counts_of_the_lists_behind_them(companies):
    entity = registry.get("fakes.company")
    actor = companies.actor("a", ("fakes.company", "view", "own"), ("fakes.company", "view", "region"))
    found = groups(entity, actor, Query(), "stage")
    assert sum(group.count for group in found) == entity.rows(actor).count()
    for group in found:
        tree = ["eq", "stage", group.value]
        assert count(entity, actor, Query(filter=read_filter(entity, actor, tree))) == (group.count, True)


def test_a_count_ends_where_it_is_not_told_further(companies, monkeypatch):
    entity = registry.get("fakes.company")
    actor = companies.actor("a", ("fakes.company", "view", "own"), ("fakes.company", "view", "region"))
    reached = entity.rows(actor).count()
    assert reached > 20
    for limit, told in ((reached, (reached, True)), (reached - 1, (reached - 1, False)), (3, (3, False))):
        monkeypatch.setattr(query, "COUNT_LIMIT", limit)
        assert count(entity, actor, Query()) == told
        assert count(entity, actor, Query(), exact=True) == (reached, True)


FILTERS = [
    (["eq", "stage", "new"], lambda c: c.stage == "new"),
    (["ne", "stage", "new"], lambda c: c.stage != "new"),
    (["in", "stage", ["new", "lost"]], lambda c: c.stage in ("new", "lost")),
    (["notin", "stage", ["new", "lost"]], lambda c: c.stage not in ("new", "lost")),
    (["ge", "employees", 5], lambda c: c.employees is not None and c.employees >= 5),
    (["not", ["ge", "employees", 5]], lambda c: c.employees is not None and c.employees < 5),
    (["ne", "employees", 5], lambda c: c.employees != 5),
    (["empty", "employees"], lambda c: c.employees is None),
    (["filled", "employees"], lambda c: c.employees is not None),
    (["between", "employees", 2, 50], lambda c: c.employees is not None and 2 <= c.employees <= 50),
    (["contains", "name", "COMPANY 0"], lambda c: "company 0" in c.name.lower()),
    (["lacks", "name", "0"], lambda c: "0" not in c.name),
    (["in", "tags", ["old"]], lambda c: "old" in c.tags),
    (["notin", "tags", ["old"]], lambda c: "old" not in c.tags),
    (["empty", "tags"], lambda c: not c.tags),
    (["or", ["eq", "stage", "new"], ["gt", "employees", 10]], lambda c: c.stage == "new" or (c.employees or 0) > 10),
    (
        ["and", ["eq", "stage", "new"], ["not", ["eq", "employees", 5]]],
        lambda c: c.stage == "new" and c.employees not in (None, 5),
    ),
    (["period", "created_at", "today"], lambda c: True),
    (["last", "created_at", 1], lambda c: True),
    (["lt", "created_at", "2020-01-01"], lambda c: False),
    (["empty", "region"], lambda c: c.region_id is None),
]


@pytest.mark.parametrize(("tree", "meaning"), FILTERS)
def test_filters_mean_what_they_say(companies, tree, meaning):
    entity, actor = registry.get("fakes.company"), companies.everything()
    node = read_filter(entity, actor, tree)
    found = {record.pk for record in page(entity, actor, Query(filter=node), limit=200).records}
    assert found == {company.pk for company in Company.objects.all() if meaning(company)}
    assert read_filter(entity, actor, to_json(node)) == node


def test_under_a_place_and_me(companies):
    entity, chief = registry.get("fakes.company"), companies.everything()
    node = read_filter(
        entity, chief, ["and", ["under", "region", companies.province.pk], ["under", "department", companies.north.pk]]
    )
    found = page(entity, chief, Query(filter=node), limit=200).records
    assert found
    assert {record.owner.username for record in found} == {"a", "b"}
    mine = read_filter(entity, companies.actor("a", ("*", "view", "all")), ["me", "owner"])
    assert {r.owner.username for r in page(entity, companies.actor("a"), Query(filter=mine), limit=200).records} == {
        "a"
    }


@pytest.mark.parametrize(
    "tree",
    [
        ["eq", "password", "x"],
        ["eq", "owner__username", "x"],
        ["_connector", "name", "x"],
        ["eq"],
        "name",
        ["ge", "name", "x"],
        {"a": 1},
        ["eq", "employees", "many"],
    ],
)
def test_what_is_not_a_filter_is_refused(companies, tree):
    with pytest.raises(FilterError):
        read_filter(registry.get("fakes.company"), companies.everything(), tree)


@pytest.mark.parametrize("sort", ["owner__password", "remarks2", "tags__x"])
def test_what_cannot_be_sorted_is_refused(companies, sort):
    with pytest.raises(SortError):
        page(registry.get("fakes.company"), companies.everything(), Query(sort=Sort.parse(sort)))


def test_one_query_per_source_and_one_for_the_page_whatever_the_number_of_rows(companies):
    entity = registry.get("fakes.company")
    actor = companies.actor("a", ("fakes.company", "view", "own"), ("fakes.company", "view", "region"))
    page(entity, actor, Query(), limit=5)  # reads the rights and the region's level once
    for limit in (5, 50):
        with Statements() as asked:
            found = page(entity, actor, Query(), limit=limit)
            assert all(record.get_deferred_fields() == set() for record in found.records)
        assert len(asked) == 3


@pytest.mark.parametrize("sort", ["name", "-name"])
def test_many_records_of_a_department_are_read_in_their_order(companies, monkeypatch, sort):
    actor = companies.actor("head", ("fakes.company", "view", "subtree"), place=companies.north)
    wanted = walk(actor, Query(sort=Sort.parse(sort)))
    assert len(wanted[0]) == 40
    monkeypatch.setattr(query, "MANY", 1)
    with Statements() as statements:
        assert walk(actor, Query(sort=Sort.parse(sort))) == wanted
    named = [sql for sql in statements if 'INDEXED BY "fakes_company_name"' in sql]
    assert bool(named) == (connection.vendor == "sqlite")
    with Statements() as statements:
        walk(
            actor,
            Query(
                sort=Sort.parse(sort), filter=read_filter(registry.get("fakes.company"), actor, ["eq", "stage", "new"])
            ),
        )
    assert not [sql for sql in statements if "INDEXED BY" in sql]


def test_what_hangs_on_a_record_is_found_by_the_record(organisation):
    chief = organisation.everything()
    hosts = [Company(name=name) for name in ("One", "Two")]
    create_many(registry.get("fakes.company"), chief, hosts)
    for host in hosts:
        run(
            commands.get("directory.note.create"),
            chief,
            inputs={"entity": "fakes.company", "record_id": host.pk, "text": host.name},
        )
    entity = registry.get("directory.note")
    wanted = read_filter(entity, chief, ["and", ["eq", "entity", "fakes.company"], ["eq", "record_id", hosts[1].pk]])
    assert [note.text for note in page(entity, chief, Query(wanted)).records] == ["Two"]
    note = entity.rows(chief).get(text="One")
    assert "record_id" not in entity.writable(chief)
    with pytest.raises(Rejected) as refused:
        run(commands.get("directory.note.edit"), chief, ids=[note.pk], inputs={"record_id": hosts[1].pk})
    assert set(refused.value.errors) == {"record_id"}
