"""Texts that try to be scripts, in records of every kind and in all that stands beside them, stay texts wherever they are
shown (N15, N16), and no other site can show us in a frame (N18)."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESKTOP
from tests.browser.desk import Desk, settle
from tests.browser.payloads import TRACES, payload
from tests.browser.server import Server
from tests.browser.test_editing import cell

#: Pages that are opened as a person would; all else is fetched and read as the browser reads it.
OPENED = {
    "list", "record", "edit", "home", "inbox", "jobs", "job", "audit_trail", "audit_incident", "mail", "mailbox",
    "mailbox_mail", "mailbox_body", "account", "deputies", "backups", "data_keys", "help", "import_step", "import_columns",
    "import_check", "handover", "access", "api:documentation",
}  # fmt: skip
#: Not asked: a stream without end, files, and pages of signing in and out, on which nobody's texts stand.
LEFT_OUT = {
    "live",
    "metrics",
    "healthz",
    "content",
    "backup_download",
    "import_refused",
    "import_sample",
    "account_logout",
}
#: Addresses on which nobody's texts stand: the REST interface answers in JSON (tests/contract), doors show a person only.
NOBODYS = ("api:", "mfa_", "oidc", "account_")
TAKEN_AWAY = re.compile(r"[?&](run=1|format=pdf)")
PARTS_AT_ONCE = 12
COMPANIES = "/fakes/company/"
PICTURE = "/static/guanxi/img/mark.svg"


FRAMED = """(url) => new Promise((done) => {
  const frame = document.createElement("iframe");
  frame.onload = frame.onerror = done;
  frame.src = url;
  document.body.append(frame);
})"""


@dataclass
class Planted:
    """A running server full of hostile texts, and somebody at a browser who may see all of them."""

    server: Server
    desk: Desk
    addresses: list[tuple[str, str]]
    filled: dict[str, list[str]]

    def judge(self) -> list[str]:
        """What is wrong with the page that stands open."""
        return [f"{self.desk.page.url}: {found}" for found in self.desk.page.evaluate(f"{TRACES}.page()")]


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Planted]:
    server = Server(tmp_path_factory.mktemp("hostile"), 0)
    server.environment["DJANGO_SETTINGS_MODULE"] = "tests.browser.hostile_settings"
    server.run("-m", "tools.prepare")
    told: dict[str, Any] = json.loads(server.run("-m", "tests.browser.hostile"))
    cookie = {"name": "sessionid", "value": told["session"], "url": server.url}
    with server.running():
        desk = Desk(browser, server.url, viewport=DESKTOP, locale="en-US")
        desk.context.add_cookies([cookie])
        desk.expected |= {400, 403, 404, 405}
        desk.page.on("dialog", lambda dialog: (desk.problems.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        desk.open("/help/")
        desk.post("/preferences/", tour="done")
        yield Planted(server, desk, told["addresses"], told["filled"])
        desk.close()


@pytest.fixture(autouse=True)
def _without_problems(planted: Planted) -> Iterator[None]:
    planted.desk.problems.clear()
    yield
    assert planted.desk.problems == []


def test_on_no_page_does_a_text_become_more_than_text(planted: Planted) -> None:
    desk, found, shown = planted.desk, [], set()
    for name, address in planted.addresses:
        if name not in OPENED or (name == "list" and "?" in address):
            continue
        page = desk.open(address)
        found += planted.judge()
        if name in ("list", "record") and page.evaluate("/x-9|__x/.test(document.body.innerText)"):
            shown.add(".".join(address.split("/")[1:3]))
    assert found == []
    assert {key for key, fields in planted.filled.items() if fields} - shown <= {"customers.measure"}


def test_in_no_part_of_a_page_does_a_text_become_more_than_text(planted: Planted) -> None:
    desk, found, refusing = planted.desk, [], set()
    parts: dict[str, list[str]] = {}
    for name, address in planted.addresses:
        shown = name in OPENED and (name != "list" or "?" not in address)
        if not shown and not name.startswith(NOBODYS) and name not in LEFT_OUT and not TAKEN_AWAY.search(address):
            parts.setdefault(name, []).append(address)
    for name, addresses in parts.items():
        if desk.context.request.get(addresses[0]).status == 405:
            refusing.add(name)
    page = desk.open("/help/")
    asked = [address for name, addresses in parts.items() if name not in refusing for address in addresses]
    for start in range(0, len(asked), PARTS_AT_ONCE):
        found += page.evaluate(f"(some) => {TRACES}.parts(some)", asked[start : start + PARTS_AT_ONCE])
    assert found == []
    assert len(asked) > 400


def test_what_scripts_put_together_stays_text(planted: Planted) -> None:
    """Palette, quick look, selection, picker, filter, a cell in place and what is said after it."""
    desk = planted.desk
    page = desk.open(COMPANIES)
    page.keyboard.press("j")
    page.keyboard.press("Space")
    expect(page.locator("#gx-peek h2").first).to_be_visible()
    settle(page)
    _nothing(planted)
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    expect(page.locator(".gx-bulk-count")).to_be_visible()
    page.locator("#gx-bulk [data-gx-bulk*='/bulk/edit/']").first.dispatch_event("click")  # may be in the menu
    expect(page.locator("#gx-dialog-body form")).to_be_visible()
    _nothing(planted)
    page = desk.open(COMPANIES)
    page.keyboard.press("Control+k")
    with page.expect_response(lambda answer: "/palette/" in answer.url and "q=" in answer.url):
        page.locator("#gx-palette-input").fill("x-9")
    _nothing(planted)
    page = desk.open(COMPANIES)
    _choose_department(page)
    _nothing(planted)
    _edit_a_cell(page)
    _nothing(planted)


def _choose_department(page: Page) -> None:
    """A filter by something whose name is hostile: option, chosen item and the chip of the condition."""
    page.locator("[data-gx-filter]").first.click()
    row = page.locator("#gx-filter .gx-filter-row").last
    row.locator("[data-field]").select_option("department")
    row.locator("[data-operator]").select_option("in")
    page.locator(".gx-filter-value .ts-control input").fill("x-9")
    page.locator(".ts-dropdown .option").first.click()
    page.keyboard.press("Escape")
    with page.expect_navigation():
        page.locator("[data-filter-apply]").click()
    settle(page)
    expect(page.locator(".gx-chip")).to_have_count(1)


def _edit_a_cell(page: Page) -> None:
    page.goto("/customers/customer/?columns=name,short_name&sort=-id")
    settle(page)
    cell(page, "short_name").dblclick()
    page.locator(".gx-editing input[name=short_name]").fill(payload(2, 60))
    page.keyboard.press("Enter")
    expect(page.locator(".gx-editing")).to_have_count(0)
    expect(cell(page, "short_name")).to_have_text(payload(2, 60))


def _nothing(planted: Planted) -> None:
    assert planted.judge() == []


class OtherSite(BaseHTTPRequestHandler):
    """Another site on this machine: 127.0.0.1 is not localhost to a browser."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<h1>Other</h1>")

    def log_message(self, *_told: Any) -> None:
        """Silent."""


@pytest.fixture
def other_site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), OtherSite) as site:
        Thread(target=site.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{site.server_port}/"
        site.shutdown()


def test_no_other_site_can_show_us_in_a_frame(planted: Planted, browser: Browser, other_site: str) -> None:
    """A page of another site with us in a frame, in a signed-in browser: what it shows is the browser's own refusal. A
    picture of ours, which may be shown anywhere, proves that frames work."""
    stranger = browser.new_context(viewport=DESKTOP)
    try:
        stranger.add_cookies([dict(one) for one in planted.desk.context.cookies()])  # type: ignore[arg-type]
        page = stranger.new_page()
        page.goto(other_site)
        for address in (PICTURE, "/help/", "/accounts/login/", COMPANIES, "/healthz"):
            with page.expect_event("framenavigated"):
                page.evaluate(FRAMED, planted.server.url + address)
        picture, *pages = [frame.url for frame in page.frames[1:]]
        assert picture == planted.server.url + PICTURE
        assert pages == ["chrome-error://chromewebdata/"] * 4
    finally:
        stranger.close()
