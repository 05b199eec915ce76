"""Arranged pages: differences from the code's default, for everybody or a role, never against the rules of fields."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from guanxi.platform.access.models import FieldRule, Role, User, UserRole
from guanxi.platform.customizing.models import Layout
from guanxi.platform.customizing.tests.test_custom_fields import KEY, company
from guanxi.platform.entities import registry
from guanxi.platform.entities.layout import COLUMNS, FIELDS
from guanxi.platform.events.models import Event
from guanxi.platform.ui.layout_page import usual_parts

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
    lists = {"columns": parts[COLUMNS][""], "tabs": parts["record/tabs"][""], "side": parts["record/side"][""]}
    return {"sections": sections, **{name: list(keys) for name, keys in lists.items()}}


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
    wanted["columns"] = ["name", "website", "stage"]
    wanted["tabs"].remove("fakes.person.company")
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
    wanted["columns"].remove("capital")
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
    wanted["columns"] = ["name", "stage"]
    arrange(browser_of(chief), wanted)
    wanted["columns"] = ["name", "employees"]
    arrange(browser_of(chief), wanted, role=role.pk)
    company(chief)
    assert columns(browser_of(clerk)) == ["name", "employees"]
    assert columns(browser_of(chief)) == ["name", "stage"]


def test_no_layout_shows_what_a_role_hides(chief, organisation):
    clerk = organisation.actor("clerk", ("*", "*", "all"))
    role = Role.objects.get(user_links__user=clerk.user_id)
    wanted = usual()
    wanted["columns"] = ["name", "website"]
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
    wanted["columns"] = ["name"]
    assert client.get(reverse("layout", args=PAGE)).status_code == 200
    assert arrange(client, wanted).status_code == 403
    nobody = browser_of(organisation.actor("nobody", (KEY, "*", "all")))
    assert nobody.get(reverse("layouts")).status_code == 403
    assert nobody.get(reverse("layout", args=PAGE)).status_code == 403


def test_a_layout_costs_a_page_no_query(chief, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, wanted = browser_of(chief), usual()
    wanted["columns"] = ["name", "stage"]
    shown(client, "list")
    with CaptureQueriesContext(connection) as before:
        shown(client, "list")
    arrange(client, wanted)
    shown(client, "list")
    with CaptureQueriesContext(connection) as after:
        shown(client, "list")
    assert len(after) <= len(before)
