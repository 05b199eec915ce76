"""Handover: what a person owns goes to a successor, as one batch, by whoever may give it."""

import pytest
from django.test import Client

from guanxi.platform.access.models import User
from guanxi.platform.calendar.choices import State
from guanxi.platform.calendar.models import Task
from guanxi.platform.commands import undo
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.events.models import Event
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.testing import run_queued_jobs
from guanxi.platform.sharing import handover
from tests.contract.digest import digest_of_tables
from tests.contract.factories import factory_for
from tests.fakes.models import Company, Person

BOSS = ("fakes.*", "*", "subtree"), ("calendar.task", "*", "all"), ("access.*", "view", "all")


@pytest.fixture
def leaver(organisation):
    return organisation.user("leaver", organisation.north_one)


@pytest.fixture
def successor(organisation):
    return organisation.user("successor", organisation.north_two)


@pytest.fixture
def boss(organisation):
    return organisation.actor("boss", *BOSS, place=organisation.north)


@pytest.fixture
def companies(leaver):
    made = factory_for("fakes.company").create_many(3, owner=leaver.pk, department=leaver.department_id, region=None)
    factory_for("fakes.person").create(company=made[0].pk)
    return made


def owners():
    return set(Company.objects.values_list("owner_id", flat=True))


def test_everything_goes_along_with_what_hangs_on_it_and_comes_back(boss, leaver, successor, companies):
    task, done = (
        factory_for("calendar.task").create(
            entity="fakes.company", record_id=companies[0].pk, assignee=leaver.pk, state=state.value
        )
        for state in (State.OPEN, State.DONE)
    )
    found = {one.entity.key: one for one in handover.owned(boss, leaver.pk)}
    assert {key: (one.count, one.closed) for key, one in found.items()} == {
        "fakes.company": (3, False),
        "calendar.task": (1, False),
    }
    job = handover.start(boss, leaver.pk, successor.pk, dict.fromkeys(found), note="Call them first")
    run_queued_jobs()
    assert owners() == {successor.pk}
    assert set(Person.objects.values_list("owner_id", flat=True)) == {successor.pk}
    assert set(Company.objects.values_list("department_id", flat=True)) == {successor.department_id}
    task.refresh_from_db()
    done.refresh_from_db()
    assert (task.assignee_id, done.assignee_id) == (successor.pk, leaver.pk)
    job.refresh_from_db()
    given = Event.objects.filter(batch=job.result["batch"])
    assert {event.note for event in given} == {"Call them first"}
    assert given.count() == 4
    undo.undo_batch(given[0].batch, boss)
    assert owners() == {leaver.pk}
    assert Task.objects.get(pk=task.pk).assignee_id == leaver.pk


def test_only_what_is_chosen_goes_along(boss, leaver, successor, companies):
    handover.start(boss, leaver.pk, successor.pk, {"fakes.company": ["eq", "name", companies[1].name]})
    run_queued_jobs()
    assert list(Company.objects.filter(owner=successor).values_list("pk", flat=True)) == [companies[1].pk]


def test_nobody_gives_away_what_is_out_of_reach(organisation, leaver, successor, companies):
    far = organisation.actor("far", *BOSS, place=organisation.south)
    found = {one.entity.key: (one.count, one.closed) for one in handover.owned(far, leaver.pk)}
    assert found["fakes.company"] == (0, True)
    handover.start(far, leaver.pk, successor.pk, {"fakes.company": None})
    run_queued_jobs()
    assert owners() == {leaver.pk}
    reader = organisation.actor("reader", ("fakes.*", "view", "all"))
    assert not handover.may_hand_over(reader)
    with pytest.raises(Rejected):
        handover.start(reader, leaver.pk, successor.pk, {"fakes.company": None})


def test_a_wrong_choice_changes_nothing(boss, leaver, successor, companies):
    User.objects.filter(pk=successor.pk).update(is_active=False)
    for to, what in ((successor.pk, {"fakes.company": None}), (leaver.pk, {"fakes.company": None}), (boss.me, {})):
        before = digest_of_tables()
        with pytest.raises(Rejected):
            handover.start(boss, leaver.pk, to, what)
        assert digest_of_tables() == before


def test_the_same_form_sent_twice_is_one_handover(boss, leaver, successor, companies):
    first = handover.start(boss, leaver.pk, successor.pk, {"fakes.company": None}, key="form")
    assert handover.start(boss, leaver.pk, successor.pk, {"fakes.company": None}, key="form") == first
    assert Job.objects.filter(kind=handover.JOB).count() == 1


def test_who_lost_the_right_meanwhile_gives_nothing(boss, leaver, successor, companies):
    job = handover.start(boss, leaver.pk, successor.pk, {"fakes.company": None})
    User.objects.filter(pk=boss.me).update(is_active=False)
    run_queued_jobs()
    job.refresh_from_db()
    assert job.state == "failed"
    assert owners() == {leaver.pk}


# --- the page ----------------------------------------------------------------------------------------------
def test_the_page_shows_what_there_is_and_begins(organisation, boss, leaver, successor, companies):
    User.objects.filter(pk=boss.me).update(language="en")
    client = Client()
    client.force_login(organisation.users["boss"], backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "Who hands over?" in client.get("/handover/").content.decode()
    text = client.get(f"/handover/?person={leaver.pk}").content.decode()
    assert "Companies" in text
    assert 'value="fakes.company"' in text
    refused = client.post("/handover/", {"person": leaver.pk, "successor": "", "entity": ["fakes.company"]})
    assert refused.status_code == 422
    assert "Choose a person and a successor" in refused.content.decode()
    answer = client.post(
        "/handover/", {"person": leaver.pk, "successor": successor.pk, "entity": ["fakes.company"], "note": "x"}
    )
    assert answer.status_code == 302
    assert answer["Location"] == f"/jobs/{Job.objects.get().pk}/"
    run_queued_jobs()
    assert owners() == {successor.pk}


def test_the_page_is_closed_to_those_who_may_give_nothing(organisation):
    organisation.actor("reader", ("fakes.*", "view", "all"))
    client = Client()
    client.force_login(organisation.users["reader"], backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/handover/").status_code == 403
