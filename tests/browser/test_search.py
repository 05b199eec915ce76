"""Find anything: by part of a name, its pinyin and a code, from the palette to the record."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.browser.screens import LIST
from tests.browser.test_screens import SIZES, faults


def a_customer(desk: Desk) -> tuple[str, str]:
    """(name, address) of the first customer in the list."""
    link = desk.open(LIST).locator("#gx-rows .gx-row-link").first
    return link.inner_text().strip(), link.get_attribute("href") or ""


def test_from_the_palette_to_the_record(desks: Callable[..., Desk]) -> None:
    desk = desks()
    name, address = a_customer(desk)
    page = desk.page
    page.keyboard.press("Control+k")
    page.locator("#gx-palette-input").fill(name)
    hit = page.locator("#gx-palette .gx-palette-item", has_text=name).first
    expect(hit).to_be_visible()
    with page.expect_navigation():
        hit.click()
    assert address.split("?")[0] in page.url


def test_the_page_finds_parts_of_a_name(desks: Callable[..., Desk]) -> None:
    desk = desks()
    name, address = a_customer(desk)
    path = address.split("?")[0]
    page = desk.page
    for _turn in range(60):  # the worker builds the index of the demonstration when it starts
        desk.open(f"/search/?q={name[:3]}&kind=customers.customer")
        if not page.locator("[role=status]").count():
            break
        page.wait_for_timeout(2_000)
    page = desk.open("/search/")
    page.locator(".gx-search-form input[name=q]").fill(name[1:5])
    with page.expect_navigation():
        page.locator(".gx-search-form button").click()
    expect(page.locator(f'a.gx-mini-card[href="{path}"]')).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_the_page_fits(desks: Callable[..., Desk], size: str) -> None:
    width, height = SIZES[size]
    desk = desks(width=width, height=height)
    for address in ("/search/", "/search/?q=公司", "/search/?q=zzzzzz"):
        desk.open(address)
        assert faults(desk, width) == []
