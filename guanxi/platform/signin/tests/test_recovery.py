"""A forgotten password: one link, by mail, to the stored address, under our own name, for half an hour."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import mail
from django.urls import reverse

from guanxi.platform.access.models import User
from guanxi.platform.events.models import Event
from guanxi.platform.signin.tests.conftest import code_of, with_app

NEW = "another fine horse 7"
ASK = {"email": "ann@example.com"}


@pytest.fixture(autouse=True)
def _mailbox(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.SITE_URL = "https://crm.example.org"
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": None}


def ask(browser, **sent):
    return browser.post(reverse("account_reset_password"), sent or ASK)


def link(number: int = -1) -> str:
    return re.search(r"https://crm\.example\.org(/\S+)", mail.outbox[number].body)[1]


def choose(browser, path: str, password: str = NEW):
    """Open the link and send a new password; the answer."""
    opened = browser.get(path)
    if opened.status_code == 200:
        return opened
    assert "set-password" in opened["Location"], "the key must not stay in the address"
    return browser.post(opened["Location"], {"password1": password, "password2": password})


def test_the_way_from_the_mail_to_the_new_password(ann, seat):
    old = seat("ann")
    browser = seat()
    assert ask(browser)["Location"] == reverse("account_reset_password_done")
    sent = mail.outbox[0]
    assert sent.to == ["ann@example.com"]
    assert choose(browser, link())["Location"] == reverse("account_reset_password_from_key_done")
    assert not old.is_in and not browser.is_in
    assert seat().enter("ann", NEW).status_code == 302
    kinds = Event.objects.filter(kind__in=("signin.recovery_asked", "signin.password_changed")).order_by("id")
    assert [(one.kind, one.record_id) for one in kinds] == [
        ("signin.recovery_asked", ann.pk),
        ("signin.password_changed", ann.pk),
    ]
    assert kinds[1].payload["how"] == "recovery"


def test_unknown_addresses_get_the_same_answer_and_no_mail(ann, seat):
    known, unknown = ask(seat()), ask(seat(), email="nobody@example.com")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert len(mail.outbox) == 1


def test_the_link_works_once(ann, seat):
    ask(seat())
    choose(seat(), link())
    answer = choose(seat(), link(), "yet another horse 8")
    assert answer.status_code == 200 and answer.context["token_fail"]
    assert User.objects.get(pk=ann.pk).check_password(NEW)


@pytest.mark.parametrize("change", [{"email": "other@example.com"}, {"password": "md5$x$y"}])
def test_the_link_dies_with_a_change_of_the_account(ann, seat, change):
    ask(seat())
    User.objects.filter(pk=ann.pk).update(**change)
    assert choose(seat(), link()).context["token_fail"]


def test_the_link_dies_after_half_an_hour(ann, seat, monkeypatch):
    ask(seat())
    real = PasswordResetTokenGenerator._now
    later = 29 * 60
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self: real(self) + timedelta(seconds=later))
    assert seat().get(link()).status_code == 302
    later = 31 * 60
    assert seat().get(link()).status_code == 200


def test_a_forged_host_does_not_reach_the_mail(ann, seat):
    path = reverse("account_reset_password")
    forged = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    seat().post(path, ASK, headers=forged)
    assert "evil" not in mail.outbox[0].body and link().startswith("/accounts/password/reset/key/")
    assert seat().post(path, ASK, headers={"Host": "evil.example"}).status_code == 400
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    "email",
    [
        "ann@example.com,thief@example.com",
        "ann@example.com\r\nBcc: thief@example.com",
        "thief@example.com ann@example.com",
    ],
)
def test_an_address_is_one_address(ann, seat, email):
    seat().post(reverse("account_reset_password"), {"email": email})
    assert mail.outbox == []
    seat().post(reverse("account_reset_password"), {"email": ["thief@example.com", "ann@example.com"]})
    assert [sent.to for sent in mail.outbox] in ([], [["ann@example.com"]])


def test_the_mail_goes_to_the_address_as_it_is_stored(ann, seat):
    ask(seat(), email="ANN@EXAMPLE.COM")
    assert [sent.to for sent in mail.outbox] == [["ann@example.com"]]


def test_the_second_factor_is_still_asked_for(ann, seat):
    secret = with_app(ann)
    ask(seat())
    browser = seat()
    choose(browser, link())
    browser.enter("ann", NEW)
    assert not browser.is_in
    browser.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert browser.is_in


def test_rules_hold_for_the_new_password(ann, seat):
    ask(seat())
    answer = choose(seat(), link(), "Huawei@12345")
    assert answer.status_code == 200 and answer.context["form"].errors["password1"]


def test_accounts_out_of_use_and_those_of_the_directory_get_no_link(ann, seat):
    User.objects.filter(pk=ann.pk).update(is_active=False)
    ask(seat())
    ann.set_unusable_password()
    User.objects.filter(pk=ann.pk).update(is_active=True, password=ann.password)
    ask(seat())
    assert mail.outbox == []


def test_asking_again_and_again_is_limited(ann, seat, settings):
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": "20/m/ip,5/m/key"}
    codes = [ask(seat()).status_code for _number in range(7)]
    assert codes == [302] * 5 + [429] * 2
