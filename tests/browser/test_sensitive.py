"""Sensitive data: one value revealed for a reason, an export that a second person agrees to."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.browser.test_screens import SIZES, faults
from tests.browser.test_whose_rows import ACCOUNTS, LIST, choose

REASON = "回访工单 4711，需要与客户确认地址"


@pytest.mark.parametrize("size", SIZES)
def test_a_masked_number_is_revealed_for_a_reason(desks: Callable[..., Desk], size: str) -> None:
    width, height = SIZES[size]
    desk = desks(ACCOUNTS["agent"][0], width=width, height=height)
    page = desk.open(LIST)
    page = desk.open(page.locator("#gx-rows .gx-row-link").first.get_attribute("href") or "")
    page.locator("[data-gx-dialog*='/reveal/phone/']").first.evaluate("button => button.click()")
    dialog = page.locator("#gx-dialog-body")
    dialog.locator("input[name=reason]").fill("短")
    dialog.locator(".btn-primary").click()
    expect(dialog.locator(".gx-error")).to_be_visible()
    assert faults(desk, width) == []
    dialog.locator("input[name=reason]").fill(REASON)
    dialog.locator(".btn-primary").click()
    expect(dialog.locator("#gx-revealed")).to_have_text(re.compile(r"^\s*[\d +()-]{8,}\s*$"))
    dialog.locator(".btn-primary").click()
    expect(page.locator("#gx-revealed")).to_be_hidden()


def test_an_export_waits_for_a_second_person_and_opens_once(desks: Callable[..., Desk]) -> None:
    asker, approver = desks(ACCOUNTS["county"][0]), desks(ACCOUNTS["key_accounts"][0])
    page = asker.open(LIST)
    page.locator("[data-gx-dialog*='/export/']").first.evaluate("button => button.click()")
    choose(asker, "columns", "电话")
    dialog = page.locator("#gx-dialog-body")
    dialog.locator(".btn-primary").click()
    expect(dialog.locator(".gx-alert, .gx-note").first).to_contain_text("电话")
    dialog.locator("input[name=reason]").fill(REASON)
    with page.expect_navigation():
        dialog.locator(".btn-primary").click()

    page = approver.open("/inbox/?show=decisions")
    asked = page.locator(".gx-inbox-item", has_text=REASON)
    asked.locator("[data-gx-dialog*='decision=approve']").click()
    with page.expect_navigation():
        page.locator("#gx-dialog-body .btn-primary").click()

    page = asker.open("/jobs/")
    page.locator("a[href^='/jobs/']", has_text="导出").first.click()
    link = page.locator("a[href^='/exports/']")
    expect(link).to_be_visible(timeout=30_000)
    address = link.get_attribute("href") or ""
    with page.expect_navigation():
        link.click()
    assert asker.context.request.get(address).status == 200
    with page.expect_download() as taken:
        page.locator("main form .btn-primary").click()
    assert taken.value.suggested_filename.endswith(".xlsx")
    assert asker.context.request.get(address).status == 404
