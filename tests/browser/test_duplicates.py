"""Duplicates in the browser: told while typing, found by a look through everything, merged and taken apart."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.browser.test_screens import SIZES, faults
from tests.browser.test_whose_rows import ACCOUNTS, LIST

FIRST, SECOND, THIRD = "无锡晨曦精密仪器有限公司", "晨曦精密仪器（无锡）股份有限公司", "無錫晨曦精密儀器有限公司"

#: How the second name is kept: round brackets of half width.
KEPT = "晨曦精密仪器(无锡)股份有限公司"


def made(desk: Desk, name: str, **more: str) -> str:
    """The address of a new customer."""
    page = desk.open(f"{LIST}new/")
    page.locator("input[name=name]").fill(name)
    for key, value in more.items():
        page.locator(f"input[name={key}]").fill(value)
    with page.expect_navigation():
        page.locator("form button.btn-primary").first.click()
    return page.url.split("?")[0]


def number(address: str) -> str:
    return address.rstrip("/").rpartition("/")[2]


def test_told_while_typing_merged_and_taken_apart(desks: Callable[..., Desk]) -> None:
    desk = desks(ACCOUNTS["data"][0])
    one = made(desk, FIRST, phone="0510-82345678")
    page = desk.open(f"{LIST}new/")
    page.locator("input[name=name]").press_sequentially(SECOND)
    expect(page.locator("#gx-similar")).to_contain_text(FIRST)
    page.locator("[data-gx-cancel]").first.click()
    page.locator("dialog[open] button.btn-primary, .modal.show button.btn-primary").first.click()
    other = made(desk, SECOND, email="info@example.com")
    page = desk.open(f"{one}merge/{number(other)}/")
    page.locator("input[name='value:name'][value=theirs]").check()
    with page.expect_navigation():
        page.locator("form button.btn-primary").first.click()
    expect(page.locator("h1")).to_contain_text(KEPT)
    desk.open(other)
    assert page.url.split("?")[0] == one
    page.locator("[hx-get$='/panel/merges/']").scroll_into_view_if_needed()  # it loads when it comes into view
    panel = page.locator("form[action$='/unmerge/'] button")
    with page.expect_navigation():
        panel.click()
    assert page.url.split("?")[0] == other
    expect(page.locator("h1")).to_contain_text(KEPT)
    desk.open(one)
    expect(page.locator("h1")).to_contain_text(FIRST)


@pytest.mark.parametrize("size", SIZES)
def test_the_pages_fit(desks: Callable[..., Desk], size: str) -> None:
    width, height = SIZES[size]
    desk = desks(ACCOUNTS["data"][0], width=width, height=height)
    one, other = made(desk, f"{THIRD} {size}", phone="0510-82345678"), made(desk, f"{FIRST} {size}")
    page = desk.open(f"{one}merge/{number(other)}/")
    expect(page.locator(".gx-conflict table")).to_be_visible()
    assert faults(desk, width) == []
    desk.open("/duplicates/")
    assert faults(desk, width) == []
