"""The seam for features: a toy one, registered only here, adds an option, a field, a tab, a command and a check."""

import pytest
from django.core.checks import Error
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from guanxi.platform.access import kinds
from guanxi.platform.access.fields import Field
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.entities import registry
from guanxi.platform.entities.checks import check_entities
from guanxi.platform.entities.features import Feature, features, register_feature, unregister_feature
from guanxi.platform.entities.options import Panel
from guanxi.platform.events import registry as events
from tests.fakes.models import Company


class Stars(Feature):
    """An entity that says ``stars = "<number field>"`` shows that number as stars and can be given one more."""

    key = "toy.stars"
    options = ("stars",)

    def applies(self, entity):
        return bool(getattr(entity, "stars", ""))

    def number(self, entity, record):
        return entity.source.fields()[entity.stars].get(record) or 0

    def fields(self, entity):
        if not self.applies(entity):
            return []
        return [
            Field("stars", kinds.TEXT, "Stars", readonly=True, get=lambda record: "*" * self.number(entity, record))
        ]

    def tabs(self, entity):
        def build(actor, record):
            return {"message": f"{self.number(entity, record)} stars"}

        return [Panel("stars", "Stars", "platform/refusal.html", build, place="tab")]

    def commands(self, entity):
        def give(records, values, actor):
            for record in records:
                entity.fields()[entity.stars].set(record, self.number(entity, record) + 1)

        if not self.applies(entity):
            return []
        return [commands.Command(entity.key, "star", "Give a star", "starred", "Starred", give, icon="star")]

    def check(self, entity):
        if self.applies(entity) and entity.stars not in entity.source.fields():
            return [Error(f"{entity.key}.stars names “{entity.stars}”, which is not a field", id="toy.E001")]
        return []


@pytest.fixture
def entity(db, monkeypatch):
    """The fake company with the option declared; what is derived from declarations is worked out anew."""
    found = registry.get("fakes.company")
    monkeypatch.setattr(type(found), "stars", "employees", raising=False)
    monkeypatch.setattr(registry, "_cache", {})
    return found


@pytest.fixture
def toy(entity, monkeypatch):
    """The feature in place, its commands registered as at start-up."""
    reverse("home")  # all addresses are made now: made later, they would keep the toy's command for good
    feature = register_feature(Stars())
    monkeypatch.setattr(commands, "_commands", dict(commands._commands))
    with events.opened():
        for one in registry.entities():
            for command in feature.commands(one):
                commands.register(command)
        yield feature
    unregister_feature(feature.key)


@pytest.fixture
def company(organisation, toy):
    inputs = {"name": "Acme", "employees": 2}
    return Company.objects.get(
        pk=run(commands.get("fakes.company.create"), organisation.everything(), inputs=inputs).ids[0]
    )


@pytest.fixture
def client(organisation, company):
    browser = Client()
    browser.force_login(organisation.users["chief"])
    return browser


def address(name, *parts):
    return reverse(name, args=["fakes", "company", *parts])


def test_its_field_stands_in_list_record_and_rest(client, company):
    assert "**" in client.get(address("list"), {"columns": "name,stars"}).content.decode()
    assert client.get(address("record", company.pk)).status_code == 200
    assert client.get(f"/api/fakes/company/{company.pk}/").json()["stars"] == "**"
    assert "stars" not in registry.get("fakes.thing").fields()


def test_its_tab_loads_in_its_own_request(client, company):
    tabs = {tab.id: tab for tab in client.get(address("record", company.pk)).context["page"].tabs}
    assert "2 stars" in client.get(tabs["stars"].url).content.decode()


def test_its_command_is_a_button_and_leaves_its_event(client, company, organisation):
    page = client.get(address("record", company.pk)).context["page"]
    assert "fakes.company.star" in [button.id for button in (*page.commands, *page.more)]
    outcome = run(commands.get("fakes.company.star"), organisation.everything("second"), ids=[company.pk])
    assert Company.objects.get(pk=company.pk).employees == 3
    assert outcome.changes[0].diff["employees"] == [2, 3]
    assert "fakes.company.starred" in events.kinds()


def test_its_option_is_unknown_without_it_and_checked_with_it(entity, monkeypatch):
    assert any("no option “stars”" in problem.msg for problem in check_entities())
    register_feature(Stars())
    try:
        assert check_entities() == []
        monkeypatch.setattr(type(entity), "stars", "nonsense")
        assert [problem.id for problem in check_entities()] == ["toy.E001"]
    finally:
        unregister_feature("toy.stars")


def test_only_a_feature_with_a_key_of_its_own_is_taken(toy):
    for wrong in (Stars(), Feature(), object()):
        with pytest.raises(ImproperlyConfigured):
            register_feature(wrong)
    assert features()[-1] is toy
