"""Retention: personal data go when their time is over, after a trial and with a second person, unless a hold says no."""

from datetime import timedelta

import pytest
from django.utils import timezone

from guanxi.platform.audit import purging
from guanxi.platform.commands import command as commands
from guanxi.platform.commands import held
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.events.models import Event
from guanxi.platform.jobs.testing import run_queued_jobs
from guanxi.platform.keeping import cleaning
from guanxi.platform.keeping.models import CleanupRule
from guanxi.platform.privacy import register
from guanxi.platform.privacy.marks import ERASED
from guanxi.platform.privacy.tests import scene
from tests.fakes.models import Company

YEARS = timedelta(days=3 * 366)


def rule(actor, **inputs):
    values = {"name": "Reached no more", "target": "fakes.company", "action": "empty", "data": "contact", "days": 1095}
    pk = run(commands.get("keeping.cleanuprule.create"), actor, inputs=values | inputs).ids[0]
    return CleanupRule.objects.get(pk=pk)


def carry_out(one, asks, agrees):
    outcome = run(
        commands.get("keeping.cleanuprule.carry_out"), asks, ids=[one.pk], inputs={"at_most": 10, "note": "yearly"}
    )
    held.decide(outcome.held, agrees, approve=True)
    return run_queued_jobs()[-1]


def later(actor):
    """The same person three years on."""
    return actor.at(timezone.now() + YEARS)


def grow_old():
    Company.everything.update(modified_at=timezone.now() - YEARS)


@pytest.fixture
def firms(chief):
    return [
        scene.company(chief, name=name, phone=f"1390000000{number}", remarks="regular", stage="lost")
        for number, name in enumerate(["Acme", "Birch"])
    ]


def test_a_trial_three_years_on_finds_them_and_today_finds_none(chief, firms):
    one = rule(chief)
    assert cleaning.trial(one, chief).count == 0
    found = cleaning.trial(one, later(chief))
    assert (found.count, sorted(found.sample)) == (2, ["Acme", "Birch"])
    assert Company.objects.exclude(phone="").count() == 2


def test_contact_data_go_and_the_rest_stays(chief, second, firms):
    scene.company(chief, name="Quiet")
    grow_old()
    job = carry_out(rule(chief), chief, second)
    assert (job.state, job.counters) == ("done", {"done": 2, "left": 0})
    assert not Company.objects.exclude(phone="").exists()
    assert sorted(Company.objects.values_list("name", "remarks")) == [
        ("Acme", "regular"),
        ("Birch", "regular"),
        ("Quiet", ""),
    ]
    told = Event.objects.filter(kind="privacy.record.anonymised")
    assert sorted(told.values_list("record_id", flat=True)) == sorted(firms)
    assert told[0].payload == {"fields": ["email", "phone"], "reason": "Reached no more"}


def test_what_is_empty_is_not_emptied_again(chief, second, firms):
    grow_old()
    one = rule(chief)
    carry_out(one, chief, second)
    grow_old()
    assert cleaning.trial(one, chief).count == 0


def test_all_kinds_take_the_name_too(chief, second, firms):
    grow_old()
    carry_out(rule(chief, data="", filter='["eq","name","Acme"]'), chief, second)
    assert sorted(Company.objects.values_list("name", flat=True)) == ["Birch", ERASED]
    assert cleaning.trial(rule(chief, data="", filter='["eq","name","Acme"]'), later(chief)).count == 0


def test_a_hold_wins_over_rule_and_recycle_bin(chief, second, firms):
    scene.attached("privacy.legalhold.create", chief, firms[0], reason="dispute")
    grow_old()
    job = carry_out(rule(chief), chief, second)
    assert job.counters == {"done": 1, "left": 1}
    assert Company.objects.exclude(phone="").values_list("name", flat=True).get() == "Acme"
    run(commands.get("fakes.company.delete"), chief, ids=firms)
    Company.everything.update(deleted_at=timezone.now() - YEARS)
    carry_out(rule(chief, action="purge", data=""), chief, second)
    assert Company.everything.values_list("name", flat=True).get() == "Acme"


def test_a_rule_keeps_no_longer_than_the_register_promises(chief):
    register.refresh()
    with pytest.raises(Rejected) as refused:
        rule(chief, days=1096)
    assert "1095 days" in refused.value.errors["days"]
    with pytest.raises(Rejected) as refused:
        rule(chief, data="identity")
    assert "data" in refused.value.errors
    with pytest.raises(Rejected):
        rule(chief, action="bin")


def test_the_memory_is_kept_half_a_year_at_least_and_three_by_itself():
    now = timezone.now()
    with pytest.raises(ValueError, match="at least 6 months"):
        purging.oldest_kept(now, 5)
    assert now - purging.oldest_kept(now) == 36 * purging.MONTH
