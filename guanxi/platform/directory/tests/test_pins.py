"""Pinned records: by whoever sees them, for themselves alone, gone from sight with the right to see."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from guanxi.platform.access import gate
from guanxi.platform.access.actions import known
from guanxi.platform.access.models import User
from guanxi.platform.access.tokens import create as create_token
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.command import Command, register
from guanxi.platform.commands.executor import run
from guanxi.platform.directory import pins
from guanxi.platform.directory.models import Pin
from guanxi.platform.duplicates.models import Merge
from guanxi.platform.events.models import Event
from guanxi.platform.ui import home_page
from tests.contract.digest import digest_of_tables
from tests.fakes.models import Company

LOOKS = (("fakes.company", "view", "all"), ("fakes.person", "view", "own"))


@pytest.fixture
def chief(organisation):
    return organisation.everything()


@pytest.fixture
def ann(organisation):
    """Somebody who looks at companies and changes none."""
    actor = organisation.actor("ann", *LOOKS)
    User.objects.update(language="en")
    return actor


@pytest.fixture
def company(chief):
    return make(chief, "Acme")


def make(actor, name, key="fakes.company"):
    return run(commands.get(f"{key}.create"), actor, inputs={"name": name}).ids[0]


def pin(actor, pk, name="pin", key="fakes.company"):
    return run(commands.get(f"{key}.{name}"), actor, ids=[pk])


def browser(actor):
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def in_palette(actor):
    groups = browser(actor).get("/palette/?q=").json()["groups"]
    return {group["label"]: [item["label"] for item in group["items"]] for group in groups}.get("Pinned", [])


def test_whoever_looks_pins_for_themselves_and_leaves_no_trace_of_it(ann, chief, company):
    before, seen = Event.objects.count(), Company.objects.values().get(pk=company)
    pin(ann, company)
    pin(ann, company)
    assert [card.title for card in home_page.pinned(ann)] == ["Acme"]
    assert home_page.pinned(chief) == []
    assert (Event.objects.count(), Company.objects.values().get(pk=company)) == (before, seen)
    pin(ann, company, "unpin")
    assert home_page.pinned(ann) == []


def test_the_page_pins_by_a_button_and_a_key_and_takes_it_away(ann, company):
    client, url = browser(ann), f"/fakes/company/{company}/"
    text = client.get(url).content.decode()
    assert f'hx-post="{url}do/pin/"' in text
    assert 'data-gx-key="p"' in text
    assert client.post(f"{url}do/pin/").status_code in (204, 302)
    assert f'hx-post="{url}do/unpin/"' in client.get(url).content.decode()
    assert in_palette(ann) == ["Acme"]
    assert "Acme" in client.get("/").content.decode()
    client.post(f"{url}do/unpin/")
    assert in_palette(ann) == []
    assert "home-pinned" not in client.get("/").content.decode()


def test_what_may_no_longer_be_seen_is_not_shown_and_comes_back_with_the_right(organisation, chief):
    bob = organisation.actor("bob", ("fakes.company", "view", "own"))
    User.objects.update(language="en")
    company = make(chief, "Acme")
    give = commands.get("fakes.company.assign")
    run(give, chief, ids=[company], inputs={"owner": bob.user_id})
    pin(bob, company)
    assert in_palette(bob) == ["Acme"]
    run(give, chief, ids=[company], inputs={"owner": chief.user_id})
    assert in_palette(bob) == []
    assert "Acme" not in browser(bob).get("/").content.decode()
    for name in ("pin", "unpin"):
        with pytest.raises(gate.NotFound):
            pin(bob, company, name)
    run(give, chief, ids=[company], inputs={"owner": bob.user_id})
    assert in_palette(bob) == ["Acme"]


def test_a_deleted_record_is_not_pinned_nor_shown(ann, chief, company):
    pin(ann, company)
    run(commands.get("fakes.company.delete"), chief, ids=[company])
    assert home_page.pinned(ann) == []
    assert 'data-gx-key="p"' not in browser(chief).get(f"/fakes/company/{company}/").content.decode()
    with pytest.raises(gate.NotFound):
        pin(chief, company)


def test_who_may_not_look_pins_nothing(organisation, company):
    stranger = organisation.actor("stranger", ("fakes.person", "*", "all"))
    with pytest.raises(gate.Forbidden):
        pin(stranger, company)
    assert not Pin.objects.exists()


def test_a_token_that_only_reads_pins_nothing(ann, company):
    url = f"/api/fakes/company/{company}/commands/"
    for read_only, status in ((True, 403), (False, 200)):
        secret = create_token(ann, "test", 1, read_only=read_only)
        headers = {"Authorization": f"Bearer {secret}"}
        offered = {item["name"] for item in Client().get(url, headers=headers).json()["items"]}
        assert ("pin" in offered) is not read_only
        before = digest_of_tables()
        answer = Client().post(f"{url}pin/", {}, content_type="application/json", headers=headers)
        assert answer.status_code == status, answer.content
        assert Pin.objects.exists() is not read_only
        if read_only:
            changed = {table for table, digest in digest_of_tables().items() if digest != before[table]}
            assert not [table for table in changed if "directory_pin" in table or "fakes" in table]


def test_the_oldest_goes_when_there_are_too_many(monkeypatch, ann, chief):
    monkeypatch.setattr(pins, "KEPT", 2)
    for name in ("One", "Two", "Three"):
        pin(ann, make(chief, name))
    assert [card.title for card in home_page.pinned(ann)] == ["Three", "Two"]


def test_more_pins_cost_no_more_queries(ann, chief, django_assert_num_queries):
    for number in range(2):
        pin(ann, make(chief, f"Acme {number}"))
    home_page.pinned(ann)  # rights are read once
    with django_assert_num_queries(2):
        assert len(home_page.pinned(ann)) == 2
    for number in range(5):
        pin(ann, make(chief, f"More {number}"))
    with django_assert_num_queries(2):
        assert len(home_page.pinned(ann)) == 7


def test_pins_go_along_when_records_are_merged_and_nobody_is_told(ann, chief, company):
    other = make(chief, "Acme Ltd")
    pin(ann, other)
    pin(chief, other)
    pin(chief, company)
    run(commands.get("fakes.company.merge"), chief, ids=[company], inputs={"other": other})
    assert [card.title for card in home_page.pinned(ann)] == ["Acme"]
    assert [card.title for card in home_page.pinned(chief)] == ["Acme"]
    made = Merge.objects.get()
    assert "directory.pin" not in {**made.summary, **made.kept}
    run(commands.get("duplicates.merge.unmerge"), chief, ids=[made.pk])
    assert [card.title for card in home_page.pinned(ann)] == ["Acme Ltd"]


def test_a_right_that_is_not_ones_own_is_no_right_to_give(ann):
    assert {"pin", "unpin"}.isdisjoint(known())


def test_a_command_that_asks_for_another_right_must_leave_the_record_alone():
    with pytest.raises(ImproperlyConfigured):
        register(Command("fakes.company", "spoil", "Spoil", "spoilt", "Spoilt", lambda *given: None, asks="view"))


def test_its_body_cannot_change_the_record(ann, chief, company, monkeypatch):
    def spoil(records, values, actor):
        records[0].name = "Spoilt"

    monkeypatch.setattr(commands.get("fakes.company.pin"), "apply", spoil)
    pin(ann, company)
    assert Company.objects.get(pk=company).name == "Acme"
