"""Tasks: who reaches them, what can be done with them, and when they remind."""

from datetime import UTC, datetime, timedelta

import pytest

from guanxi.platform.access import gate
from guanxi.platform.calendar.models import Task
from guanxi.platform.calendar.policies import reminder_moment
from guanxi.platform.calendar.selectors import my_tasks_today
from guanxi.platform.calendar.services import remind
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Blocked, Rejected
from guanxi.platform.entities import registry
from guanxi.platform.entities.query import Query, page
from guanxi.platform.events.selectors import history

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)  # ten in the morning in Shanghai
RIGHTS = (("fakes.*", "*", "own"), ("access.user", "view", "all"), ("calendar.task", "*", "all"))


def create(actor, **inputs):
    return Task.objects.get(pk=run(commands.get("calendar.task.create"), actor, inputs=inputs).ids[0])


def do(name, actor, task, **inputs):
    run(commands.get(f"calendar.task.{name}"), actor, ids=[task.pk], inputs=inputs)
    return Task.objects.get(pk=task.pk)


def seen(actor):
    return [record.pk for record in page(registry.get("calendar.task"), actor, Query()).records]


@pytest.fixture
def ann(organisation):
    return organisation.actor("ann", *RIGHTS).at(NOW)


@pytest.fixture
def bob(organisation):
    return organisation.actor("bob", *RIGHTS, place=organisation.south_one).at(NOW)


@pytest.fixture
def company(ann):
    return run(commands.get("fakes.company.create"), ann, inputs={"name": "Acme"}).ids[0]


def test_a_task_on_nothing_is_its_persons_own(organisation, ann, bob):
    task = create(ann, subject="Call the printer")
    assert (task.assignee_id, task.entity, task.record_id) == (ann.user_id, "", 0)
    assert (task.owner_id, task.d3) == (ann.user_id, organisation.north_one.pk)
    assert seen(ann) == [task.pk]
    assert seen(bob) == []
    assert seen(organisation.everything()) == []


def test_a_task_on_a_record_is_seen_by_whoever_sees_the_record(organisation, ann, bob, company):
    task = create(ann, subject="Send the offer", entity="fakes.company", record_id=company)
    assert task.owner_id == ann.user_id
    assert seen(organisation.everything()) == [task.pk]
    assert seen(bob) == []


def test_a_given_task_reaches_its_assignee_even_where_the_record_does_not(ann, bob, company):
    task = create(ann, subject="Check the credit", entity="fakes.company", record_id=company)
    task = do("give", ann, task, to=bob.user_id, note="You know them")
    assert (task.assignee_id, task.owner_id) == (bob.user_id, ann.user_id)
    assert seen(bob) == [task.pk]
    assert not gate.admits(bob, registry.get("fakes.company"), [company], "view")
    assert do("complete", bob, task).done_at == NOW
    assert history("calendar.task", task.pk)[0].kind == "calendar.task.completed"


def test_a_task_can_not_be_hung_on_a_record_out_of_reach(ann, bob, company):
    with pytest.raises(gate.NotFound):
        create(bob, subject="Spy", entity="fakes.company", record_id=company)
    with pytest.raises(gate.NotFound):
        create(bob, subject="Spy", entity="access.user", record_id=1)
    assert Task.objects.count() == 0


def test_without_the_right_nobody_makes_tasks(organisation):
    nobody = organisation.actor("carl")
    with pytest.raises(gate.Forbidden):
        create(nobody, subject="Anything")


def test_what_is_not_open_must_be_reopened_first(ann):
    task = do("complete", ann, create(ann, subject="Write it down"))
    for name, inputs in (("complete", {}), ("postpone", {"until": "2026-03-12T10:00"}), ("give", {"to": ann.user_id})):
        with pytest.raises(Blocked):
            do(name, ann, task, **inputs)
    assert do("reopen", ann, task).done_at is None
    with pytest.raises(Blocked):
        do("reopen", ann, task)


def test_a_task_is_given_only_to_somebody_who_exists(ann):
    task = create(ann, subject="Write it down")
    with pytest.raises(Rejected) as refusal:
        do("give", ann, task, to=999_999)
    assert set(refusal.value.errors) == {"to"}


@pytest.mark.parametrize(
    ("due", "reminder", "moment"),
    [
        ("2026-03-11T08:00", "morning", "2026-03-11T00:30"),  # due 16:00 in Shanghai, told at 8:30
        ("2026-03-10T22:00", "morning", "2026-03-10T22:00"),  # due 6:00 in Shanghai, before the morning
        ("2026-03-11T08:00", "on_time", "2026-03-11T08:00"),
        ("2026-03-11T08:00", "quarter", "2026-03-11T07:45"),
        ("2026-03-11T08:00", "day", "2026-03-10T08:00"),
        ("2026-03-11T08:00", "never", None),
    ],
)
def test_the_moment_of_a_reminder(due, reminder, moment):
    expected = datetime.fromisoformat(moment).replace(tzinfo=UTC) if moment else None
    assert reminder_moment(datetime.fromisoformat(due).replace(tzinfo=UTC), reminder) == expected
    assert reminder_moment(None, reminder) is None


def test_a_task_reminds_once_and_again_after_it_was_postponed(ann):
    task = create(ann, subject="Visit", due_at="2026-03-10T12:00:00+08:00", reminder="hour")
    assert task.remind_at == NOW + timedelta(hours=1)
    assert remind(NOW) == 0
    assert remind(NOW + timedelta(hours=1)) == 1
    assert remind(NOW + timedelta(hours=1)) == 0
    told = history("calendar.task", task.pk)[0]
    assert (told.kind, told.payload.assignee_id, told.payload.due_at) == ("calendar.task.due", ann.user_id, task.due_at)
    later = do("postpone", ann.at(NOW + timedelta(hours=1)), task, until="2026-03-11T12:00:00+08:00")
    assert remind(later.remind_at) == 1


def test_what_was_done_or_long_missed_does_not_remind(ann):
    done = create(ann, subject="Done in time", due_at="2026-03-10T12:00:00+08:00", reminder="on_time")
    do("complete", ann, done)
    create(ann, subject="Server was off", due_at="2026-03-10T12:00:00+08:00", reminder="on_time")
    assert remind(NOW + timedelta(days=2)) == 0
    assert Task.objects.filter(remind_at__isnull=False).count() == 0


def test_todays_tasks_are_ordered_by_urgency(ann, bob):
    some_day = create(ann, subject="Some day")
    late = create(ann, subject="Late", due_at="2026-03-09T12:00:00+08:00")
    tonight = create(ann, subject="Tonight", due_at="2026-03-10T23:59:00+08:00")
    create(ann, subject="Tomorrow", due_at="2026-03-11T00:00:00+08:00")
    create(ann, subject="Bob's", assignee=bob.user_id)
    do("complete", ann, create(ann, subject="Done"))
    assert [task.pk for task in my_tasks_today(ann)] == [late.pk, tonight.pk, some_day.pk]
