"""Dangerous actions ask again who is there, through every door at which a person stands."""

import json
import time

import pytest
from django.urls import reverse

from guanxi.platform.access import confirming, tokens
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import Role, User, UserRole
from guanxi.platform.commands import command as commands
from guanxi.platform.commands import held
from guanxi.platform.commands.executor import run
from guanxi.platform.events.models import Event

HTMX = {"HX-Request": "true"}
CONFIRM = "/accounts/reauthenticate/"


@pytest.fixture
def boss(organisation, ann) -> User:
    organisation.actor("ann", ("*", "*", "all"))
    return ann


@pytest.fixture
def role(db) -> Role:
    return Role.objects.create(key="reader", labels={"en": "Reader"})


def give(browser, user, role, **headers):
    return browser.post("/access/userrole/new/", {"user": user.pk, "role": role.pk}, headers=headers)


def age(browser, seconds: int) -> None:
    session = browser.session
    session[confirming.RECORDS] = [{"method": "password", "at": time.time() - seconds, "reauthenticated": True}]
    session.save()


def test_giving_a_role_asks_and_goes_on_afterwards(boss, role, seat):
    browser = seat("ann")
    answer = give(browser, boss, role, Referer="http://testserver/access/user/7/")
    assert answer["Location"].startswith(f"{CONFIRM}?next=")
    assert "%2Faccess%2Fuser%2F7%2F" in answer["Location"]
    assert not UserRole.objects.filter(role=role).exists()
    browser.confirm()
    assert give(browser, boss, role)["Location"].startswith("/access/")
    assert UserRole.objects.filter(role=role, user=boss).exists()
    assert Event.objects.filter(kind="signin.confirmed").count() == 1


def test_a_confirmation_holds_for_five_minutes(boss, role, seat):
    browser = seat("ann")
    age(browser, 301)
    assert give(browser, boss, role)["Location"].startswith(CONFIRM)
    age(browser, 290)
    assert not give(browser, boss, role)["Location"].startswith(CONFIRM)


def test_dialogs_and_programs_are_told_where_to_confirm(boss, role, seat):
    browser = seat("ann")
    part = give(browser, boss, role, **HTMX)
    assert (part.status_code, part["HX-Redirect"][: len(CONFIRM)]) == (204, CONFIRM)
    dialog = browser.get("/access/userrole/new/", headers={"X-Requested-With": "gx-dialog"})
    assert dialog["HX-Redirect"].startswith(CONFIRM)
    asked = give(browser, boss, role, Accept="application/json")
    assert (asked.status_code, json.loads(asked.content)["confirm_url"][: len(CONFIRM)]) == (403, CONFIRM)
    body = {"data": json.dumps({"user": boss.pk, "role": role.pk}), "content_type": "application/json"}
    called = browser.post("/api/access/userrole/", **body)
    assert (called.status_code, called.json()["code"]) == (403, "confirm")
    assert not UserRole.objects.filter(role=role).exists()


def test_rights_come_first(ann, role, seat):
    assert give(seat("ann"), ann, role).status_code == 403


@pytest.mark.parametrize(
    "path", ["/access/rolegrant/new/", "/access/fieldrule/new/", "/access/user/new/", "/signin/usernetwork/new/"]
)
def test_what_makes_rights_is_dangerous(boss, seat, path):
    assert seat("ann").get(path)["Location"].startswith(CONFIRM)


def test_changing_many_at_once_asks_before_the_preview(boss, seat, role):
    link = UserRole.objects.create(user=boss, role=role)
    browser = seat("ann")
    sent = {"ids": str(link.pk)}
    answer = browser.post("/access/userrole/bulk/delete/", sent, headers=HTMX)
    assert answer["HX-Redirect"].startswith(CONFIRM)


def test_a_second_person_confirms_who_they_are_as_well(organisation, role, ann, monkeypatch):
    chief, deputy = organisation.everything(), organisation.everything("deputy")
    create = commands.get("access.userrole.create")
    monkeypatch.setattr(create, "hold", lambda actor, records, values: True)
    waiting = run(create, chief, inputs={"user": ann.pk, "role": role.pk}).held
    from dataclasses import replace

    from guanxi.platform.access.gate import MustConfirm

    with pytest.raises(MustConfirm):
        held.decide(waiting, replace(deputy, session=True), approve=True)
    assert not UserRole.objects.filter(role=role).exists()
    held.decide(waiting, deputy, approve=True)
    assert UserRole.objects.filter(role=role).exists()


def test_a_token_was_made_by_somebody_who_had_just_confirmed(boss, role, seat):
    secret = tokens.create(Actor.for_user(boss), "provisioning", 30, read_only=False)
    body = {"data": json.dumps({"user": boss.pk, "role": role.pk}), "content_type": "application/json"}
    answer = seat().post("/api/access/userrole/", headers={"Authorization": f"Bearer {secret}"}, **body)
    assert answer.status_code == 201


def test_who_has_no_password_here_signs_in_anew(boss, role, seat):
    browser = seat()
    browser.force_login(boss, backend="guanxi.platform.signin.directory_door.DirectoryBackend")
    assert give(browser, boss, role)["Location"].startswith(CONFIRM), "the directory's password confirms"
    boss.set_unusable_password()
    boss.save()
    browser.force_login(boss, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = give(browser, boss, role)
    assert answer["Location"].startswith(reverse("confirm_again"))
    assert browser.get(answer["Location"]).status_code == 200


def test_wrong_passwords_count_here_as_well(boss, seat):
    browser = seat("ann")
    for _number in range(5):
        browser.post(CONFIRM, {"password": "not this one"})
    assert browser.post(CONFIRM, {"password": "correct horse battery"}).status_code == 200
    assert Event.objects.filter(kind="signin.locked").count() == 1


def test_the_demonstration_is_not_asked(boss, role, seat, settings):
    browser = seat("ann")
    session = browser.session
    session[confirming.RECORDS] = [{"method": "demo", "at": 0}]
    session.save()
    assert give(browser, boss, role)["Location"].startswith(CONFIRM)
    settings.DEMO = True
    assert not give(browser, boss, role)["Location"].startswith(CONFIRM)
