"""The month of the tasks: by mouse, by keys, and as an agenda on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.browser.test_screens import SIZES, faults

MONTH = "/calendar/task/?layout=calendar&month=2026-11"


def make(desk: Desk, subject: str, due: str) -> None:
    desk.open("/")
    me = desk.context.request.get("/pick/access/user/?q=于莉").json()["results"][0]["value"]
    answer = desk.post("/calendar/task/new/", subject=subject, due_at=due, assignee=me, reminder="never", priority="normal", state="open")  # fmt: skip
    assert answer.status < 400, answer.text()[:500]


def test_the_month_is_walked_by_keys_and_turned(desk: Desk) -> None:
    make(desk, "日历按键测试", "2026-11-12T09:30")
    page = desk.open(MONTH)
    expect(page.locator("td[data-day='2026-11-12'] .gx-month-entry")).to_contain_text("日历按键测试")
    page.keyboard.press("ArrowDown")
    focused = page.locator("td[data-day]:focus")
    expect(focused).to_have_count(1)
    start = focused.get_attribute("data-day")
    page.keyboard.press("ArrowRight")
    expect(focused).not_to_have_attribute("data-day", start or "")
    page.keyboard.press("PageDown")
    page.wait_for_url("**month=2026-12**")
    page.keyboard.press("PageUp")
    page.wait_for_url("**month=2026-11**")
    page.locator("td[data-day='2026-11-12']").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**filter=**")
    expect(page.locator("#gx-rows .gx-row-link")).to_have_text(["日历按键测试"])


@pytest.mark.parametrize("size", SIZES)
def test_the_calendar_keeps_its_shape(desks: Callable[..., Desk], size: str) -> None:
    width, height = SIZES[size]
    desk = desks(width=width, height=height)
    make(desk, "名字很长的任务：" + "江苏省南京市江宁经济技术开发区" * 4, "2026-11-13T09:30")
    page = desk.open(MONTH)
    assert faults(desk, width) == []
    expect(page.locator(".gx-agenda")).to_be_visible(visible=width < 1024)
    expect(page.locator(".gx-month")).to_be_visible(visible=width >= 1024)
    desk.open(MONTH.replace("2026-11", "2031-01"))
    assert faults(desk, width) == []
