"""Five failures lock an account, whatever the caller claims about itself; nothing tells why somebody is refused."""

from datetime import timedelta

import pytest
from django.utils import timezone

from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Blocked
from guanxi.platform.events.models import Event
from guanxi.platform.signin import lockout
from guanxi.platform.signin.models import Lock


def words(answer) -> str:
    return " ".join(answer.context["form"].non_field_errors())


def kinds() -> list[str]:
    return list(Event.objects.filter(kind__startswith="signin.").order_by("id").values_list("kind", flat=True))


def test_after_five_failures_the_right_password_is_refused_like_a_wrong_one(ann, seat):
    browser = seat()
    wrong = [browser.enter("ann", "not this one") for _number in range(5)]
    right = browser.enter("ann")
    assert {answer.status_code for answer in [*wrong, right]} == {200}
    assert {words(answer) for answer in wrong} == {words(right)}
    assert not browser.is_in
    assert kinds() == ["signin.failed"] * 5 + ["signin.locked", "signin.failed"]
    reasons = Event.objects.filter(kind="signin.failed").order_by("id").values_list("payload__reason", flat=True)
    assert list(reasons) == ["password"] * 5 + ["locked"]
    told = Event.objects.filter(kind__in=("signin.failed", "signin.locked"))
    assert {(one.entity, one.record_id, one.actor_id) for one in told} == {("access.user", ann.pk, None)}


def test_a_hundred_attempts_with_forged_addresses_lock_after_five(ann, seat, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": None, "login": None}
    browser = seat()
    for number in range(100):
        browser.enter("ann", "not this one", **{"X-Forwarded-For": f"10.0.{number}.7"})
    assert Event.objects.filter(kind="signin.failed", payload__reason="password").count() == 5
    assert Event.objects.filter(kind="signin.failed", payload__address="127.0.0.1").count() == 100


def test_a_name_that_does_not_exist_is_locked_and_told_the_same(ann, seat, settings):
    settings.SIGNIN = {"address_failures": 1000}
    browser = seat()
    for name in ("ann", "nobody"):
        said = {words(browser.enter(name, "not this one")) for _number in range(7)}
        assert len(said) == 1
    assert Lock.objects.filter(kind="name", until__gt=timezone.now()).count() == 2
    assert Event.objects.filter(kind="signin.locked").count() == 2
    assert Event.objects.get(kind="signin.locked", record_id=None).payload["given"] == "nobody"


def test_an_address_that_tries_many_accounts_is_locked(ann, organisation, seat, settings):
    settings.SIGNIN = {"address_failures": 4}
    browser = seat()
    for name in ("a1", "a2", "a3", "a4"):
        browser.enter(name, "x")
    assert browser.enter("ann").status_code == 200
    elsewhere = seat(REMOTE_ADDR="192.0.2.9")
    assert elsewhere.enter("ann").status_code == 302


def test_the_lock_ends_by_itself_after_a_quarter_of_an_hour(ann, seat):
    browser = seat()
    for _number in range(5):
        browser.enter("ann", "not this one")
    Lock.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert browser.enter("ann").status_code == 302
    assert Lock.objects.get(kind="name").failures == 0


def test_failures_longer_ago_do_not_count(ann, seat):
    browser = seat()
    for _number in range(4):
        browser.enter("ann", "not this one")
    Lock.objects.update(last_at=timezone.now() - timedelta(minutes=16))
    browser.enter("ann", "not this one")
    assert browser.enter("ann").status_code == 302


def test_a_success_begins_anew_for_the_account_but_not_for_the_address(ann, organisation, seat):
    organisation.user("bob")
    browser = seat()
    for _number in range(4):
        browser.enter("ann", "not this one")
    browser.enter("bob")
    assert Lock.objects.get(kind="address").failures == 4
    assert Lock.objects.get(kind="name", key=lockout.key_of("ANN ")).failures == 4


def test_an_administrator_unlocks_and_it_stands_in_the_history(ann, organisation, seat):
    chief = organisation.everything()
    unlock = commands.get("access.user.unlock")
    with pytest.raises(Blocked):
        run(unlock, chief, ids=[ann.pk])
    browser = seat()
    for _number in range(5):
        browser.enter("ann", "not this one")
    assert run(unlock, chief, ids=[ann.pk]).ids == (ann.pk,)
    assert browser.enter("ann").status_code == 302
    event = Event.objects.get(kind="signin.unlocked")
    assert (event.entity, event.record_id, event.actor_id) == ("access.user", ann.pk, chief.user_id)
    row = Lock.objects.get(kind="name")
    assert (row.unlocked_by_id, row.failures) == (chief.user_id, 0)


def test_an_account_out_of_use_is_refused_with_the_same_words(ann, seat):
    wrong = words(seat().enter("ann", "not this one"))
    type(ann).objects.filter(pk=ann.pk).update(is_active=False)
    answer = seat().enter("ann")
    assert (answer.status_code, words(answer)) == (200, wrong)


def test_what_is_entered_as_a_name_cannot_forge_a_line_of_the_log(ann, seat):
    seat().enter("ann\r\nroot signed in\x00" + "x" * 10, "wrong")
    given = [event.payload["given"] for event in Event.objects.filter(kind="signin.failed")]
    assert all(text.isprintable() and len(text) <= 64 for text in given)


def test_old_rows_are_forgotten(db):
    now = timezone.now()
    lockout.take(Lock.Kind.NAME, "old", now - timedelta(days=2))
    lockout.take(Lock.Kind.NAME, "new", now)
    lockout.forget_old(now)
    assert [row.key for row in Lock.objects.all()] == [lockout.key_of("new")]
