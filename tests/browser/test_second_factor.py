"""A newcomer's first hour: a password of their own, an app or a passkey, and the next sign-in with it."""

import re
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from tests.browser.desk import Desk
from tests.browser.server import ROOT, Server

OWN = "a lamp by the river 7"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def newcomer(server: Server) -> Callable[[str], str]:
    """Makes an account at the console; its first password."""

    def make(name: str) -> str:
        arguments = [sys.executable, "manage.py", "create_user", name, "--role", "account_manager"]
        done = subprocess.run(arguments, cwd=ROOT, env=server.environment, capture_output=True, text=True, check=True)
        return done.stdout.split()[1]

    return make


def enter(desk: Desk, name: str, password: str) -> Page:
    page = desk.open("/accounts/login/")
    page.locator("input[name=login]").fill(name)
    page.locator("input[name=password]").fill(password)
    page.locator("form:has(input[name=password]) button.btn-primary").click()
    page.wait_for_load_state("load")
    return page


def begin(desk: Desk, name: str, first: str) -> Page:
    """Sign in for the first time: nothing is open before the password is one's own."""
    page = enter(desk, name, first)
    expect(page.locator("input[name=oldpassword]")).to_be_visible()
    desk.open("/customers/customer/")
    assert "/accounts/password/change/" in page.url
    page.locator("input[name=oldpassword]").fill(first)
    page.locator("input[name=password1]").fill(OWN)
    page.locator("input[name=password2]").fill(OWN)
    page.locator(".gx-account button.btn-primary").click()
    page.wait_for_load_state("load")
    return page


def confirm(page: Page) -> None:
    page.locator("input[name=password]").fill(OWN)
    page.locator("#gx-main button.btn-primary").click()
    page.wait_for_load_state("load")


def leave(desk: Desk) -> None:
    desk.post("/accounts/logout/")


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url
    small = page.evaluate(
        """[...document.querySelectorAll('#gx-main a.btn, #gx-main button')].filter((one) => one.checkVisibility())
        .map((one) => one.getBoundingClientRect()).filter((box) => box.height < 43.5).length"""
    )
    assert small == 0, page.url


@pytest.mark.parametrize("width", [1440, 390])
def test_an_app_is_set_up_and_asked_for(desks: Callable[..., Desk], newcomer: Callable[[str], str], width: int) -> None:
    name = f"newcomer{width}"
    desk = desks("", width=width)
    begin(desk, name, newcomer(name))
    page = desk.open("/accounts/2fa/")
    page.locator("a[href*='totp/activate']").click()
    confirm(page)
    expect(page.locator("img.gx-qr")).to_be_visible()
    assert page.locator("img.gx-qr").evaluate("(one) => one.complete && one.naturalWidth > 100")
    if width == 390:
        fits(page)
    secret = page.locator("#gx-factor-key").inner_text()
    now = int(time.time()) // 30
    page.locator("input[name=code]").fill(format_hotp_value(hotp_value(secret, now)))
    page.locator(".gx-account button.btn-primary").click()
    expect(page.locator(".gx-codes code")).to_have_count(10)
    spare = page.locator(".gx-codes code").first.inner_text()
    assert re.fullmatch(r"\d{8}", spare)
    desk.open("/accounts/2fa/")
    if width == 390:
        fits(page)
    leave(desk)

    enter(desk, name, OWN)
    assert "/accounts/2fa/authenticate/" in page.url
    if width == 390:
        fits(page)
    page.locator("input[name=code]").fill("000000")
    page.locator("form:has(input[name=code]) button.btn-primary").click()
    expect(page.locator(".gx-error")).to_be_visible()
    page.locator("input[name=code]").fill(format_hotp_value(hotp_value(secret, now + 1)))
    page.locator("form:has(input[name=code]) button.btn-primary").click()
    page.wait_for_selector("#gx-sidebar", state="attached")
    leave(desk)
    enter(desk, name, OWN)
    page.locator("input[name=code]").fill(spare)
    page.locator("form:has(input[name=code]) button.btn-primary").click()
    page.wait_for_selector("#gx-sidebar", state="attached")


def test_a_passkey_is_added_and_opens_the_account(desks: Callable[..., Desk], newcomer: Callable[[str], str]) -> None:
    desk = desks("")
    page = begin(desk, "keyholder", newcomer("keyholder"))
    device = desk.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    desk.open("/accounts/2fa/webauthn/add/")
    confirm(page)
    page.locator("#gx-key-passwordless").check()
    page.locator("#gx-key-button").click()
    expect(page.locator(".gx-codes code")).to_have_count(10)
    leave(desk)

    enter(desk, "keyholder", OWN)
    assert "/accounts/2fa/authenticate/" in page.url
    page.locator("#gx-key-button").click()
    page.wait_for_selector("#gx-sidebar", state="attached")
    leave(desk)

    desk.open("/accounts/login/")
    page.locator("#gx-key-button").click()
    page.wait_for_selector("#gx-sidebar", state="attached")
    desk.open("/account/sessions/")
    expect(page.locator(".gx-line-box")).to_have_count(1)


def test_a_key_that_does_not_answer_is_said(desks: Callable[..., Desk]) -> None:
    desk = desks("")
    page = desk.open("/accounts/login/")
    page.evaluate(
        "() => { navigator.credentials.get = () => Promise.reject(new DOMException('no', 'NotAllowedError')); }"
    )
    page.locator("#gx-key-button").click()
    expect(page.locator("[data-gx-key-error]")).to_be_visible()


def test_the_pages_of_the_password_fit_a_phone(desks: Callable[..., Desk]) -> None:
    desk = desks("", width=390)
    for path in ("/accounts/login/", "/accounts/password/reset/", "/accounts/password/reset/done/"):
        fits(desk.open(path))
