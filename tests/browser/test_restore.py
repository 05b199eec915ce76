"""A backup made and restored in the browser, with web server and worker at work. It has a server of its own, because a
restore takes everything back and signs everybody out."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.server import ROOT, Server

pytestmark = pytest.mark.long
SECONDS = 1000
OWN = "a pass phrase of my own 47"
NAME = re.compile(r"guanxi-\d{8}-\d{6}-\w+\.gxb")


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path, scale=0)
    made.environment["GUANXI_BACKUP_KEY"] = "a passphrase for the browser"
    made.environment["GUANXI_MFA"] = "off"
    made.run("-m", "tests.prepared")
    with made.running():
        yield made


def password_of(server: Server, username: str, role: str) -> str:
    """Make an account at the console, which prints its password."""
    command = [sys.executable, "manage.py", "create_user", username, "--role", role]
    done = subprocess.run(command, cwd=ROOT, env=server.environment, capture_output=True, text=True, check=True)
    return done.stdout.split()[-1]


def sign_in(page: Page, server: Server, username: str, password: str, *, own: str = "") -> None:
    """``own`` is the password chosen at the first sign-in, before which nothing else is open; then comes the tour."""
    page.goto(f"{server.url}/accounts/login/")
    page.locator("input[name=login]").fill(username)
    page.locator("input[name=password]").fill(password)
    page.locator("form:has(input[name=password]) button.btn-primary").click()
    if own:
        page.locator("input[name=oldpassword]").fill(password)
        for name in ("password1", "password2"):
            page.locator(f"input[name={name}]").fill(own)
        page.locator("form:has(input[name=password1]) button.btn-primary").click()
        page.wait_for_url(lambda url: "password/change" not in url)
        page.goto(f"{server.url}/")
    page.wait_for_url(f"{server.url}/")
    if own:
        expect(page.locator(".gx-tour")).to_be_visible()
        with page.expect_response("**/preferences/"):
            page.keyboard.press("Escape")


def test_a_backup_is_restored_in_the_browser(browser: Browser, own_server: Server) -> None:
    password = password_of(own_server, "boss", "system_administrator")
    page = browser.new_context(locale="zh-CN").new_page()
    page.set_default_timeout(90 * SECONDS)
    sign_in(page, own_server, "boss", password, own=OWN)
    password = OWN
    page.goto(f"{own_server.url}/settings/backups/")
    page.locator("form[action$='/make/'] button").click()
    expect(page.locator(".gx-job-done")).to_be_visible(timeout=90 * SECONDS)
    password_of(own_server, "later", "system_administrator")

    page.goto(f"{own_server.url}/settings/backups/")
    name = NAME.search(page.locator(".gx-backups li").first.inner_text())
    assert name
    page.locator(f"[data-gx-dialog$='{name[0]}/restore/']").click()
    page.locator("input[name=phrase]").fill("yes")
    page.locator(".gx-dialog-foot .btn-danger").click()
    expect(page.locator("input[name=phrase][aria-invalid=true], .gx-error").first).to_be_visible()
    page.locator("input[name=phrase]").fill(name[0])
    page.locator(".gx-dialog-foot .btn-danger").click()
    page.wait_for_url("**/jobs/*/")

    def signed_out() -> bool:
        return page.context.request.get(f"{own_server.url}/settings/backups/", max_redirects=0).status == 302

    for _look in range(90):
        if signed_out():
            break
        page.wait_for_timeout(SECONDS)
    sign_in(page, own_server, "boss", password)
    page.goto(f"{own_server.url}/settings/backups/")
    assert NAME.search(page.locator("p.gx-hint", has_text=name[0]).inner_text())
    assert page.locator(".gx-backups li").count() == 2
    page.goto(f"{own_server.url}/access/user/")
    expect(page.locator("#gx-rows")).to_contain_text("boss")
    expect(page.locator("#gx-rows")).not_to_contain_text("later")
