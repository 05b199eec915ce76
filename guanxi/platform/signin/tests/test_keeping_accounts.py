"""Accounts that nobody uses, and the quarterly look at who holds which role."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from guanxi.platform.access.actor import System
from guanxi.platform.access.models import Department, Role, User, UserRole
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Blocked
from guanxi.platform.events.models import Event
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.testing import run_queued_jobs
from guanxi.platform.signin import dormant, jobs, reviews
from guanxi.platform.signin.models import AccessReview, ReviewItem

NOW = datetime(2026, 6, 15, 4, tzinfo=UTC)


def used(user: User, days: int) -> None:
    User.objects.filter(pk=user.pk).update(last_active_on=(NOW - timedelta(days=days)).date())


@pytest.fixture
def people(organisation, settings) -> dict[str, User]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    found = {}
    for name, days in (("today", 0), ("fresh", 59), ("warned", 60), ("nearly", 89), ("gone", 90)):
        found[name] = organisation.user(name)
        User.objects.filter(pk=found[name].pk).update(email=f"{name}@example.com", language="en")
        used(found[name], days)
    return found


def active() -> set[str]:
    return set(User.objects.filter(is_active=True).values_list("username", flat=True))


# --- unused accounts --------------------------------------------------------------------------------------
def test_ninety_days_unused_is_out_of_use_sixty_is_warned_once(people):
    assert dormant.disable(NOW) == 1
    assert active() == {"today", "fresh", "warned", "nearly"}
    assert dormant.warn(NOW) == 2
    assert (dormant.disable(NOW), dormant.warn(NOW)) == (0, 0)
    assert sorted(sent.to[0] for sent in mail.outbox) == ["nearly@example.com", "warned@example.com"]
    assert Event.objects.filter(kind="signin.dormant_warned").count() == 2
    event = Event.objects.get(kind="access.user.deactivated")
    assert (event.record_id, event.source) == (people["gone"].pk, "system")


def test_whoever_comes_back_is_warned_anew_next_time(people, seat):
    dormant.warn(NOW)
    assert seat("warned").is_in
    assert User.objects.get(username="warned").dormant_warned_on is None


def test_an_account_taken_into_use_again_counts_from_then(people, organisation):
    dormant.disable(NOW)
    actor = organisation.everything().at(NOW)
    run(commands.get("access.user.activate"), actor, ids=[people["gone"].pk])
    assert dormant.disable(NOW) == 0
    assert "gone" in active()


def test_somebody_who_can_let_others_in_again_stays(people):
    role = Role.objects.create(key="system_administrator", labels={"en": "Administrator"})
    for name in ("nearly", "gone"):
        UserRole.objects.create(user=people[name], role=role)
        used(people[name], {"nearly": 400, "gone": 500}[name])
    dormant.disable(NOW)
    assert "nearly" in active() and "gone" not in active()


def test_who_was_never_here_counts_from_the_day_of_joining(people):
    User.objects.filter(username="today").update(last_active_on=None, date_joined=NOW - timedelta(days=91))
    dormant.disable(NOW)
    assert "today" not in active()


def test_the_clock_looks_once_a_day_and_never_in_the_demonstration(people, settings):
    settings.SIGNIN = {"review_days": 0}
    jobs.daily(), jobs.daily()
    assert Job.objects.filter(kind=jobs.DORMANT).count() == 1
    User.objects.update(last_active_on=datetime.now(UTC).date())
    used(people["gone"], 0)
    User.objects.filter(username="gone").update(last_active_on=datetime.now(UTC).date() - timedelta(days=120))
    run_queued_jobs()
    assert "gone" not in active()
    settings.DEMO = True
    Job.objects.all().delete()
    jobs.daily()
    assert not Job.objects.exists()


# --- reviews ----------------------------------------------------------------------------------------------
@pytest.fixture
def officer(organisation):
    return organisation.actor("officer", ("signin.accessreview", "*", "all"), ("access.*", "view", "all"))


@pytest.fixture
def held(organisation) -> dict[str, UserRole]:
    role = Role.objects.create(key="seller", labels={"en": "Seller"})
    return {
        name: UserRole.objects.create(user=organisation.user(name, place), role=role)
        for name, place in (("ann", organisation.north_one), ("bob", organisation.south_one))
    }


def begin(actor) -> AccessReview:
    made = run(commands.get("signin.accessreview.create"), actor, inputs={"name": "Q2", "due_on": "2026-06-30"})
    return AccessReview.objects.get(pk=made.ids[0])


def line(review, name) -> ReviewItem:
    return ReviewItem.objects.get(review=review, user__username=name)


def say(what, actor, *items):
    return run(commands.get(f"signin.reviewitem.{what}"), actor, ids=[item.pk for item in items])


def test_a_review_lists_every_role_held_and_what_is_new(officer, held, organisation):
    first = begin(officer)
    assert {(item.user.username, item.change) for item in first.lines.all()} == {
        ("ann", "same"),
        ("bob", "same"),
        ("officer", "same"),
    }
    assert (first.items, first.open, first.added, first.gone) == (3, 3, 0, 0)
    held["bob"].delete()
    UserRole.objects.create(user=organisation.user("cleo"), role=held["ann"].role)
    second = begin(officer)
    assert (second.items, second.added, second.gone) == (3, 1, 1)
    assert line(second, "cleo").change == "new"


def test_what_is_withdrawn_is_gone_at_once_in_the_name_of_the_reviewer(officer, held):
    review = begin(officer)
    say("keep", officer, line(review, "ann"))
    say("withdraw", officer, line(review, "bob"))
    assert not UserRole.objects.filter(pk=held["bob"].pk).exists()
    assert UserRole.objects.filter(pk=held["ann"].pk).exists()
    event = Event.objects.get(kind="access.userrole.deleted")
    assert (event.actor_id, event.record_id) == (officer.user_id, held["bob"].user_id)
    assert AccessReview.objects.get().open == 1
    assert begin(officer).gone == 0, "what the review itself took away is no surprise in the next"


def test_nobody_decides_on_their_own_roles(officer, held):
    review = begin(officer)
    with pytest.raises(Blocked):
        say("keep", officer, line(review, "officer"))


def test_a_manager_decides_on_their_department_only(officer, held, organisation):
    manager = organisation.actor("boss", ("signin.accessreview", "view edit", "all"))
    Department.objects.filter(pk=organisation.north_one.pk).update(manager=manager.user_id)
    review = begin(officer)
    say("keep", manager, line(review, "ann"))
    with pytest.raises(Blocked):
        say("withdraw", manager, line(review, "bob"))
    assert line(review, "ann").decided_by_id == manager.user_id


def test_it_is_signed_off_when_all_is_decided_and_then_closed(officer, held, organisation):
    review = begin(officer)
    with pytest.raises(Blocked):
        run(commands.get("signin.accessreview.sign_off"), officer, ids=[review.pk])
    say("keep", officer, line(review, "ann"), line(review, "bob"))
    other = organisation.actor("other", ("signin.accessreview", "*", "all"))
    say("keep", other, line(review, "officer"))
    run(commands.get("signin.accessreview.sign_off"), officer, ids=[review.pk], inputs={"note": "all seen"})
    done = AccessReview.objects.get()
    assert (done.signed_off_by_id, done.open) == (officer.user_id, 0)
    assert Event.objects.get(kind="signin.accessreview.signed_off").note == "all seen"
    with pytest.raises(Blocked):
        say("withdraw", officer, line(review, "ann"))


def test_the_next_review_begins_by_itself_after_a_quarter(held):
    clock = System("test", clock=lambda: NOW)
    first = reviews.begin_if_due(clock)
    assert first and AccessReview.objects.get().due_on.isoformat() == "2026-06-29"
    assert reviews.begin_if_due(replace(clock, clock=lambda: NOW + timedelta(days=91))) is None
    assert reviews.begin_if_due(replace(clock, clock=lambda: NOW + timedelta(days=93))) is not None


def test_a_review_of_many_costs_no_more_statements(officer, held, organisation, django_assert_max_num_queries):
    role = held["ann"].role
    users = User.objects.bulk_create(User(username=f"u{n}", name=f"u{n}", password="!") for n in range(120))
    UserRole.objects.bulk_create(UserRole(user=user, role=role) for user in users)
    with django_assert_max_num_queries(30):
        review = begin(officer)
    items = list(ReviewItem.objects.filter(review=review, user__in=users))
    with django_assert_max_num_queries(40):
        say("withdraw", officer, *items)
    assert UserRole.objects.filter(user__in=users).count() == 0
