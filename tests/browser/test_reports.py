"""The report builder: filter, groups, measure, chart, and the way down to the records behind a number."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from tests.browser.desk import Desk, settle

REPORT = "/customers/customer/report/"
FIRMS = '["eq","kind","organisation"]'


def choose(page: Page, place: str, value: str) -> None:
    """Pick from a list of the builder; the answer replaces builder and result alike."""
    with page.expect_response(lambda answer: urlsplit(answer.url).path == REPORT):
        page.locator(f"#gx-{place}").select_option(value)
    expect(page.locator(f"#gx-{place}")).to_have_value(value)
    settle(page)


def test_a_report_is_filtered_grouped_measured_drawn_and_leads_to_its_records(desks: Callable[..., Desk]) -> None:
    desk = desks()
    page = desk.open(f"{REPORT}?filter={FIRMS}")
    expect(page.locator(".gx-report-filter .gx-chip")).to_have_count(1)
    choose(page, "rows-0", "tier")
    choose(page, "column-0", "lifecycle")
    choose(page, "measures-0", "sum:employees")
    choose(page, "measures-1", "count")
    choose(page, "chart-0", "bar")
    expect(page.locator(".gx-report-filter .gx-chip")).to_have_count(1)
    expect(page.locator(".gx-report-result canvas")).to_be_visible()
    line = page.locator(".gx-report-table tbody tr:not(.gx-report-total)").first
    counted = line.locator("td").last
    number = counted.inner_text()
    counted.locator("a").click()
    page.wait_for_url("**/customers/customer/?filter=*")
    settle(page)
    assert FIRMS in parse_qs(urlsplit(page.url).query)["filter"][0].replace(" ", "")
    shown = page.locator("#gx-rows tr")
    expect(shown).to_have_count(int(re.sub(r"\D", "", number)))
