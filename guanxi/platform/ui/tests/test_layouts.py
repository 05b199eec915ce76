"""Arranged pages: differences from the code's default, for everybody or a role, never against the rules of fields."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from guanxi.platform.access.actor import System
from guanxi.platform.access.models import FieldRule, Role, User, UserRole
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.customizing.models import CustomField, Layout
from guanxi.platform.customizing.tests.test_custom_fields import KEY, company
from guanxi.platform.entities import registry
from guanxi.platform.entities.layout import BOARD, CARD, COLUMNS, FIELDS, SECTIONS, TABS, TOTAL
from guanxi.platform.events.models import Event
from guanxi.platform.ui.layout_page import usual_parts
from tests.fakes.models import Company

PAGE = ["fakes", "company"]


@pytest.fixture
def chief(organisation):
    return organisation.everything()


def browser_of(actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def usual() -> dict[str, Any]:
    """The arrangement as the page sends it before anybody has touched it."""
    entity = registry.get(KEY)
    parts = usual_parts(entity)
    sections = [
        {"id": one.key, "label": str(one.label), "parts": list(parts[FIELDS][one.key])} for one in entity.sections()
    ]
    places = {place: list(keys[""]) for place, keys in parts.items() if place not in (SECTIONS, FIELDS)}
    return {"sections": sections, "places": places}


def arrange(client: Client, arrangement: dict[str, Any], role: int = 0, version: int = 0, **sent: str):
    values = {"arrangement": json.dumps(arrangement), "role": role, "version": version, **sent}
    return client.post(reverse("layout", args=PAGE), values)


def shown(client: Client, name: str, *parts: Any) -> str:
    answer = client.get(reverse(name, args=[*PAGE, *parts]))
    assert answer.status_code == 200
    return answer.content.decode()


def columns(client: Client) -> list[str]:
    """The columns of the list as it is opened."""
    return re.findall(r'<th scope="col"[^>]*data-column="(\w+)"', shown(client, "list"))


def test_what_is_left_as_it_is_makes_no_layout(chief):
    client = browser_of(chief)
    assert arrange(client, usual()).status_code == 302
    assert not Layout.objects.exists()


def test_the_form_the_list_and_the_record_follow(chief):
    client, wanted = browser_of(chief), usual()
    wanted["sections"].reverse()
    figures = wanted["sections"][0]
    figures["label"] = "Numbers"
    figures["parts"].remove("founded_on")
    figures["parts"].insert(0, wanted["sections"][1]["parts"].pop(wanted["sections"][1]["parts"].index("website")))
    wanted["places"][COLUMNS] = ["name", "website", "stage"]
    wanted["places"][TABS].remove("fakes.person.company")
    assert arrange(client, wanted).status_code == 302
    form = shown(client, "create")
    assert "Numbers" in form
    assert form.index('data-field="website"') < form.index('data-field="capital"') < form.index('data-field="stage"')
    assert 'data-field="founded_on"' not in form
    record = company(chief)
    assert columns(client) == ["name", "website", "stage"]
    page = shown(client, "record", record.pk)
    assert "tab-fakes.person.company" not in page
    assert "Numbers" in page
    assert Event.objects.filter(kind="customizing.layout.created").count() == 1


def test_only_differences_are_stored_and_resetting_takes_them_away(chief):
    client, wanted = browser_of(chief), usual()
    wanted["places"][COLUMNS].remove("capital")
    arrange(client, wanted)
    row = Layout.objects.get()
    assert row.changes == {COLUMNS: {"hidden": ["capital"]}}
    assert arrange(client, {}, version=row.version, _reset="1").status_code == 302
    row.refresh_from_db()
    assert row.changes == {}


def test_a_section_of_ones_own_takes_fields(chief):
    client, wanted = browser_of(chief), usual()
    for section in wanted["sections"]:
        section["parts"] = [key for key in section["parts"] if key not in ("phone", "email")]
    wanted["sections"].append({"id": "own_1", "label": "Reach them", "parts": ["email", "phone"]})
    arrange(client, wanted)
    form = shown(client, "create")
    assert form.index("Reach them") < form.index('data-field="email"') < form.index('data-field="phone"')


def test_a_role_has_its_own_and_others_keep_that_of_everybody(chief, organisation):
    clerk = organisation.actor("clerk", ("*", "*", "all"))
    role = UserRole.objects.get(user=clerk.user_id).role
    wanted = usual()
    wanted["places"][COLUMNS] = ["name", "stage"]
    arrange(browser_of(chief), wanted)
    wanted["places"][COLUMNS] = ["name", "employees"]
    arrange(browser_of(chief), wanted, role=role.pk)
    company(chief)
    assert columns(browser_of(clerk)) == ["name", "employees"]
    assert columns(browser_of(chief)) == ["name", "stage"]


def test_no_layout_shows_what_a_role_hides(chief, organisation):
    clerk = organisation.actor("clerk", ("*", "*", "all"))
    role = Role.objects.get(user_links__user=clerk.user_id)
    wanted = usual()
    wanted["places"][COLUMNS] = ["name", "website"]
    arrange(browser_of(chief), wanted, role=role.pk)
    FieldRule.objects.create(role=role, entity=KEY, field="website", rule=FieldRule.Rule.HIDE)
    company(chief, website="https://secret.example")
    client = browser_of(clerk)
    assert "secret.example" not in shown(client, "list")
    assert 'data-field="website"' not in shown(client, "create")


def test_a_field_that_must_be_filled_cannot_be_left_out(chief):
    client, wanted = browser_of(chief), usual()
    wanted["sections"][0]["parts"].remove("name")
    arrange(client, wanted)
    assert 'data-field="name"' in shown(client, "create")


def test_the_page_previews_and_tells_of_what_is_gone(chief):
    client, wanted = browser_of(chief), usual()
    wanted["sections"][0]["label"] = "First things"
    answer = client.post(reverse("layout_preview", args=PAGE), {"arrangement": json.dumps(wanted)})
    assert "First things" in answer.content.decode()
    Layout.objects.create(entity=KEY, changes={COLUMNS: {"hidden": ["x_gone"]}})
    registry.configuration_changed()
    page = client.get(reverse("layout", args=PAGE)).content.decode()
    assert f"{KEY}/list/columns:x_gone" in page
    assert "list_columns" not in shown(client, "list")


@pytest.mark.parametrize("text", ["", "[]", '{"sections": 1}', '{"sections": [{"id": 1}]}', "{" * 200_000])
def test_what_no_page_has_sent_is_refused(chief, text):
    answer = browser_of(chief).post(reverse("layout", args=PAGE), {"arrangement": text})
    assert answer.status_code == 422
    assert not Layout.objects.exists()


def test_only_who_may_arranges(chief, organisation):
    looks = organisation.actor("looks", ("customizing.layout", "view", "all"), (KEY, "*", "all"))
    client, wanted = browser_of(looks), usual()
    wanted["places"][COLUMNS] = ["name"]
    assert client.get(reverse("layout", args=PAGE)).status_code == 200
    assert arrange(client, wanted).status_code == 403
    nobody = browser_of(organisation.actor("nobody", (KEY, "*", "all")))
    assert nobody.get(reverse("layouts")).status_code == 403
    assert nobody.get(reverse("layout", args=PAGE)).status_code == 403


def test_a_layout_costs_a_page_no_query(chief, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, wanted = browser_of(chief), usual()
    wanted["places"][COLUMNS] = ["name", "stage"]
    shown(client, "list")
    with CaptureQueriesContext(connection) as before:
        shown(client, "list")
    arrange(client, wanted)
    shown(client, "list")
    with CaptureQueriesContext(connection) as after:
        shown(client, "list")
    assert len(after) <= len(before)


def board(client: Client) -> str:
    answer = client.get(reverse("list", args=PAGE), {"layout": "kanban"})
    assert answer.status_code == 200
    return answer.content.decode()


def choice_field(label: str, *choices: str) -> str:
    """A custom choice of companies; its key."""
    everything = System("a field for tests")
    field = run(
        commands.get("customizing.customfield.create"),
        everything,
        inputs={"entity": KEY, "label": label, "kind": "choice"},
    )
    for choice in choices:
        run(
            commands.get("customizing.customchoice.create"), everything, inputs={"field": field.ids[0], "label": choice}
        )
    return CustomField.objects.get(pk=field.ids[0]).key


def test_the_board_goes_by_the_chosen_field_and_shows_what_has_no_value(chief):
    User.objects.update(language="en")
    key = choice_field("Phase", "Early", "Late")
    client, wanted = browser_of(chief), usual()
    early, none = company(chief, name="Has a phase", **{key: "early"}), company(chief, name="Has no phase")
    assert "Early" not in board(client)
    wanted["places"][BOARD] = [key]
    assert arrange(client, wanted).status_code == 302
    assert Layout.objects.get().changes == {BOARD: {"moves": [[key, "", ""]]}}
    columns_ = re.findall(r'data-value="(\w*)"(.*?)</ul>', board(client), re.S)
    assert [value for value, _cards in columns_] == ["early", "late", ""]
    assert "Has a phase" in columns_[0][1]
    assert "Has no phase" in columns_[2][1]
    moved = client.post(reverse("move", args=PAGE), {"id": none.pk, "version": none.version, "value": "late"})
    assert moved.status_code == 204
    assert not re.search(r'data-value=""', board(client))
    cleared = client.post(reverse("move", args=PAGE), {"id": early.pk, "version": early.version, "value": ""})
    assert cleared.status_code == 204
    assert re.search(r'data-value=""', board(client))


def test_a_card_shows_what_was_put_on_it_in_that_order(chief):
    client, wanted = browser_of(chief), usual()
    company(chief, employees=4321, website="https://card.example", founded_on="2001-02-03")
    wanted["places"][CARD] = ["website", "employees"]
    wanted["places"][TOTAL] = ["employees"]
    arrange(client, wanted)
    page = board(client)
    assert page.index("card.example") < page.index("4,321", page.index("card.example"))
    assert page.count("4,321") == 2
    assert "FC0" not in page
    row = Layout.objects.get()
    arrange(client, {}, version=row.version, _reset="1")
    assert "card.example" not in board(client)


def test_who_does_not_see_the_field_of_the_board_has_the_one_that_is_shipped(chief, organisation):
    clerk = organisation.actor("clerk", ("*", "*", "all"))
    role = Role.objects.get(user_links__user=clerk.user_id)
    key = choice_field("Phase", "Early", "Late")
    client, wanted = browser_of(chief), usual()
    company(chief, **{key: "early"})
    wanted["places"][BOARD] = [key]
    wanted["places"][CARD] = [key, "website"]
    arrange(client, wanted)
    FieldRule.objects.create(role=role, entity=KEY, field=key, rule=FieldRule.Rule.HIDE)
    assert "Early" in board(client)
    page = board(browser_of(clerk))
    assert "Early" not in page
    assert 'data-value="new"' in page
    FieldRule.objects.create(role=role, entity=KEY, field="stage", rule=FieldRule.Rule.HIDE)
    assert "gx-board-card" not in board(browser_of(clerk))
    refused = browser_of(clerk).post(reverse("move", args=PAGE), {"id": Company.objects.get().pk, "value": "active"})
    assert refused.status_code == 404


def test_a_kind_without_a_board_gets_one_and_the_preview_shows_real_cards(chief):
    client, wanted = browser_of(chief), usual()
    company(chief, name="Newest of all", website="https://card.example")
    wanted["places"][BOARD], wanted["places"][CARD] = [], ["website"]
    answer = client.post(reverse("layout_preview", args=PAGE), {"arrangement": json.dumps(wanted)})
    assert "gx-board-card" not in answer.content.decode()
    arrange(client, wanted)
    assert "layout=kanban" not in shown(client, "list")
    wanted["places"][BOARD] = ["stage"]
    answer = client.post(reverse("layout_preview", args=PAGE), {"arrangement": json.dumps(wanted)})
    assert "card.example" in answer.content.decode()


PEOPLE = "related/fakes.person.company"


def people_of(client: Client, record: Any) -> str:
    return shown(client, "tab", record.pk, "fakes.person.company")


def test_columns_of_a_related_list_are_arranged_for_everybody_or_a_role(chief, organisation):
    clerk = organisation.actor("clerk", ("*", "*", "all"))
    role = Role.objects.get(user_links__user=clerk.user_id)
    record = company(chief)
    run(
        commands.get("fakes.person.create"),
        chief,
        inputs={"name": "Ada", "company": record.pk, "remarks": "Prefers tea"},
    )
    client, wanted = browser_of(chief), usual()
    assert re.findall(r'data-column="(\w+)"', people_of(client, record)) == ["name", "code"]
    wanted["places"][PEOPLE] = ["remarks", "name"]
    assert arrange(client, wanted, role=role.pk).status_code == 302
    assert Layout.objects.get().changes.keys() == {PEOPLE}
    assert "Prefers tea" not in people_of(client, record)
    assert re.findall(r'data-column="(\w+)"', people_of(browser_of(clerk), record)) == ["remarks", "name"]
    FieldRule.objects.create(role=role, entity="fakes.person", field="remarks", rule=FieldRule.Rule.HIDE)
    assert "Prefers tea" not in people_of(browser_of(clerk), record)


def test_a_related_list_keeps_the_name_and_one_that_is_gone_is_told_of(chief):
    client, wanted = browser_of(chief), usual()
    wanted["places"][PEOPLE] = ["code"]
    arrange(client, wanted)
    record = company(chief)
    run(commands.get("fakes.person.create"), chief, inputs={"name": "Ada", "company": record.pk})
    assert re.findall(r'data-column="(\w+)"', people_of(client, record)) == ["name", "code"]
    Layout.objects.update(changes={"related/gone.thing.company": {"hidden": ["code"]}})
    registry.configuration_changed()
    assert "related/gone.thing.company:code" in client.get(reverse("layout", args=PAGE)).content.decode()
