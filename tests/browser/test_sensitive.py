"""Sensitive data: one value revealed for a reason, an export that a second person agrees to."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.browser.test_screens import SIZES, faults
from tests.browser.test_whose_rows import ACCOUNTS, LIST, choose, named

REASON = "回访工单 4711，需要与客户确认地址"


@pytest.mark.parametrize("size", SIZES)
def test_a_masked_number_is_revealed_for_a_reason(desks: Callable[..., Desk], size: str) -> None:
    width, height = SIZES[size]
    desk = desks(ACCOUNTS["agent"][0], width=width, height=height)
    page = desk.open(f'{LIST}?filter=["filled","phone"]')
    page = desk.open(page.locator("#gx-rows .gx-row-link").first.get_attribute("href") or "")
    shown = page.locator("[data-property=phone]")
    print(page.locator("[data-gx-dialog*='/reveal/']").count(), shown.count())
    page.locator("[data-gx-dialog*='/reveal/phone/']").first.evaluate("button => button.click()")
    dialog = page.locator("#gx-dialog-body")
    dialog.locator("input[name=reason]").fill("短")
    dialog.locator(".btn-primary").click()
    expect(dialog.locator(".gx-error")).to_be_visible()
    assert faults(desk, width) == []
    dialog.locator("input[name=reason]").fill(REASON)
    dialog.locator(".btn-primary").click()
    expect(dialog.locator("#gx-revealed")).to_have_text(re.compile(r"\d{7,}"))
    dialog.locator(".btn-primary").click()
    expect(page.locator("#gx-revealed")).to_have_count(0)


def test_an_export_waits_for_a_second_person_and_opens_once(desks: Callable[..., Desk]) -> None:
    asker, approver = desks(ACCOUNTS["county"][0]), desks(ACCOUNTS["key_accounts"][0])
    page = asker.open(LIST)
    page.locator("[data-gx-dialog*='/export/']").first.evaluate("button => button.click()")
    dialog = page.locator("#gx-dialog-body")
    dialog.locator(".btn-primary").click()
    dialog.locator("input[name=reason]").fill(REASON)
    dialog.locator(".btn-primary").click()
    page.wait_for_url("**/inbox/")

    page = approver.open("/inbox/?show=decisions")
    asked = page.locator(".gx-inbox-item", has_text=REASON)
    asked.get_by_role("button", name="同意").click()
    page.locator("#gx-dialog-body .btn-primary").click()
    expect(asked).to_have_count(0)

    def finished() -> str:
        found = asker.open("/jobs/").locator("a[href^='/exports/']").first
        return found.get_attribute("href") if found.count() else ""

    asker.open("/jobs/")
