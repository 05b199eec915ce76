"""Whose rows: effective access, deputies, handover and shares, on phone, tablet and desktop."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from guanxi.platform.directory.demo.accounts import planned_accounts
from guanxi.platform.directory.demo.organisation import planned_staff
from tests.browser.desk import Desk
from tests.browser.test_screens import SIZES, faults

LIST = "/customers/customer/"


#: Who may sign in with one click, in the order of the page: (user name, name).
ACCOUNTS = {
    place: (one["username"], one["name"])
    for place, one in zip(
        ("county", "key_accounts", "nanjing", "executive", "agent", "analyst", "data", "system", "security", "audit"),
        planned_accounts(),
        strict=True,
    )
}


def named(role: str, number: int = 0) -> str:
    """The name of somebody with a role in the demonstration."""
    return [one.name for one in planned_staff() if one.role == role][number]


def choose(desk: Desk, field: str, text: str) -> None:
    """Pick what has this name in a picker, once its list stands still: it is drawn anew with each answer of the server."""
    box = desk.page.locator(f"[data-field={field}]")
    box.locator(".ts-control").click()
    if box.locator("select[data-url]").count():
        with desk.page.expect_response(lambda answer: parse_qs(urlsplit(answer.url).query).get("q") == [text]):
            box.locator(".ts-control input").press_sequentially(text)
        expect(box.locator(".ts-wrapper")).not_to_have_class(re.compile(r"\bloading\b"))
    else:
        box.locator(".ts-control input").press_sequentially(text)
    desk.page.locator(".ts-dropdown:visible .option", has_text=text).first.click()


@pytest.mark.parametrize("size", SIZES)
def test_effective_access_of_a_person_and_of_a_record(desks: Callable[..., Desk], size: str) -> None:
    width, height = SIZES[size]
    manager = desks(ACCOUNTS["key_accounts"][0])
    code = manager.open(LIST + "?sort=code").locator("#gx-rows td").filter(has_text="C0").first.inner_text()
    desk = desks(ACCOUNTS["security"][0], width=width, height=height)
    page = desk.open("/access/")
    assert faults(desk, width) == []
    choose(desk, "person", named("account_manager"))
    page.locator(".gx-ask form").first.locator("button.btn").click()
    expect(page.locator(".gx-subject")).to_contain_text(named("account_manager"))
    expect(page.locator(".gx-reasons").first).to_be_visible()
    assert faults(desk, width) == []
    page = desk.open(f"/access/?kind=customers.customer&code={code.split()[0]}")
    expect(page.locator(".gx-lines > li").first).to_be_visible()
    assert faults(desk, width) == []


@pytest.mark.parametrize("size", SIZES)
def test_a_deputy_is_named_acts_under_the_bar_and_goes_back(desks: Callable[..., Desk], size: str) -> None:
    width, height = SIZES[size]
    user, name = ACCOUNTS[dict(zip(SIZES, ("county", "key_accounts", "nanjing"), strict=True))[size]]
    deputy, deputy_name = ACCOUNTS["analyst"]
    principal = desks(user)
    page = principal.open("/account/deputies/")
    page.locator(".gx-account .btn-primary").first.click()
    choose(principal, "deputy", deputy_name)
    page.locator("dialog .btn-primary, .gx-dialog-foot .btn-primary").first.click()
    expect(page.locator(".gx-line-text").first).to_contain_text(deputy_name)
    desk = desks(deputy, width=width, height=height)
    page = desk.open("/account/deputies/")
    assert faults(desk, width) == []
    page.locator(".gx-line", has_text=name).locator(".btn-primary").click()
    bar = page.locator(".gx-acting-bar")
    expect(bar).to_contain_text(name)
    assert faults(desk, width) == []
    page = desk.open(LIST)
    expect(page.locator(".gx-acting-bar")).to_be_visible()
    page.locator(".gx-acting-bar button").click()
    expect(page.locator(".gx-acting-bar")).to_have_count(0)


@pytest.mark.parametrize("size", SIZES)
def test_what_somebody_owns_is_shown_before_it_is_handed_over(desks: Callable[..., Desk], size: str) -> None:
    width, height = SIZES[size]
    desk = desks(width=width, height=height)
    page = desk.open("/handover/")
    assert faults(desk, width) == []
    choose(desk, "person", named("account_manager"))
    page.locator(".gx-ask .btn").click()
    expect(page.locator("input[name=entity]").first).to_be_checked()
    assert faults(desk, width) == []


def test_a_handover_runs_and_is_undone(desks: Callable[..., Desk]) -> None:
    desk = desks()
    page = desk.open("/handover/")
    choose(desk, "person", named("channel_manager"))
    page.locator(".gx-ask .btn").click()
    owned = page.locator(".gx-lines b a").first.inner_text()
    choose(desk, "successor", named("channel_manager", 1))
    page.locator("textarea[name=note]").fill("先联系大客户")
    page.locator(".gx-form-foot .btn-primary").click()
    page.wait_for_url("**/jobs/*/")
    undo = page.get_by_role("button", name="撤销")
    expect(undo).to_be_visible(timeout=30_000)
    page = desk.open("/handover/")
    choose(desk, "person", named("channel_manager", 1))
    page.locator(".gx-ask .btn").click()
    assert int(page.locator(".gx-lines b a").first.inner_text().replace(",", "")) >= int(owned.replace(",", ""))


def test_a_record_is_shared_from_its_page_and_seen_by_the_other(desks: Callable[..., Desk]) -> None:
    owner, (other, other_name) = desks(ACCOUNTS["key_accounts"][0]), ACCOUNTS["county"]
    page = owner.open(LIST)
    href = page.locator("#gx-rows .gx-row-link").first.get_attribute("href") or ""
    stranger = desks(other)
    page = owner.open(href)
    page.locator("[data-gx-dialog$='/do/share/']").first.evaluate("button => button.click()")  # in a folded menu
    choose(owner, "person", other_name)
    with page.expect_navigation():
        page.locator("#gx-dialog-body .gx-dialog-foot .btn-primary").click()
    seen = stranger.open(href)
    expect(seen.locator("h1")).to_be_visible()
