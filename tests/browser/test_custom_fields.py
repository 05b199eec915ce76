"""A field of one's own: made in the browser, filled and found by others without a restart."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.browser.test_screens import SIZES, faults
from tests.browser.test_whose_rows import ACCOUNTS, LIST

FIELDS = "/customizing/customfield/"


def made(desk: Desk, name: str, kind: str) -> str:
    """The address of a new field of customers."""
    page = desk.open(f"{FIELDS}new/")
    page.locator("select[name=entity]").select_option("customers.customer")
    page.locator("input[name=label]").fill(name)
    page.locator("select[name=kind]").select_option(kind)
    with page.expect_navigation():
        page.locator("form button.btn-primary").first.click()
    return page.url


def taken_out_of_use(desk: Desk, address: str) -> None:
    """Other tests look at the same customers."""
    page = desk.open(f"{address.split('?')[0].rstrip('/')}/edit/")
    page.locator("input[name=active][type=checkbox]").uncheck(force=True)
    with page.expect_navigation():
        page.locator("form button.btn-primary").first.click()


def test_a_field_is_made_filled_and_found(desks: Callable[..., Desk]) -> None:
    administrator, manager = desks(ACCOUNTS["system"][0]), desks(ACCOUNTS["key_accounts"][0])
    field = made(administrator, "专线条数", "integer")
    page = manager.open(LIST)
    page = manager.open(page.locator("#gx-rows .gx-row-link").first.get_attribute("href") or "")
    record = page.url
    page = manager.open(f"{record.rstrip('/')}/edit/")
    page.locator("input[name=x_zhuan_xian_tiao_shu]").fill("417")
    with page.expect_navigation():
        page.locator("form button.btn-primary").first.click()
    page = manager.open(f'{LIST}?filter=["eq","x_zhuan_xian_tiao_shu",417]&columns=name,x_zhuan_xian_tiao_shu')
    expect(page.locator("#gx-rows .gx-row-link")).to_have_count(1)
    expect(page.locator("#gx-rows")).to_contain_text("417")
    taken_out_of_use(administrator, field)
    manager.open(record)
    expect(manager.page.locator("body")).not_to_contain_text("专线条数")


@pytest.mark.parametrize("size", SIZES)
def test_the_pages_of_a_field_fit(desks: Callable[..., Desk], size: str) -> None:
    width, height = SIZES[size]
    desk = desks(ACCOUNTS["system"][0], width=width, height=height)
    address = made(desk, f"接入方式 {size}", "choice")
    assert re.search(r"/customizing/customfield/\d+/", address)
    assert faults(desk, width) == []
    taken_out_of_use(desk, address)
    for address in (FIELDS, f"{FIELDS}new/"):
        desk.open(address)
        assert faults(desk, width) == []
