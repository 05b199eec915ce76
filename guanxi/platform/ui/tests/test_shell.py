"""The frame of the pages: kept in the process as long as it is true, and no moment longer."""

import re

import pytest
from django.conf import settings
from django.db.models import F
from django.test import Client
from django.urls import reverse

from guanxi.platform.access.models import FieldRule, Role, RoleGrant, UserRole
from guanxi.platform.entities import registry
from guanxi.platform.entities.models import Configuration
from guanxi.platform.ui import menu
from guanxi.platform.ui.contexts import NavItem

COMPANIES = reverse("list", args=["fakes", "company"])


@pytest.fixture
def ann(organisation):
    organisation.actor("ann", ("fakes.company", "*", "all"), place=organisation.head)
    return organisation.users["ann"]


@pytest.fixture
def client(ann):
    browser = Client()
    browser.force_login(ann)
    return browser


def nav(browser: Client, path: str = COMPANIES) -> list[NavItem]:
    return [item for group in browser.get(path).context["shell"].nav for item in group.items]


def urls(browser: Client) -> set[str]:
    return {item.url for item in nav(browser)}


def test_the_place_of_the_page_is_marked_whoever_asked_before(client):
    for path in (COMPANIES, reverse("inbox"), COMPANIES):
        assert [item.url for item in nav(client, path) if item.active] == [path]
        html = client.get(path).content.decode()
        marked = re.findall(r'<a href="([^"]*)" class="gx-nav-item" aria-current="page"', html)
        assert marked == [path]


def test_a_changed_role_shows_in_the_next_page(client, ann):
    targets = {entity.key: f"/{entity.module}/{entity.name}/" for entity in registry.entities() if entity.menu}
    other = next(url for key, url in targets.items() if key != "fakes.company")
    assert other not in urls(client)
    role = Role.objects.create(key="more", labels={"en": "More"})
    RoleGrant.objects.create(role=role, entity="*", actions=["view"], scope="all")
    UserRole.objects.create(user=ann, role=role)
    assert other in urls(client)
    assert other in client.get(COMPANIES).content.decode()
    role.active = False
    role.save()
    assert other not in urls(client)


def test_a_right_to_create_taken_away_takes_the_button_away(client):
    create = reverse("create", args=["fakes", "company"])
    offered = f'<a class="dropdown-item" href="{create}">'
    before = offered in client.get(reverse("inbox")).content.decode()
    assert before == bool(registry.get("fakes.company").menu)
    RoleGrant.objects.update(actions=["view"])
    assert offered not in client.get(reverse("inbox")).content.decode()


def test_the_language_of_the_reader_decides(client, ann):
    chinese = client.get(COMPANIES).content.decode()
    ann.language = "en"
    ann.save()
    english = client.get(COMPANIES).content.decode()
    assert "Fold the menu" in english
    assert ("Fold the menu" in chinese) == (settings.LANGUAGE_CODE == "en")


def test_a_configuration_changed_by_another_process_is_seen(client, organisation, monkeypatch):
    made = []
    monkeypatch.setattr(menu, "_groups", lambda actor: made.append(actor) or ())
    registry.configuration_changed()
    client.get(COMPANIES)
    client.get(COMPANIES)
    assert len(made) == 1
    Configuration.objects.update(version=F("version") + 1)
    monkeypatch.setattr(registry, "_checked", 0.0)  # a second later
    client.get(COMPANIES)
    assert len(made) == 2


def test_each_page_has_the_token_of_its_own_request(client):
    html = client.get(COMPANIES).content.decode()
    tokens = set(re.findall(r'name="csrfmiddlewaretoken" value="([^"]*)"', html))
    assert len(tokens) == 1
    assert f'"X-CSRFToken": "{tokens.pop()}"' in html
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]*)"', strict.get(COMPANIES).content.decode())
    answer = strict.post(reverse("language"), {"language": "en", "csrfmiddlewaretoken": token[1] if token else ""})
    assert answer.status_code == 302


def test_what_may_be_filtered_comes_when_the_popover_opens(client, ann):
    page = client.get(COMPANIES)
    assert f'data-url="{page.context["page"].filter_url}"' in page.content.decode()
    fields = {field["key"]: field for field in client.get(page.context["page"].filter_url).json()["fields"]}
    assert {"value": "lost", "label": "Lost"} in fields["stage"]["choices"] or len(fields["stage"]["choices"]) > 1
    assert fields["owner"]["picker"] == reverse("picker", args=["access", "user"])
    period = next(one for one in fields["created_at"]["operators"] if one["key"] == "period")
    assert period["choices"]
    assert not any(one["choices"] for one in fields["created_at"]["operators"] if one is not period)
    role = UserRole.objects.get(user=ann).role
    FieldRule.objects.create(role=role, entity="fakes.company", field="stage", rule=FieldRule.Rule.HIDE)
    assert "stage" not in {field["key"] for field in client.get(page.context["page"].filter_url).json()["fields"]}


def test_a_stranger_learns_no_fields(organisation):
    organisation.user("zoe")
    browser = Client()
    browser.force_login(organisation.users["zoe"])
    assert browser.get(reverse("filter", args=["fakes", "company"])).status_code == 403
