"""Signing in through the company's identity provider (N26): only a token that was made for this browser, by this provider,
for us, now, opens an account, and only one that waits for it."""

import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.urls import reverse, reverse_lazy

from guanxi.platform.access.models import Role, User, UserRole
from guanxi.platform.access.models.role import Duty
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.events.models import Event
from guanxi.platform.outbound.models import Recipient
from guanxi.platform.signin import lockout, networks
from guanxi.platform.signin.models import Lock, RoleGroup, UserNetwork
from guanxi.platform.signin.tests import identity
from guanxi.platform.signin.tests.conftest import Seat, code_of, with_app

BEGIN, CALLBACK = "/accounts/oidc/", "/accounts/oidc/callback/"


@pytest.fixture
def company(settings, db) -> Iterator[identity.Provider]:
    """The provider, known to the settings and to the register."""
    cache.clear()
    with identity.running() as found:
        settings.OIDC = found.settings
        settings.OUTBOUND = {"hosts": [found.url.removeprefix("http://")], "loopback": True}
        Recipient.objects.create(
            connector="signin.oidc", name="sso", host="127.0.0.1", purpose="sign-in", sent="code", basis="none"
        )
        yield found


@pytest.fixture
def hers(ann) -> User:
    """An account that waits for somebody from outside."""
    ann.set_unusable_password()
    ann.save()
    return ann


@pytest.fixture
def come(company, seat) -> Callable[..., tuple[Seat, Any]]:
    """Walk to the provider and back; ``bring`` changes what the browser brings back."""

    def go(browser: Seat | None = None, **bring: str) -> tuple[Seat, Any]:
        browser = browser or seat()
        away = browser.post(BEGIN)
        assert away.status_code == 302, away.content
        return browser, browser.get(CALLBACK, company.visit(away["Location"]) | bring)

    return go


def reasons() -> list[str]:
    return [event.payload["reason"] for event in Event.objects.filter(kind="signin.failed").order_by("id")]


def is_refused(browser: Seat, answer: Any) -> bool:
    return (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/accounts/login/") and not browser.is_in


def test_a_person_of_the_company_comes_in(hers, come):
    browser, answer = come()
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert browser.is_in
    event = Event.objects.get(kind="signin.signed_in")
    assert (event.actor_id, event.payload["method"]) == (hers.pk, "socialaccount")
    link = SocialAccount.objects.get()
    assert (link.user_id, link.extra_data) == (hers.pk, {}), "of the claims nothing is kept"


def test_pressing_the_button_is_not_a_call_each_time(company, seat):
    for _turn in range(3):
        assert seat().post(BEGIN).status_code == 302
    assert company.hits == ["GET /.well-known/openid-configuration"]


def test_clocks_differ_a_little(hers, come, company):
    company.claims = {"iat": int(time.time()) + 40}
    browser, _answer = come()
    assert browser.is_in


def test_the_sign_in_page_offers_it_where_there_is_one(company, seat, settings):
    assert BEGIN in seat().get(reverse("account_login")).content.decode()
    settings.OIDC = {}
    assert BEGIN not in seat().get(reverse("account_login")).content.decode()
    assert seat().post(BEGIN).status_code == 404
    assert seat().get(CALLBACK, {"code": "x", "state": "y"}).status_code == 404


def _other_key() -> Any:
    return rsa.generate_private_key(65537, 2048)


LATE = int(time.time()) - 1000
WRONG_TOKENS = {
    "signed by somebody else": {"key": _other_key()},
    "signed with what we hold": {"key": identity.SECRET * 2, "algorithm": "HS256"},
    "not signed": {"key": "", "algorithm": "none"},
    "of another provider": {"claims": {"iss": "https://other.example"}},
    "for another program": {"claims": {"aud": "other"}},
    "for others as well": {"claims": {"aud": [identity.CLIENT, "other"], "azp": "other"}},
    "of another attempt": {"claims": {"nonce": "another"}},
    "without a nonce": {"claims": {"nonce": None}},
    "expired": {"claims": {"iat": LATE, "exp": LATE + 60}},
    "without an end": {"claims": {"exp": None}},
    "of nobody": {"claims": {"sub": None}},
    "of another issuer by its own word": {"document": {"issuer": "https://other.example"}},
}


@pytest.mark.parametrize("wrong", WRONG_TOKENS.values(), ids=WRONG_TOKENS.keys())
def test_a_wrong_token_opens_nothing(hers, seat, company, wrong):
    browser = seat()
    away = browser.post(BEGIN)
    for name, value in wrong.items():
        setattr(company, name, value)
    cache.clear()  # what the provider said of itself
    answer = browser.get(CALLBACK, company.visit(away["Location"]))
    assert is_refused(browser, answer)
    assert reasons() == ["token"]
    assert not SocialAccount.objects.exists()


def test_what_was_used_counts_no_more(hers, come, company):
    browser, answer = come()
    spent = {"code": "code-0", "state": parse_qs(urlsplit(answer.wsgi_request.get_full_path()).query)["state"][0]}
    browser.post(reverse("account_logout"))
    assert is_refused(browser, browser.get(CALLBACK, spent)), "the state is spent"
    browser, answer = come(code="code-0")
    assert is_refused(browser, answer), "the code is spent"


def test_what_was_begun_in_another_browser_ends_there(hers, seat, company):
    """Somebody sends a victim the address that brings their own code."""
    away = seat().post(BEGIN)
    victim = seat()
    assert is_refused(victim, victim.get(CALLBACK, company.visit(away["Location"])))


def test_a_code_without_the_verifier_of_this_browser_is_worth_nothing(hers, seat, company):
    thief, owner = seat(), seat()
    brought = company.visit(owner.post(BEGIN)["Location"])
    state = company.visit(thief.post(BEGIN)["Location"])["state"]
    assert is_refused(thief, thief.get(CALLBACK, {"code": brought["code"], "state": state}))


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_it_leads_nowhere_else(hers, seat, company, wanted):
    browser = seat()
    away = browser.post(BEGIN, {"next": wanted})
    answer = browser.get(CALLBACK, company.visit(away["Location"]) | {"next": wanted, "RelayState": wanted})
    assert answer["Location"] == "/"


def test_it_leads_back_to_where_one_wanted_to_go(hers, seat, company):
    browser = seat()
    away = browser.post(BEGIN, {"next": "/inbox/"})
    assert browser.get(CALLBACK, company.visit(away["Location"]))["Location"] == "/inbox/"


def test_our_own_address_is_the_one_of_the_settings(hers, seat, company, settings):
    settings.ALLOWED_HOSTS = ["*"]
    away = seat().post(BEGIN, headers={"host": "evil.example"})
    assert parse_qs(urlsplit(away["Location"]).query)["redirect_uri"] == [f"{settings.SITE_URL}{CALLBACK}"]


def test_nobody_unknown_gets_an_account(come, organisation, company):
    company.claims = {"preferred_username": "stranger"}
    assert is_refused(*come())
    assert not User.objects.filter(username="stranger").exists()
    assert reasons() == ["unknown"]


def test_where_accounts_are_made_they_can_do_nothing_yet(come, organisation, company, settings):
    settings.OIDC = {**settings.OIDC, "create": True}
    company.claims = {"preferred_username": "newcomer", "name": "New Comer"}
    browser, _answer = come()
    assert browser.is_in
    made = User.objects.get(username="newcomer")
    assert (made.name, made.email, made.has_usable_password(), made.role_links.count()) == (
        "New Comer", "ann@sso.example", False, 0,
    )  # fmt: skip
    assert Event.objects.filter(kind="access.user.created", record_id=made.pk).count() == 1


def test_an_account_with_a_password_of_its_own_is_not_taken_over(ann, come):
    assert is_refused(*come())
    assert reasons() == ["password"]


def test_an_account_out_of_use_stays_outside(hers, come):
    browser, _answer = come()
    User.objects.filter(pk=hers.pk).update(is_active=False)
    browser.post(reverse("account_logout"))
    assert is_refused(*come())
    assert reasons() == ["inactive"]


def test_a_name_that_went_to_somebody_else_does_not_lead_to_the_account(hers, come, company):
    come()
    company.claims = {"sub": "4712"}
    assert is_refused(*come())
    company.claims = {"preferred_username": "married-name"}
    browser, _answer = come()
    assert browser.is_in, "whoever was linked stays linked, whatever the name"


def test_an_administrator_lets_a_new_person_at_the_provider_take_over(hers, come, company, organisation):
    browser, _answer = come()
    assert Event.objects.filter(kind="signin.linked", record_id=hers.pk).count() == 1
    run(commands.get("access.user.unlink"), organisation.everything(), ids=[hers.pk], inputs={"note": "new account"})
    assert Event.objects.filter(kind="signin.unlinked", record_id=hers.pk).count() == 1
    assert not browser.is_in
    company.claims = {"sub": "4712"}
    browser, _answer = come()
    assert browser.is_in


def test_another_provider_s_numbers_mean_nobody(hers, come, company, settings):
    come()
    SocialAccount.objects.update(uid="4711")
    assert is_refused(*come())


def test_second_factor_networks_and_locks_count_here_too(hers, come, settings):
    settings.SIGNIN = {"mfa": "optional"}
    secret = with_app(hers)
    browser, answer = come()
    assert (answer["Location"], browser.is_in) == (reverse("mfa_authenticate"), False)
    assert browser.post(reverse("mfa_authenticate"), {"code": code_of(secret)}).status_code == 302
    assert browser.is_in
    for _turn in range(5):
        lockout.take(Lock.Kind.NAME, "ann", hers.date_joined)
    Lock.objects.filter(kind=Lock.Kind.NAME).update(until=hers.date_joined.replace(year=2999))
    assert is_refused(*come())
    Lock.objects.all().delete()
    UserNetwork.objects.create(user=hers, network="10.0.0.0/8")
    networks.forget()
    assert is_refused(*come())
    assert reasons() == ["locked", "address"]


def test_an_address_that_tried_too_often_is_locked(hers, come, company, seat):
    company.claims = {"nonce": "another"}
    for _turn in range(20):
        assert is_refused(*come())
    company.claims = {}
    assert is_refused(*come())
    assert reasons() == ["token"] * 20 + ["locked"]
    assert seat().enter("ann").status_code == 200, "and so it is for passwords"


def test_a_provider_that_is_away_locks_nobody_out(hers, come, company, seat):
    company.trouble = True
    for _turn in range(25):
        answer = seat().post(BEGIN)
        assert answer["Location"] == "/accounts/login/?refused=away"
    assert "does not answer" in seat(headers={"accept-language": "en"}).get(answer["Location"]).content.decode()
    company.trouble = False
    cache.clear()
    browser, _answer = come()
    assert browser.is_in
    assert set(reasons()) == {"away"}


def test_without_a_record_of_the_recipient_nothing_is_asked(hers, company, seat):
    Recipient.objects.update(active=False)
    assert seat().post(BEGIN)["Location"] == "/accounts/login/?refused=away"


def role(key: str, duty: str = Duty.BUSINESS) -> Role:
    return Role.objects.create(key=key, labels={"en": key}, duty=duty)


def test_groups_give_and_take_the_roles_they_stand_for(hers, come, company):
    seller, clerk, own = role("seller"), role("clerk"), role("own")
    RoleGroup.objects.create(role=seller, group="sales")
    RoleGroup.objects.create(role=seller, group="sales-south")
    RoleGroup.objects.create(role=clerk, group="desk")
    UserRole.objects.create(user=hers, role=clerk)
    UserRole.objects.create(user=hers, role=own)

    def held() -> set[str]:
        return set(UserRole.objects.filter(user=hers).values_list("role__key", flat=True))

    company.claims = {"groups": ["sales-south", "unheard-of", {"x": 1}]}
    come()
    assert held() == {"seller", "own"}
    assert Event.objects.filter(kind="access.userrole.created").count() == 1
    company.claims = {"groups": None}
    come()
    assert held() == {"own"}


def test_two_duties_of_control_are_refused_whole(hers, come, company):
    for key, duty in (("admin", Duty.ADMINISTRATION), ("audit", Duty.AUDIT)):
        RoleGroup.objects.create(role=role(key, duty), group=key)
    company.claims = {"groups": ["admin", "audit"]}
    assert is_refused(*come())
    assert not UserRole.objects.filter(user=hers).exists()
    assert not SocialAccount.objects.exists()
    assert reasons() == ["roles"]


# --- confirming who one is --------------------------------------------------------------------------------------
CONFIRM = reverse_lazy("confirm_again")


def is_confirmed(browser: Seat) -> bool:
    """Whether something dangerous opens without a question."""
    answer = browser.get("/access/user/new/")
    assert answer.status_code == 200 or answer["Location"].startswith(str(CONFIRM))
    return answer.status_code == 200


@pytest.fixture
def boss(hers, organisation) -> User:
    organisation.actor("ann", ("*", "*", "all"))
    return hers


def test_coming_in_proves_nothing_unless_the_provider_says_when_it_asked(boss, come, company):
    browser, _answer = come()
    assert not is_confirmed(browser), "the provider knew the browser"
    company.claims = {"auth_time": int(time.time()) - 250}
    browser, _answer = come()
    assert is_confirmed(browser)
    company.claims = {"auth_time": int(time.time()) - 301}
    browser, _answer = come()
    assert not is_confirmed(browser), "five minutes from the question, not from the answer"


def test_to_confirm_the_provider_must_ask_now_and_leads_back(boss, come, company):
    browser, _answer = come()
    page = browser.get(f"{CONFIRM}?next=/access/user/new/").content.decode()
    assert 'name="confirm"' in page and BEGIN in page
    away = browser.post(BEGIN, {"confirm": "1", "next": "/access/user/new/"})
    asked = parse_qs(urlsplit(away["Location"]).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["300"])
    answer = browser.get(CALLBACK, company.visit(away["Location"]))
    assert answer["Location"] == "/access/user/new/"
    assert is_confirmed(browser)


@pytest.mark.parametrize(
    "said",
    [None, int(time.time()) - 1000, int(time.time()) + 10_000, True, "now", 0],
    ids=["nothing", "long ago", "to come", "yes", "a word", "never"],
)
def test_a_provider_that_did_not_ask_confirms_nothing(boss, come, company, said):
    browser, _answer = come()
    away = browser.post(BEGIN, {"confirm": "1", "next": "/inbox/"})
    company.claims = {"auth_time": said}
    answer = browser.get(CALLBACK, company.visit(away["Location"]))
    assert answer["Location"] == f"{CONFIRM}?refused=stale&next=%2Finbox%2F"
    assert "did not ask" in browser.get(answer["Location"], headers={"accept-language": "en"}).content.decode()
    assert browser.is_in and not is_confirmed(browser)
    assert reasons() == ["stale"]


def test_somebody_else_confirms_nothing_for_whom_is_in(boss, come, company):
    browser, _answer = come()
    away = browser.post(BEGIN, {"confirm": "1"})
    company.claims = {"sub": "4712", "preferred_username": "stranger"}
    answer = browser.get(CALLBACK, company.visit(away["Location"]))
    assert answer["Location"] == f"{CONFIRM}?refused=account"
    assert not is_confirmed(browser)
