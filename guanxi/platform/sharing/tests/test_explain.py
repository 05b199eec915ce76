"""What the page of effective access says is what the gate does: compared for every person of a small organisation."""

import pytest
from django.test import Client

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import FieldRule, Role, User
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.entities import registry
from guanxi.platform.sharing import explain
from tests.contract.factories import factory_for
from tests.queries import Statements

SCOPES = ("own", "department", "subtree", "region", "all")


@pytest.fixture
def people(organisation):
    """One person per scope and department, some of whom may only see."""
    places = (organisation.head, organisation.north, organisation.north_one, organisation.south_one)
    for scope in SCOPES:
        for place in places:
            actions = "view edit share" if place.level > 1 else "view"
            organisation.actor(f"{scope}-{place.code}", ("fakes.*", actions, scope), place=place)
    organisation.actor("stranger", place=organisation.north_one)
    return organisation


@pytest.fixture
def company(people):
    owner = people.users["own-north-1"]
    made = factory_for("fakes.company").create(owner=owner.pk, region=people.city.pk)
    sharer = people.actor(
        "sharer", ("fakes.*", "view share", "all"), ("sharing.*", "create", "all"), ("access.*", "view", "all")
    )
    give = commands.get("fakes.company.share")
    run(give, sharer, ids=[made.pk], inputs={"person": people.users["own-south-1"].pk, "permission": "edit"})
    run(give, sharer, ids=[made.pk], inputs={"person": people.users["stranger"].pk})
    run(give, sharer, ids=[made.pk], inputs={"unit": people.south.pk})
    return made


def test_the_people_named_are_those_whom_the_gate_admits(people, company):
    entity = registry.get("fakes.company")
    named, after = explain.of_record(entity, company, people.everything())
    assert after == 0
    actors = {user.pk: Actor.for_user(user) for user in User.objects.all()}
    expected = {pk for pk, actor in actors.items() if gate.admits(actor, entity, [company.pk], "view")}
    changing = {pk for pk, actor in actors.items() if gate.admits(actor, entity, [company.pk], "edit")}
    assert {one.user.pk for one in named} == expected
    assert {one.user.pk for one in named if one.changes} == changing
    assert all(one.reasons for one in named)
    by_share = next(one for one in named if one.user.username == "own-south-1")
    assert {reason.via for reason in by_share.reasons} == {str(explain.provider("share").label)}


def test_people_come_in_pages_and_cost_no_statement_each(people, company, monkeypatch):
    entity, asking = registry.get("fakes.company"), people.everything()
    whole, _after = explain.of_record(entity, company, asking)
    monkeypatch.setattr(explain, "PAGE", 5)
    found, after = [], 0
    while True:
        with Statements() as sent:
            page, after = explain.of_record(entity, company, asking, after)
        assert len(sent) <= 16
        found += page
        if not after:
            break
    assert [one.user.pk for one in found] == [one.user.pk for one in whole]


@pytest.mark.parametrize("name", ["own-south-1", "subtree-north", "all-head", "stranger"])
def test_the_actions_named_are_those_that_the_gate_permits(people, company, name):
    actor = Actor.for_user(people.users[name])
    told = {one.entity.key: one for one in explain.of_person(actor)}
    for entity in registry.entities():
        if entity.parent_entity() is None:
            assert (entity.key in told) == gate.permits(actor, entity, "view")
    for one in told.values():
        assert all(part.actions and part.reasons for part in one.allowed)


def test_fields_that_a_rule_takes_away_are_named(people):
    role = Role.objects.get(user_links__user=people.users["own-north-1"])
    FieldRule.objects.create(role=role, entity="fakes.company", field="capital", rule="hide")
    FieldRule.objects.create(role=role, entity="fakes.company", field="rate", rule="read")
    told = {one.entity.key: one for one in explain.of_person(Actor.for_user(people.users["own-north-1"]))}
    assert (told["fakes.company"].hidden, told["fakes.company"].frozen) == (("Capital",), ("Rate",))


# --- the page ----------------------------------------------------------------------------------------------
def client_of(people, name, *grants):
    people.actor(name, *grants, place=people.head)
    User.objects.filter(username=name).update(language="en")
    client = Client()
    client.force_login(people.users[name], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_the_page_answers_both_questions_without_showing_the_record(people, company):
    officer = client_of(people, "officer", ("access.*", "view explain", "all"))
    assert officer.get("/access/").status_code == 200
    text = officer.get(f"/access/?person={people.users['own-north-1'].pk}").content.decode()
    assert "Companies" in text
    assert "Own records" in text
    text = officer.get(f"/access/?kind=fakes.company&code={company.code}").content.decode()
    assert "own-south-1" in text
    assert "sees and changes" in text
    assert company.name not in text
    assert officer.get(f"/fakes/company/{company.pk}/").status_code in (403, 404)
    assert officer.get("/access/?kind=fakes.company&code=nothing").status_code == 404


def test_the_page_is_for_those_who_watch_over_rights(people, company):
    chief = client_of(people, "chief", ("fakes.*", "*", "all"), ("access.role", "view", "all"))
    for address in ("/access/", f"/access/?kind=fakes.company&code={company.code}"):
        assert chief.get(address).status_code == 403
