"""One's own account: profile, sessions, tokens, password; the demonstration's accounts."""

import json
import time

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils.translation import override

from guanxi.platform.access import tokens
from guanxi.platform.access.models import ApiToken, FieldRule, Role, User, UserRole
from guanxi.platform.directory.demo.accounts import FILE as DEMO_FILE
from guanxi.platform.events.models import Event
from guanxi.platform.ui import account_page
from guanxi.platform.ui.views.account import login_context

PASSWORD = "correct horse battery"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ann(organisation):
    user = organisation.user("ann")
    User.objects.filter(pk=user.pk).update(language="en")
    return User.objects.get(pk=user.pk)


def enter(user, *, confirmed=True):
    """A client that signed in by the form; ``confirmed``: and gave the password again just now."""
    client = Client()
    answer = client.post(reverse("account_login"), {"login": user.username, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    if confirmed:
        session = client.session
        session["account_authentication_methods"] = [
            {"method": "password", "at": time.time(), "username": user.username, "reauthenticated": True}
        ]
        session.save()
    return client


def save(client, key, value, version):
    return client.post(f"/account/profile/{key}/", {key: value, "version": version}, headers=HTMX)


# --- profile ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "Ann Li"),
        ("phone", "13800138000"),
        ("email", "ann@example.com"),
        ("language", "zh-hant"),
        ("time_zone", "Europe/Berlin"),
        ("time_zone", ""),
    ],
)
def test_everybody_changes_their_own_account_without_any_role(ann, key, value):
    client = enter(ann)
    assert client.get(f"/account/profile/{key}/", headers=HTMX).status_code == 200
    User.objects.filter(pk=ann.pk).update(time_zone="Asia/Tokyo")
    answer = save(client, key, value, ann.version)
    assert answer.status_code == 200, answer.content.decode()
    changed = User.objects.get(pk=ann.pk)
    assert (getattr(changed, key), changed.version) == (value, ann.version + 1)
    event = Event.objects.get(kind="access.user.edited")
    assert (event.actor_id, event.actor_name, event.record_id, event.diff[key][1] or "") == (
        ann.pk,
        "ann",
        ann.pk,
        value,
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", ""),
        ("email", "nowhere"),
        ("language", "tlh"),
        ("time_zone", "Mars/Base"),
        ("time_zone", "../etc/passwd"),
    ],
)
def test_wrong_values_are_explained_and_change_nothing(ann, key, value):
    answer = save(enter(ann), key, value, ann.version)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert User.objects.get(pk=ann.pk).version == ann.version


@pytest.mark.parametrize("key", ["username", "department", "is_active", "password", "title", "nothing"])
def test_what_the_administrator_keeps_is_not_open(ann, key):
    client = enter(ann)
    assert client.get(f"/account/profile/{key}/").status_code == 404
    assert save(client, key, "x", ann.version).status_code == 404
    assert User.objects.get(pk=ann.pk).version == ann.version


def test_a_rule_can_take_a_field_away(ann):
    role = Role.objects.create(key="r", labels={"en": "r"})
    role.grants.create(entity="access.user", actions=["view"], scope="all")
    FieldRule.objects.create(role=role, entity="access.user", field="name", rule="read")
    UserRole.objects.create(user=ann, role=role)
    assert save(enter(ann), "name", "Queen", ann.version).status_code == 404


def test_a_change_made_meanwhile_is_not_overwritten(ann):
    client = enter(ann)
    User.objects.filter(pk=ann.pk).update(name="Ann Wang", version=ann.version + 1)
    answer = save(client, "name", "Ann Li", ann.version)
    assert answer.status_code == 422
    assert f'value="{ann.version + 1}"' in answer.content.decode()
    assert User.objects.get(pk=ann.pk).name == "Ann Wang"


def test_the_e_mail_address_asks_for_the_password_again(ann):
    client = enter(ann, confirmed=False)
    answer = save(client, "email", "thief@example.com", ann.version)
    assert answer["HX-Redirect"].startswith(reverse("account_reauthenticate"))
    assert User.objects.get(pk=ann.pk).email == ""


# --- sessions ---------------------------------------------------------------------------------------------
def test_one_sees_and_ends_one_s_own_sessions(ann, organisation):
    here, there = enter(ann), enter(ann)
    foreign = enter(organisation.user("bob"))
    shown = here.get("/account/sessions/").context["page"].sessions
    assert sorted(session.current for session in shown) == [False, True]
    other = next(session for session in shown if not session.current)
    assert here.post(other.end_url).status_code == 302
    assert there.get("/").status_code == 302
    assert here.get("/").status_code == 200
    strange = UserSession.objects.get(session_key=foreign.session.session_key)
    assert here.post(reverse("session_end", args=[strange.pk])).status_code == 404
    assert foreign.get("/").status_code == 200


def test_all_others_are_ended_at_once(ann):
    clients = [enter(ann) for _number in range(3)]
    assert clients[0].post("/account/sessions/end/").status_code == 302
    assert [client.get("/").status_code for client in clients] == [200, 302, 302]
    assert clients[0].get("/account/sessions/").context["page"].end_others_url == ""


def test_a_new_password_ends_the_other_sessions(ann):
    here, there = enter(ann), enter(ann)
    sent = {"oldpassword": PASSWORD, "password1": "another fine horse 7", "password2": "another fine horse 7"}
    assert here.get(reverse("account_change_password")).status_code == 200
    assert here.post(reverse("account_change_password"), sent).status_code == 302
    assert there.get("/").status_code == 302
    assert User.objects.get(pk=ann.pk).check_password("another fine horse 7")


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0",
            "Edge · Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1",
            "Safari · iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox · Linux"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36", "Chrome · Android"),
    ],
)
def test_devices_are_called_as_people_call_them(agent, name):
    assert account_page.device(agent) == name


# --- tokens -----------------------------------------------------------------------------------------------
def test_a_token_is_shown_once_and_can_be_revoked(ann):
    client = enter(ann)
    assert client.get("/account/tokens/new/", headers=HTMX).status_code == 200
    answer = client.post("/account/tokens/new/", {"name": "Report", "days": "30"}, headers=HTMX).content.decode()
    token = ApiToken.objects.get()
    secret = answer.split('class="gx-token">')[1].split("<")[0]
    assert tokens.authenticate(secret) == token
    assert (token.user_id, token.read_only) == (ann.pk, True)
    listed = client.get("/account/tokens/").content.decode()
    assert token.prefix in listed
    assert secret not in listed
    assert client.post(f"/account/tokens/{token.pk}/revoke/").status_code == 302
    assert tokens.authenticate(secret) is None
    assert client.get("/account/tokens/").context["page"].tokens == []


@pytest.mark.parametrize(
    "sent", [{"name": "", "days": "30"}, {"name": "Report", "days": "9999"}, {"name": "Report", "days": "soon"}]
)
def test_a_token_needs_a_name_and_an_end(ann, sent):
    assert enter(ann).post("/account/tokens/new/", sent, headers=HTMX).status_code == 422
    assert ApiToken.objects.count() == 0


def test_tokens_ask_for_the_password_again_and_belong_to_one(ann, organisation):
    assert (
        enter(ann, confirmed=False)
        .post("/account/tokens/new/", {"name": "x", "days": "7"})["Location"]
        .startswith(reverse("account_reauthenticate"))
    )
    assert ApiToken.objects.count() == 0
    enter(ann).post("/account/tokens/new/", {"name": "Report", "days": "30", "writes": "1"})
    token = ApiToken.objects.get()
    assert not token.read_only
    assert enter(organisation.user("bob")).post(f"/account/tokens/{token.pk}/revoke/").status_code == 404
    assert ApiToken.objects.get().revoked_at is None


def test_an_unknown_tab_does_not_exist(ann):
    assert enter(ann).get("/account/secrets/").status_code == 404


# --- demonstration ----------------------------------------------------------------------------------------
@pytest.fixture
def demo(settings, tmp_path, organisation):
    settings.DEMO, settings.DATA_DIR = True, tmp_path
    organisation.user("mei"), organisation.user("root")
    labels = {
        "role": {"en": "Account manager", "zh-hant": "Leader"},
        "sees": {"en": "Her own customers", "zh-hant": "Her customers, traditionally"},
    }
    (tmp_path / DEMO_FILE).write_text(json.dumps([{"username": "mei", "name": "Mei", "labels": labels}]))
    return settings


def test_one_click_enters_the_demonstration(demo):
    client = Client()
    assert client.post("/demo/sign-in/", {"username": "mei"})["Location"] == "/"
    assert client.get("/").status_code == 200
    assert UserSession.objects.get().user.username == "mei"


@pytest.mark.parametrize("username", ["root", "nobody", ""])
def test_only_accounts_of_the_demonstration_are_entered_so(demo, username):
    client = Client()
    assert client.post("/demo/sign-in/", {"username": username}).status_code == 404
    assert client.get("/demo/sign-in/").status_code == 405
    assert client.get("/").status_code == 302


def test_outside_demo_mode_nobody_is(demo):
    demo.DEMO = False
    client = Client()
    assert client.post("/demo/sign-in/", {"username": "mei"}).status_code == 404
    assert client.get("/").status_code == 302


def test_an_account_out_of_use_is_not_entered(demo):
    User.objects.filter(username="mei").update(is_active=False)
    assert Client().post("/demo/sign-in/", {"username": "mei"}).status_code == 404


def test_the_sign_in_page_offers_them_in_demo_mode_only(demo, rf: RequestFactory):
    def offered(name):
        request = rf.get("/")
        request.resolver_match = type("Match", (), {"url_name": name})()
        return login_context(request)

    for language, sees in (("en", "Her own customers"), ("zh-hant", "Her customers, traditionally")):
        with override(language):
            extras = offered("account_login")["extras"]
        assert [(account.username, account.sees) for account in extras.accounts] == [("mei", sees)]
    assert offered("home") == {}
    (demo.DATA_DIR / DEMO_FILE).unlink()
    assert offered("account_login")["extras"].filling
    demo.DEMO = False
    assert offered("account_login")["extras"] is None


@pytest.mark.django_db(databases="__all__")
def test_the_sign_in_page_refuses_an_address_with_too_many_parameters():
    answer = Client().get(reverse("account_login") + "?" + "&".join(f"a{n}=1" for n in range(2_000)))
    assert answer.status_code == 400
