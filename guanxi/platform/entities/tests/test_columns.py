"""The first cards of all columns of a board: the same as those of each column's own page, in as many statements for forty
columns as for three."""

import random

import pytest
from django.test import Client
from django.urls import reverse

from guanxi.platform.access.models import User
from guanxi.platform.commands.sets import create_many
from guanxi.platform.customizing.models import CustomChoice, CustomField
from guanxi.platform.entities import columns, registry
from guanxi.platform.entities.columns import first_of_each
from guanxi.platform.entities.grouping import groups
from guanxi.platform.entities.query import Query, Sort, page, read_filter
from guanxi.platform.feel.nodes import All
from tests.fakes.models import Company
from tests.queries import Statements

KEY, FIELD = "fakes.company", "x_kind"
#: How much oftener the first choice is taken than the others.
UNEVEN = 6
LIMIT = 6


def choices(count: int) -> list[str]:
    """A custom choice field of companies with so many choices; their values."""
    field = CustomField.objects.create(entity=KEY, key=FIELD, labels={"en": "Kind"}, kind="choice")
    values = [f"kind{number:02}" for number in range(count)]
    CustomChoice.objects.bulk_create(
        CustomChoice(field=field, key=value, labels={"en": value}, position=place) for place, value in enumerate(values)
    )
    registry.configuration_changed()
    return values


def fill(organisation, values: list[str], count: int = 160) -> None:
    chief = organisation.everything()
    owners = [organisation.user("a", organisation.north_one), organisation.user("b", organisation.north_two)]
    dice = random.Random(11)
    records = [
        Company(
            name=f"Company {dice.randrange(20):02}",
            owner_id=owners[number % 2].pk,
            stage=dice.choice(["new", "active", "active"]),
            employees=dice.choice([None, 1, 5, 5, 90]),
            region=dice.choice([organisation.city, organisation.other_city, None]),
            custom={FIELD: value} if values and (value := dice.choice([*values, *values[:1] * UNEVEN, ""])) else {},
        )
        for number in range(count)
    ]
    create_many(registry.get(KEY), chief, records)


def of_each_alone(actor, query: Query, by: str, values: list[str], limit: int):
    entity = registry.get(KEY)
    for value in values:
        node = read_filter(entity, actor, ["eq", by, value] if value else ["empty", by])
        narrower = Query(filter=All((query.filter, node)), text=query.text, sort=query.sort)
        yield value, page(entity, actor, narrower, limit=limit)


@pytest.mark.parametrize(("joined", "small"), [(3, True), (200, True), (200, False)])
@pytest.mark.parametrize("sort", [None, Sort("id"), Sort("name", True), Sort("employees"), Sort("employees", True)])
def test_columns_hold_what_each_would_show_alone(organisation, monkeypatch, sort, joined, small):
    monkeypatch.setattr(columns, "JOINED", joined)
    values = [*choices(6), ""]
    fill(organisation, values[:-1])
    entity = registry.get(KEY)
    wide = organisation.everything()
    narrow = organisation.actor(
        "seller", (KEY, "view", "own"), (KEY, "view", "region"), (KEY, "view", "subtree"), place=organisation.north_one
    )
    for actor in (wide, narrow):
        query = Query(filter=read_filter(entity, actor, ["eq", "stage", "active"]), sort=sort)
        counts = {str(one.value or ""): 0 for one in groups(entity, actor, query, FIELD)}
        for one in groups(entity, actor, query, FIELD):
            counts[str(one.value or "")] += one.count
        found = first_of_each(entity, actor, query, FIELD, counts if small else dict.fromkeys(values, 99), LIMIT)
        for value, alone in of_each_alone(actor, query, FIELD, list(found), LIMIT):
            assert [one.pk for one in found[value].records] == [one.pk for one in alone.records]
            assert bool(found[value].after) == bool(alone.after)
            if alone.after:
                after = read_filter(entity, actor, ["eq", FIELD, value] if value else ["empty", FIELD])
                rest = Query(filter=All((query.filter, after)), sort=sort)
                next_ones = [page(entity, actor, rest, limit=LIMIT, after=one.after) for one in (found[value], alone)]
                assert [one.pk for one in next_ones[0].records] == [one.pk for one in next_ones[1].records]


def test_a_board_of_forty_choices_costs_the_statements_of_three(organisation):
    values = choices(40)
    fill(organisation, values)
    entity, chief = registry.get(KEY), organisation.everything()
    counts = []
    for some in (dict.fromkeys(values[:3], 99), dict.fromkeys(values, 99)):
        first_of_each(entity, chief, Query(), FIELD, some, 4)
        with Statements() as sent:
            found = first_of_each(entity, chief, Query(), FIELD, some, 4)
        assert sum(len(one.records) for one in found.values()) >= 2 * len(some)
        counts.append(len(sent))
    assert counts == [1, 1]


def test_whoever_sees_nothing_gets_no_card(organisation):
    fill(organisation, choices(3))
    stranger = organisation.actor("stranger", ("directory.note", "view", "all"))
    found = first_of_each(registry.get(KEY), stranger, Query(), "stage", {"new": 5, "active": 5}, 4)
    assert all(not one.records and not one.after for one in found.values())


def test_the_board_page_asks_no_statement_more_for_more_columns(organisation):
    fill(organisation, [])
    User.objects.update(language="en")
    client = Client()
    organisation.everything()
    client.force_login(User.objects.get(username="chief"))

    def statements() -> int:
        address = reverse("list", args=["fakes", "company"])
        client.get(address, {"layout": "kanban"})
        with Statements() as sent:
            shown = client.get(address, {"layout": "kanban"})
        held = [len(one.cards) for one in shown.context["page"].kanban.columns]
        assert len([count for count in held if count]) == stages
        return len(sent)

    stages = 2
    two = statements()
    newest = Company.objects.filter(stage="active").order_by("-pk").values_list("pk", flat=True)[:30]
    Company.objects.filter(pk__in=list(newest)).update(stage="lost")
    stages = 3
    assert statements() == two
