"""How long a session holds, how many there may be, and who ends them."""

import re
import time

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from guanxi.platform.access import sessions, tokens
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import ApiToken, Role, User, UserRole
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.events.models import Event
from guanxi.platform.messages.live import session_holds
from guanxi.platform.signin import devices, networks
from guanxi.platform.signin.models import RoleNetwork, UserNetwork


def age(browser, **minutes: float) -> None:
    """Let moments of the session lie so many minutes back."""
    session = browser.session
    stamp = session[sessions.KEY]
    session[sessions.KEY] = stamp | {key: time.time() - 60 * value for key, value in minutes.items()}
    session.save()


def reasons() -> list[str]:
    rows = Event.objects.filter(kind="signin.session_ended").order_by("id")
    return [row.payload["reason"] for row in rows]


def test_signing_in_changes_the_key_of_the_session(ann, seat):
    browser = seat()
    browser.get(reverse("account_login"))
    session = browser.session
    session["before"] = "x"
    session.save()
    before = session.session_key
    browser.enter("ann")
    assert browser.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_a_session_ends_after_half_an_hour_without_use(ann, seat):
    browser = seat("ann")
    age(browser, seen=29)
    assert browser.is_in
    age(browser, seen=31)
    answer = browser.get("/inbox/")
    assert answer["Location"] == "/accounts/login/?next=/inbox/"
    assert not browser.is_in
    assert reasons() == ["idle"]


def test_a_session_ends_after_twelve_hours_however_it_is_used(ann, seat):
    browser = seat("ann")
    age(browser, at=12 * 60 - 1)
    assert browser.is_in
    age(browser, at=12 * 60 + 1)
    assert not browser.is_in
    assert reasons() == ["age"]


def test_use_is_noted_once_a_minute_and_not_by_the_open_stream(ann, seat):
    browser = seat("ann")
    age(browser, seen=10)
    before = browser.session[sessions.KEY]["seen"]
    browser.get("/live/")
    assert browser.session[sessions.KEY]["seen"] == before
    browser.get("/")
    noted = browser.session[sessions.KEY]["seen"]
    assert time.time() - noted < 30
    browser.get("/")
    assert browser.session[sessions.KEY]["seen"] == noted


def test_programs_and_parts_of_pages_are_told_that_it_is_over(ann, seat):
    browser = seat("ann")
    age(browser, seen=31)
    assert browser.get("/api/").status_code == 401
    browser = seat("ann")
    age(browser, seen=31)
    answer = browser.get("/inbox/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/accounts/login/?next=/")


def test_the_fourth_session_ends_the_oldest(ann, seat):
    browsers = [seat("ann") for _number in range(4)]
    assert [browser.is_in for browser in browsers] == [False, True, True, True]
    assert reasons() == ["limit"]
    assert Event.objects.filter(kind="signin.signed_in").count() == 4


def test_sessions_that_are_over_do_not_count_for_the_limit(ann, seat):
    first, second = seat("ann"), seat("ann")
    age(first, seen=31), age(second, at=13 * 60)
    assert len([device for device in devices.devices_of(User.objects.get(pk=ann.pk), timezone.now())]) == 0
    third = seat("ann")
    assert [device.key for device in devices.devices_of(ann, timezone.now())] == [third.session.session_key]


def test_the_live_stream_ends_with_its_session(ann, seat):
    browser = seat("ann")
    key = browser.session.session_key
    assert session_holds(key, ann)
    age(browser, seen=31)
    assert not session_holds(key, ann)
    browser = seat("ann")
    sessions.end_all([ann.pk], timezone.now())
    assert not session_holds(browser.session.session_key, User.objects.get(pk=ann.pk))


def test_an_administrator_ends_everything_of_a_person_at_once(ann, organisation, seat):
    browsers = [seat("ann"), seat("ann")]
    secret = tokens.create(Actor.for_user(ann), "report", 30)
    chief = organisation.everything()
    run(commands.get("access.user.end_sessions"), chief, ids=[ann.pk])
    assert not any(browser.is_in for browser in browsers)
    assert seat().get("/api/", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
    event = Event.objects.get(kind="signin.session_ended")
    assert (event.actor_id, event.payload["reason"], event.payload["count"]) == (chief.user_id, "administrator", 2)
    assert seat("ann").is_in


def test_a_dead_account_does_not_live_again_with_its_old_sessions(ann, organisation, seat):
    browser, chief = seat("ann"), organisation.everything()
    tokens.create(Actor.for_user(ann), "report", 30)
    run(commands.get("access.user.deactivate"), chief, ids=[ann.pk])
    assert not browser.is_in
    assert ApiToken.objects.get().revoked_at is not None
    run(commands.get("access.user.activate"), chief, ids=[ann.pk])
    assert not browser.is_in
    assert seat("ann").is_in


def test_signing_out_leaves_its_event(ann, seat):
    browser = seat("ann")
    browser.post(reverse("account_logout"))
    assert not browser.is_in
    assert Event.objects.get(kind="signin.signed_out").actor_id == ann.pk


def test_the_last_use_stands_in_the_list(ann, seat):
    browser = seat("ann", HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0")
    page = browser.get("/account/sessions/").content.decode()
    assert re.search(r"Firefox · Linux", page)
    assert User.objects.get(pk=ann.pk).last_active_on == timezone.localdate()


# --- networks ---------------------------------------------------------------------------------------------
def allow(actor, key, **inputs):
    return run(commands.get(f"signin.{key}.create"), actor, inputs=inputs)


def test_who_has_a_list_signs_in_from_there_only(ann, organisation, seat):
    allow(organisation.everything(), "usernetwork", user=ann.pk, network="10.1.0.0/16")
    assert seat(REMOTE_ADDR="10.1.7.9").enter("ann").status_code == 302
    assert seat(REMOTE_ADDR="::ffff:10.1.7.9").enter("ann").status_code == 302
    wrong = seat(REMOTE_ADDR="10.2.7.9").enter("ann", "no")
    right = seat(REMOTE_ADDR="10.2.7.9").enter("ann")
    assert right.context["form"].non_field_errors() == wrong.context["form"].non_field_errors()
    assert Event.objects.filter(kind="signin.failed", payload__reason="address").count() == 1


def test_a_session_carried_elsewhere_ends(ann, organisation, seat):
    browser = seat("ann")
    allow(organisation.everything(), "usernetwork", user=ann.pk, network="127.0.0.1")
    assert browser.is_in
    assert browser.get("/", REMOTE_ADDR="192.0.2.1").status_code == 302
    assert not browser.is_in
    assert reasons() == ["network"]


def test_the_list_of_a_role_counts_for_whoever_has_none(ann, organisation, seat):
    organisation.user("bob")
    role = Role.objects.create(key="field", labels={"en": "Field"})
    UserRole.objects.create(user=ann, role=role)
    allow(organisation.everything(), "rolenetwork", role=role.pk, network="2001:db8::/32")
    assert seat(REMOTE_ADDR="2001:db8::7").enter("ann").status_code == 302
    assert seat().enter("ann").status_code == 200
    assert seat().enter("bob").status_code == 302
    allow(organisation.everything("chief2"), "usernetwork", user=ann.pk, network="127.0.0.0/8")
    assert seat().enter("ann").status_code == 302


def test_tokens_of_the_person_obey_the_list(ann, organisation, seat):
    organisation.actor("ann", ("fakes.*", "view", "all"))
    secret = tokens.create(Actor.for_user(ann), "report", 30)
    call = {"headers": {"Authorization": f"Bearer {secret}"}}
    assert seat().get("/api/fakes/company/", **call).status_code == 200
    allow(organisation.everything(), "usernetwork", user=ann.pk, network="10.0.0.0/8")
    assert seat().get("/api/fakes/company/", **call).status_code == 401
    assert seat().get("/api/fakes/company/", REMOTE_ADDR="10.9.9.9", **call).status_code == 200


def test_a_token_can_be_bound_to_networks_of_its_own(ann, organisation, seat):
    organisation.actor("ann", ("fakes.*", "view", "all"))
    secret = tokens.create(Actor.for_user(ann), "report", 30, networks=["10.0.0.0/8"])
    call = {"headers": {"Authorization": f"Bearer {secret}"}}
    assert seat().get("/api/fakes/company/", **call).status_code == 401
    assert seat().get("/api/fakes/company/", REMOTE_ADDR="10.9.9.9", **call).status_code == 200


@pytest.mark.parametrize("network", ["10.1.0.0/33", "300.1.1.1", "10.1.0.1/16", "everywhere", ""])
def test_what_is_no_network_is_refused(ann, organisation, network):
    from guanxi.platform.commands.outcome import Rejected

    with pytest.raises(Rejected):
        allow(organisation.everything(), "usernetwork", user=ann.pk, network=network)
    assert not UserNetwork.objects.exists() and not RoleNetwork.objects.exists()


def test_lists_are_read_again_after_two_seconds(ann, monkeypatch):
    assert networks.allowed(ann, "192.0.2.1")
    UserNetwork.objects.create(user=ann, network="10.0.0.0/8")
    assert networks.allowed(ann, "192.0.2.1")
    later = time.monotonic() + 3
    monkeypatch.setattr(networks.time, "monotonic", lambda: later)
    assert not networks.allowed(ann, "192.0.2.1")


# --- proxies ----------------------------------------------------------------------------------------------
def test_a_forwarded_address_counts_only_from_trusted_proxies(ann, organisation, seat, settings):
    UserNetwork.objects.create(user=ann, network="10.0.0.0/8")
    networks.forget()
    forged = {"X-Forwarded-For": "10.1.1.1"}
    assert seat().enter("ann", **forged).status_code == 200
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert seat().enter("ann", **{"X-Forwarded-For": "10.1.1.1, 192.0.2.7"}).status_code == 200
    assert seat().enter("ann", **{"X-Forwarded-For": "192.0.2.7, 10.1.1.1"}).status_code == 302
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    assert seat().enter("ann", **forged).status_code == 403
