"""Rules followed in a form while somebody types, and pages arranged by dragging and by keys."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.desk import Desk, settle
from tests.browser.test_screens import SIZES, faults
from tests.browser.test_whose_rows import ACCOUNTS, LIST

CUSTOMER = "customers.customer"
RULES, LAYOUT = "/customizing/formrule/", "/settings/layouts/customers/customer/"


def save(page: Page) -> None:
    with page.expect_navigation():
        page.locator("form button.btn-primary").first.click()
    settle(page)


def rule(desk: Desk, name: str, condition: str, field: str, effect: str) -> str:
    """Make a rule in its form, trying it on the way; the address of its page."""
    page = desk.open(f"{RULES}new/")
    page.locator("select[name=entity]").select_option(CUSTOMER)
    expect(page.locator("[data-gx-try]")).to_have_attribute("data-ready", "1")
    page.locator("input[name=label]").fill(name)
    page.locator("textarea[name=condition]").fill("nothing = 1")
    expect(page.locator(".gx-try-verdict")).to_have_class("gx-try-verdict gx-wrong")
    page.locator("textarea[name=condition]").fill(condition)
    expect(page.locator(".gx-try-verdict")).not_to_have_class("gx-try-verdict gx-wrong")
    page.locator("select[name=field]").select_option(field)
    page.locator("select[name=effect]").select_option(effect)
    save(page)
    return page.url


def switched_off(desk: Desk, address: str) -> None:
    page = desk.open(f"{address.split('?')[0].rstrip('/')}/edit/")
    page.locator("input[name=active][type=checkbox]").uncheck(force=True)
    save(page)


def test_a_rule_is_tried_made_and_followed_while_somebody_types(desks: Callable[..., Desk]) -> None:
    administrator, manager = desks(ACCOUNTS["system"][0]), desks(ACCOUNTS["key_accounts"][0])
    made = [
        rule(administrator, "Homepage of the named", 'contains(name, "Zeta")', "website", "require"),
        rule(administrator, "Remarks on the named", 'contains(name, "Zeta")', "remarks", "show"),
    ]
    page = manager.open(f"{LIST}new/")
    form, website = page.locator("form[data-rules=followed]"), page.locator("[data-field=website]")
    expect(form).to_have_count(1)
    expect(page.locator("[data-field=remarks]")).to_be_hidden()
    expect(website.locator(".gx-required")).to_have_count(0)
    page.locator("input[name=name]").fill("Zeta Power")
    expect(page.locator("[data-field=remarks]")).to_be_visible()
    expect(website.locator(".gx-required")).to_have_count(1)
    page.locator("input[name=name]").fill("Eta Power")
    expect(page.locator("[data-field=remarks]")).to_be_hidden()
    for address in made:
        switched_off(administrator, address)


def drag(page: Page, line: Locator, onto: Locator) -> None:
    """Pick up, move in steps as a hand does, and let go."""
    line.scroll_into_view_if_needed()
    start, end = line.bounding_box(), onto.bounding_box()
    assert start and end
    page.mouse.move(start["x"] + 60, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + 60, start["y"] - 10, steps=5)
    page.mouse.move(end["x"] + 60, end["y"] + 4, steps=10)
    page.mouse.up()


def test_pages_are_arranged_by_dragging_and_by_keys_and_put_back(desks: Callable[..., Desk]) -> None:
    administrator, manager = desks(ACCOUNTS["system"][0]), desks(ACCOUNTS["key_accounts"][0])
    page = administrator.open(LAYOUT)
    form = page.locator("[data-gx-layout]")
    expect(form).to_have_attribute("data-ready", "1")
    columns = page.locator('[data-lay-place="list/columns"] [data-shown] .gx-lay-part')
    third = columns.nth(2).get_attribute("data-part")
    columns.nth(2).focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(columns.nth(1)).to_have_attribute("data-part", third or "")
    last = columns.last.get_attribute("data-part")
    drag(page, columns.last, columns.nth(1))
    expect(columns.last).not_to_have_attribute("data-part", last or "")
    page.locator('[data-lay-place="list/columns"] [data-hidden] .gx-lay-part[data-part=website] [data-toggle]').click()
    expect(page.locator('[data-lay-place="list/columns"] [data-shown] .gx-lay-part[data-part=website]')).to_have_count(
        1
    )
    page.locator("[data-lay-preview]").click()
    expect(page.locator(".gx-lay-preview .gx-section").first).to_be_visible()
    save(page)
    shown = manager.open(LIST)
    expect(shown.locator("th[data-column=website]")).to_have_count(1)
    page = administrator.open(LAYOUT)
    with page.expect_navigation():
        page.locator("button[name=_reset]").click()
    shown = manager.open(LIST)
    expect(shown.locator("th[data-column=website]")).to_have_count(0)


@pytest.mark.parametrize("size", SIZES)
def test_the_pages_fit(desks: Callable[..., Desk], size: str) -> None:
    width, height = SIZES[size]
    desk = desks(ACCOUNTS["system"][0], width=width, height=height)
    for address in ("/settings/layouts/", LAYOUT, "/settings/configuration/", RULES, f"{RULES}new/"):
        desk.open(address)
        assert faults(desk, width) == [], address
