"""A person at a browser: signs in, opens pages, and remembers all that went wrong in them."""

import json
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Request, Response, expect
from playwright.sync_api import Error as PlaywrightError

from tools import sprite

#: People of the demonstration data by what they may do; as the newcomer one test alone signs in.
EDITOR, MANAGER, NEWCOMER = "yuli", "pengxiangyang", "liangyulin"
ANSWERS_OF_FORMS = {409, 422}
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-first-run", "--no-default-browser-check", "--font-render-hinting=none"),
]
TELL_OF_REFUSED_SOURCES = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`content policy: ${event.violatedDirective} ${event.blockedURI}`));
"""


#: A name that is not in the sprite shows nothing, and no request fails.
ICONS = set(sprite.names((Path(__file__).parents[2] / "frontend" / "icons.txt").read_text()))


def chromium() -> str:
    return os.environ.get("GUANXI_CHROMIUM") or "/usr/bin/chromium"


class Desk:
    """One browser context. ``problems`` lists console errors, refused sources, requests to other hosts and answers of
    400 and above that are no answers of forms; ``expected`` are further statuses that a test means to provoke."""

    def __init__(self, browser: Browser, url: str, *, state: Any = None, **options: Any) -> None:
        self.url = url
        self.context = browser.new_context(base_url=url, storage_state=state, **options)
        self.context.set_default_timeout(20_000)
        self.context.add_init_script(TELL_OF_REFUSED_SOURCES)
        self.problems: list[str] = []
        self.expected: set[int] = set(ANSWERS_OF_FORMS)
        self.page = self.tab()

    def tab(self) -> Page:
        page = self.context.new_page()
        page.on("console", lambda message: self._console(message.type, message.text))
        page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)
        return page

    def _console(self, kind: str, text: str) -> None:
        # The status of an answer is judged by _response.
        if kind == "error" and not text.startswith("Failed to load resource"):
            self.problems.append(f"console: {text}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https") and f"{parts.scheme}://{parts.netloc}" != self.url:
            self.problems.append(f"another host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.problems.append(f"{response.status}: {response.url}")

    # --- going about -------------------------------------------------------------------------------------
    def open(self, path: str, page: Page | None = None) -> Page:
        """Open an address and wait until all that loads by itself is there."""
        shown = page or self.page
        shown.goto(path)
        settle(shown)
        self.problems += [f"no such icon: {name}" for name in icons_of(shown) - ICONS]
        return shown

    def sign_in(self, username: str) -> None:
        self.page.goto("/accounts/login/")
        self.page.locator(f"button[value={username}]").click()
        self.page.wait_for_selector("#gx-sidebar", state="attached")
        self.post("/preferences/", tour="done")

    def post(self, path: str, **fields: str) -> Any:
        """A form sent as the browser would, without a page."""
        token = next(cookie["value"] for cookie in self.context.cookies() if "csrf" in cookie["name"])
        return self.context.request.post(path, form=dict(fields), headers={"X-CSRFToken": token, "Referer": self.url})

    def new_customer(self, name: str, **fields: str) -> str:
        """Create a customer; returns the address of its page."""
        answer = self.post("/customers/customer/new/", name=name, kind="organisation", lifecycle="potential", **fields)
        assert re.search(r"/customers/customer/\d+/$", answer.url), (answer.status, answer.text()[:2000])
        return urlsplit(answer.url).path

    def close(self) -> None:
        with suppress(PlaywrightError):
            self.context.close()


def icons_of(page: Page) -> set[str]:
    """The names of the icons that a page shows."""
    return set(page.eval_on_selector_all("use", "all => all.map(one => one.getAttribute('href').split('#')[1])"))


def settle(page: Page) -> None:
    """Wait for fonts and for requests of the page itself; the event stream stays open for ever."""
    page.wait_for_load_state("load")
    page.evaluate("document.fonts.ready.then(() => true)")
    expect(page.locator(".htmx-request")).to_have_count(0)


def sentence(page: Page, key: str) -> str:
    """A sentence of the scripts in the page's language."""
    return str(json.loads(page.locator("#gx-texts").text_content() or "{}")[key])
