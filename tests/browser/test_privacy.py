"""Personal data: the register, a person's request, and what would become of them, on phone, tablet and desktop."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import Desk
from tests.browser.test_screens import AXE, SERIOUS, SIZES, faults
from tests.browser.test_whose_rows import ACCOUNTS

REGISTER, REQUESTS = "/privacy/registerentry/", "/privacy/subjectrequest/"
CONTACTS = "/customers/contact/"
PERIOD = re.compile(r"\bP\d+[YMD]\b")


def somebody(desk: Desk) -> tuple[str, str]:
    """The name and the code of a contact."""
    page = desk.open(f"{CONTACTS}?sort=code")
    page = desk.open(page.locator("#gx-rows .gx-row-link").first.get_attribute("href") or "")
    code = re.search(r"\bP\d{6,}\b", page.locator("#gx-main").inner_text())
    assert code, "the page of a contact shows its code"
    return page.locator("h1").first.inner_text().strip(), code[0]


def shown(page: Page) -> str:
    return page.locator("#gx-rows, .gx-cards").locator("visible=true").first.inner_text()


@pytest.mark.parametrize("size", SIZES)
def test_the_register_names_fields_and_periods(desks: Callable[..., Desk], size: str) -> None:
    width, height = SIZES[size]
    desk = desks(ACCOUNTS["security"][0], width=width, height=height)
    page = desk.open(REGISTER)
    assert faults(desk, width) == []
    assert "电话" in shown(page) and not PERIOD.search(shown(page))
    page = desk.open(f"{REGISTER}?q=电话")
    assert "电话" in shown(page) and "生日" not in shown(page)
    page = desk.open(page.locator("#gx-rows .gx-row-link").first.get_attribute("href") or "")
    expect(page.locator("h1").first).to_contain_text("电话")
    assert faults(desk, width) == []


@pytest.mark.parametrize("size", SIZES)
def test_a_request_is_taken_down_and_shows_what_an_erasure_would_do(desks: Callable[..., Desk], size: str) -> None:
    width, height = SIZES[size]
    desk = desks(ACCOUNTS["data"][0], width=width, height=height)
    name, code = somebody(desk)
    page = desk.open(f"{REQUESTS}new/")
    assert faults(desk, width) == []
    assert page.locator("[name=received_on]").input_value() != ""
    page.locator("[name=kind]").select_option("erase")
    page.locator("[name=name]").fill(name)
    page.locator(".gx-form-foot .btn-primary, .gx-form .btn-primary").first.click()
    expect(page.locator("#e-phone")).to_be_visible()
    expect(page.locator("[name=verified][type=checkbox]")).not_to_be_checked()
    page.locator("[name=code]").fill(code)
    page.locator(".gx-form-foot .btn-primary, .gx-form .btn-primary").first.click()
    expect(page).to_have_url(re.compile(rf"{REQUESTS}\d+/"))
    assert faults(desk, width) == []
    request = page.url
    with page.expect_navigation():
        # On a phone it stands in a menu.
        page.locator("button[hx-post*='/do/look_up/']").first.evaluate("button => button.click()")
    found = page.locator(".gx-line-count")
    for _attempt in range(30):
        desk.open(f"{request}?tab=found")
        if found.count():
            break
        page.wait_for_timeout(1_000)
    expect(found.first).to_be_visible()
    assert faults(desk, width) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_core_finds_nothing_serious_in_the_pages_of_personal_data(desks: Callable[..., Desk], dark: bool) -> None:
    desk = desks(ACCOUNTS["data"][0], dark=dark, bypass_csp=True)
    found = {}
    for path in (REGISTER, REQUESTS, f"{REQUESTS}new/"):
        page = desk.open(path)
        page.add_script_tag(path=AXE)
        if serious := page.evaluate(SERIOUS):
            found[path] = serious
    assert found == {}
