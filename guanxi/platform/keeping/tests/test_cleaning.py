"""Clean-up: found and shown before, agreed to by a second person, carried out in chunks; what is in use stays."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from guanxi.platform.access.gate import Forbidden, NotFound
from guanxi.platform.access.models import User
from guanxi.platform.commands import command as commands
from guanxi.platform.commands import held
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.directory.models import Note
from guanxi.platform.events.models import Event
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.testing import run_queued_jobs
from guanxi.platform.keeping import cleaning, panels
from guanxi.platform.keeping.jobs import daily_emptying
from guanxi.platform.keeping.models import CleanupRule
from tests.fakes.models import Company, Person

OLD = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def chief(organisation):
    return organisation.everything()


@pytest.fixture
def second(organisation):
    return organisation.actor("second", ("*", "*", "all"))


def firm(actor, name, *, modified=OLD, deleted=None):
    pk = run(commands.get("fakes.company.create"), actor, inputs={"name": name}).ids[0]
    Company.everything.filter(pk=pk).update(modified_at=modified, deleted_at=deleted)
    return pk


def rule(actor, **inputs):
    values = {"name": "Old firms", "target": "fakes.company", "action": "bin", "days": 365, **inputs}
    pk = run(commands.get("keeping.cleanuprule.create"), actor, inputs=values).ids[0]
    return CleanupRule.objects.get(pk=pk)


def carry_out(one, asks, agrees, at_most=100):
    outcome = run(
        commands.get("keeping.cleanuprule.carry_out"),
        asks,
        ids=[one.pk],
        inputs={"at_most": at_most, "note": "year's end"},
    )
    assert outcome.held
    assert not Job.objects.filter(kind="keeping.clean").exists()
    held.decide(outcome.held, agrees, approve=True)
    return run_queued_jobs()[-1]


def live():
    return sorted(Company.objects.values_list("name", flat=True))


def test_a_rule_shows_what_it_finds_and_changes_nothing(chief):
    firm(chief, "Acme"), firm(chief, "Birch"), firm(chief, "Fresh", modified=timezone.now())
    one = rule(chief, filter='["contains","name","c"]')
    shown = panels.dry_run(chief, one)["trial"]
    assert (shown.count, sorted(shown.sample)) == (2, ["Acme", "Birch"])
    assert live() == ["Acme", "Birch", "Fresh"]


def test_nothing_goes_before_a_second_person_agrees_and_it_can_be_undone(chief, second):
    firm(chief, "Acme"), firm(chief, "Fresh", modified=timezone.now())
    one = rule(chief)
    job = carry_out(one, chief, second)
    assert (job.state, job.counters) == ("done", {"done": 1, "left": 0})
    assert live() == ["Fresh"]
    told = Event.objects.get(kind="keeping.cleanup.done")
    assert (told.payload["gone"], told.actor_id, str(told.batch)) == (1, chief.user_id, job.result["batch"])
    assert Event.objects.filter(kind="fakes.company.deleted", batch=told.batch).count() == 1
    one.refresh_from_db()
    assert one.run_at is not None


def test_nobody_agrees_with_themselves(chief):
    one = rule(chief)
    outcome = run(
        commands.get("keeping.cleanuprule.carry_out"), chief, ids=[one.pk], inputs={"at_most": 1, "note": "x"}
    )
    with pytest.raises(NotFound):
        held.decide(outcome.held, chief, approve=True)


def test_more_than_was_agreed_on_is_left_alone(chief, second):
    firm(chief, "Acme"), firm(chief, "Birch")
    job = carry_out(rule(chief), chief, second, at_most=1)
    assert (job.state, job.error_code) == ("failed", "too_many")
    assert live() == ["Acme", "Birch"]


def test_what_others_hang_on_stays_and_is_counted(chief, second):
    used, free = firm(chief, "Used"), firm(chief, "Free")
    run(commands.get("fakes.person.create"), chief, inputs={"name": "Ann", "company": used})
    job = carry_out(rule(chief), chief, second)
    assert job.counters == {"done": 1, "left": 1}
    assert live() == ["Used"]
    assert Company.everything.get(pk=free).deleted_at is not None


def test_a_clean_up_reaches_no_further_than_the_person_who_asked(organisation, chief, second):
    firm(chief, "Theirs")
    clerk = organisation.actor("clerk", ("fakes.*", "*", "own"), ("keeping.cleanuprule", "*", "all"))
    job = carry_out(rule(clerk), clerk, second)
    assert job.counters == {}
    assert live() == ["Theirs"]
    stranger = organisation.actor("stranger", ("keeping.cleanuprule", "*", "all"))
    with pytest.raises(Forbidden):
        cleaning.trial(rule(stranger, name="Other"), stranger)


def test_a_purge_removes_for_good_with_what_was_attached(chief, second):
    gone = firm(chief, "Gone", deleted=OLD)
    kept = firm(chief, "Kept", deleted=timezone.now())
    Note.everything.create(text="about it", entity="fakes.company", record_id=gone, created_at=OLD, modified_at=OLD)
    job = carry_out(rule(chief, action="purge", days=90), chief, second)
    assert job.counters == {"done": 1, "left": 0}
    assert list(Company.everything.values_list("pk", flat=True)) == [kept]
    assert not Note.everything.filter(record_id=gone).exists()
    assert Event.objects.get(kind="keeping.records.purged").payload == {"count": 1, "ids": [gone]}


def test_the_recycle_bin_empties_itself_after_a_time(chief, settings):
    old, young = firm(chief, "Old", deleted=OLD), firm(chief, "Young", deleted=timezone.now() - timedelta(days=10))
    Person.everything.update(deleted_at=None)
    settings.KEEPING = {**settings.KEEPING, "bin_days": 0}
    daily_emptying()
    assert not Job.objects.filter(kind="keeping.empty").exists()
    settings.KEEPING = {**settings.KEEPING, "bin_days": 30}
    daily_emptying()
    daily_emptying()
    (job,) = run_queued_jobs()
    assert (job.state, job.counters["done"]) == ("done", 1)
    assert list(Company.everything.values_list("pk", flat=True)) == [young]
    assert old != young


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({"target": "access.user"}, "target"),
        ({"filter": '["eq","nonsense",1]'}, "filter"),
        ({"filter": "name = Acme"}, "filter"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(chief, inputs, field):
    with pytest.raises(Rejected) as refusal:
        rule(chief, **inputs)
    assert field in refusal.value.errors


def test_the_address_of_a_filtered_list_is_a_filter(chief):
    address = "https://crm.example.org/fakes/company/?filter=%5B%22eq%22%2C%22name%22%2C%22Acme%22%5D&sort=-id"
    assert rule(chief, filter=address).filter == '["eq","name","Acme"]'


def test_a_user_who_left_starts_no_clean_up(chief, second):
    firm(chief, "Acme")
    outcome = run(
        commands.get("keeping.cleanuprule.carry_out"), chief, ids=[rule(chief).pk], inputs={"at_most": 9, "note": "x"}
    )
    held.decide(outcome.held, second, approve=True)
    User.objects.filter(pk=chief.user_id).update(is_active=False)
    assert run_queued_jobs()[-1].state == "failed"
    assert live() == ["Acme"]
