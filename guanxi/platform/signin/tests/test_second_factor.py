"""Without the second step there is no page; a code counts once; who must have a factor keeps one."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.cache import cache
from django.urls import get_resolver, reverse

from guanxi.platform.access import tokens
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import ApiToken, Role, RoleGrant, UserRole
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.events.models import Event
from guanxi.platform.signin import forms, networks
from guanxi.platform.signin.tests.conftest import code_of, with_app

SECOND_STEP = "mfa_authenticate"


def step(browser, code):
    return browser.post(reverse(SECOND_STEP), {"code": code})


def test_the_password_alone_opens_no_page(ann, seat):
    secret = with_app(ann)
    browser = seat("ann")
    for path in (
        "/",
        "/account/profile/",
        "/inbox/",
        "/api/",
        reverse("mfa_index"),
        reverse("account_change_password"),
    ):
        answer = browser.get(path)
        assert answer.status_code in (302, 401), path
        assert answer.status_code == 401 or "/accounts/login/" in answer["Location"], path
    assert step(browser, code_of(secret)).status_code == 302
    assert browser.is_in
    told = Event.objects.get(kind="signin.signed_in")
    assert (told.actor_id, told.payload["method"], told.payload["address"]) == (ann.pk, "password+totp", "127.0.0.1")


def test_a_code_counts_once_whichever_process_hears_of_it(ann, seat):
    secret = with_app(ann)
    code = code_of(secret)
    first, second = seat("ann"), seat("ann")
    assert step(first, code).status_code == 302
    assert step(second, f" {code[:3]} {code[3:]}").status_code == 200
    assert not second.is_in
    assert step(second, code_of(secret, 1)).status_code == 302
    assert not forms.spend(ann.pk, code), "for as long as a clock could take it, not for 30 seconds"


def test_used_codes_stand_in_the_cache_that_processes_share(settings):
    assert settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache")
    assert type(cache._connections["default"]).__name__ == "DatabaseCache"


def test_five_wrong_codes_lock_the_second_factor(ann, seat, organisation):
    secret = with_app(ann)
    browser = seat("ann")
    for _number in range(5):
        assert step(browser, "000000").status_code == 200
    assert step(browser, code_of(secret)).status_code == 200
    assert not browser.is_in
    assert Event.objects.filter(kind="signin.locked").count() == 1
    run(commands.get("access.user.unlock"), organisation.everything(), ids=[ann.pk])
    assert step(browser, code_of(secret)).status_code == 302


def test_a_recovery_code_works_once(ann, seat):
    with_app(ann)
    codes = RecoveryCodes.activate(ann).generate_codes()
    assert step(seat("ann"), codes[3]).status_code == 302
    assert step(seat("ann"), codes[3]).status_code == 200


def test_secrets_are_not_readable_in_the_database(ann):
    secret = with_app(ann)
    RecoveryCodes.activate(ann)
    for row in Authenticator.objects.all():
        assert secret not in str(row.data)
        assert not re.fullmatch(r"[0-9a-f]{80}", str(row.data.get("seed", "")))
    assert Authenticator.objects.get(type="totp").wrap().validate_code(code_of(secret))


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_an_app_is_set_up_in_the_browser_and_ends_everything_else(ann, seat):
    here, there = seat("ann"), seat("ann")
    tokens.create(Actor.for_user(ann), "old", 30)
    url = reverse("mfa_activate_totp")
    assert here.get(url)["Location"].startswith(reverse("account_reauthenticate"))
    here.confirm()
    page = here.get(url).content.decode()
    assert "data:image/svg+xml;base64," in page
    key = here.session.session_key
    secret = re.search(r'id="gx-factor-key">([A-Z2-7]+)<', page)[1]
    answer = here.post(url, {"code": code_of(secret)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    assert len(re.findall(r"<li><code>\d{8}</code>", here.get(answer["Location"]).content.decode())) == 10
    assert not re.findall(r"<code>\d{8}</code>", here.get(answer["Location"]).content.decode()), "shown once"
    assert here.is_in and not there.is_in
    assert here.session.session_key != key
    assert ApiToken.objects.get().revoked_at is not None
    assert list(Event.objects.filter(kind="signin.mfa_added").values_list("payload__what", flat=True)) == ["totp"]


def test_every_page_of_the_second_factor_opens(ann, seat):
    with_app(ann)
    browser = seat("ann")
    step(browser, RecoveryCodes.activate(ann).generate_codes()[0])
    browser.confirm()
    for name in (
        "mfa_index",
        "mfa_deactivate_totp",
        "mfa_add_webauthn",
        "mfa_generate_recovery_codes",
        "mfa_list_webauthn",
    ):
        answer = browser.get(reverse(name))
        assert answer.status_code == 200, name
        assert 'id="gx-sidebar"' in answer.content.decode(), name
    for name in ("account_reauthenticate", "mfa_reauthenticate"):
        assert browser.get(reverse(name)).status_code == 200, name


# --- who must have one ----------------------------------------------------------------------------------
@pytest.fixture
def officer(organisation, ann):
    role = Role.objects.create(key="security_officer", labels={"en": "Security officer"})
    RoleGrant.objects.create(role=role, entity="access.role", actions=["*"], scope="all")
    UserRole.objects.create(user=ann, role=role)
    networks.forget()
    return ann


OPEN_BEFORE = {"account_logout", "account_login", "account_reauthenticate", "account_change_password", "confirm_again"}


def test_who_must_have_a_factor_reaches_nothing_else(officer, seat):
    browser = seat("ann")
    for pattern in get_resolver().url_patterns[-1].url_patterns:
        for one in getattr(pattern, "url_patterns", [pattern]):
            if getattr(one, "name", None) and not one.pattern.converters and one.name not in ("language", "live"):
                answer = browser.get(reverse(one.name))
                assert answer.status_code in (302, 405), one.name
                assert answer.status_code == 405 or answer["Location"] == reverse("mfa_index"), one.name
    assert browser.get("/access/role/")["Location"] == reverse("mfa_index")
    assert browser.get("/api/access/role/").status_code == 403
    assert browser.get("/live/").status_code == 204
    part = browser.get("/inbox/", headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Redirect"]) == (204, reverse("mfa_index"))
    assert "shield" in browser.get(reverse("mfa_index")).content.decode()


def test_the_policy_decides(officer, seat, settings):
    browser = seat("ann")
    for policy, code in (("off", 200), ("optional", 200), ("all", 302), ("roles", 302)):
        settings.SIGNIN = {"mfa": policy}
        assert browser.get("/").status_code == code, policy
    settings.DEMO = True
    assert browser.is_in


def test_everybody_else_is_asked_only_where_all_are(organisation, seat, settings):
    organisation.user("bob")
    browser = seat("bob")
    assert browser.is_in
    settings.SIGNIN = {"mfa": "all"}
    assert not browser.is_in


def test_the_last_factor_of_whom_it_is_demanded_stays(officer, seat):
    secret = with_app(officer)
    browser = seat("ann")
    step(browser, code_of(secret))
    browser.confirm()
    assert browser.post(reverse("mfa_deactivate_totp")).status_code == 200
    assert Authenticator.objects.filter(type="totp").exists()


def test_without_the_demand_it_goes_and_ends_the_other_devices(ann, seat):
    secret = with_app(ann)
    browser, other = seat("ann"), seat("ann")
    step(browser, code_of(secret, -1)), step(other, code_of(secret))
    assert other.is_in
    browser.confirm()
    assert browser.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert browser.is_in and not other.is_in
    assert Event.objects.get(kind="signin.mfa_removed").payload["what"] == "totp"


def test_an_administrator_helps_whoever_has_lost_everything(ann, seat, organisation):
    secret = with_app(ann)
    browser = seat("ann")
    step(browser, code_of(secret))
    chief = organisation.everything()
    run(commands.get("access.user.remove_factors"), chief, ids=[ann.pk], inputs={"note": "phone lost"})
    assert not browser.is_in
    assert seat("ann").is_in
    event = Event.objects.get(kind="signin.mfa_removed")
    assert (event.actor_id, event.record_id) == (chief.user_id, ann.pk)


def test_a_confirmation_by_code_counts_as_one(ann, seat):
    secret = with_app(ann)
    browser = seat("ann")
    step(browser, code_of(secret, -1))
    assert browser.post(reverse("mfa_reauthenticate"), {"code": code_of(secret)}).status_code == 302
    assert browser.get(reverse("mfa_add_webauthn")).status_code == 200
    assert list(Event.objects.filter(kind="signin.confirmed").values_list("payload__method", flat=True)) == ["totp"]
