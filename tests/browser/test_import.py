"""A GBK file with errors is imported through the four steps, and its bad rows repaired."""

import csv
import io

from playwright.sync_api import Page, expect

from tests.browser.desk import Desk, settle

IMPORT = "/customers/customer/import/"
HEAD = ["客户名称", "简称", "员工人数", "电子邮箱"]
GOOD = [
    ["导入甲测试有限公司", "导入甲", "120", "a@example.com"],
    ["导入乙测试有限公司", "导入乙", "80", "b@example.com"],
]
BAD = ["导入丙测试有限公司", "导入丙", "很多", "c@example.com"]
PATIENCE = 60_000  # the worker reads and writes in its own process


def gbk(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([HEAD, *rows])
    return text.getvalue().encode("gb18030")


def bring(page: Page, rows: list[list[str]]) -> None:
    """Upload, accept the proposed columns, run the check."""
    page.locator("input[type=file]").set_input_files({"name": "客户.csv", "mimeType": "text/csv", "buffer": gbk(rows)})
    page.locator(".gx-import-form button.btn-primary").click()
    expect(page.locator(".gx-map")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".gx-map th", has_text="客户名称")).to_be_visible()
    page.locator(".gx-import-form button.btn-primary").last.click()
    expect(page.locator(".gx-counts")).to_be_visible(timeout=PATIENCE)


def test_errors_of_a_gbk_file_are_named_by_row_and_the_repaired_row_follows(desk: Desk) -> None:
    page = desk.open(IMPORT)
    bring(page, [*GOOD, BAD])
    problem = page.locator(".gx-problem-table tbody tr")
    expect(problem).to_have_count(1)
    expect(problem).to_contain_text("很多")
    page.locator("#gx-main form button.btn-primary").last.click()
    expect(page.locator(".gx-job .gx-badge.gx-success")).to_be_visible(timeout=PATIENCE)
    desk.open('/customers/customer/?filter=["starts","name","导入"]&sort=code')
    names = page.locator("#gx-rows .gx-row-link").all_inner_texts()
    assert names == [row[0] for row in GOOD]

    desk.open(IMPORT)
    bring(page, [[*BAD[:2], "35", BAD[3]]])
    expect(page.locator(".gx-problem-table tbody tr")).to_have_count(0)
    page.locator("#gx-main form button.btn-primary").last.click()
    expect(page.locator(".gx-job .gx-badge.gx-success")).to_be_visible(timeout=PATIENCE)
    desk.open('/customers/customer/?filter=["starts","name","导入丙"]')
    expect(page.locator("#gx-rows .gx-row-link")).to_have_text([BAD[0]])
    settle(page)


def test_a_file_that_is_no_table_is_refused_with_a_reason(desk: Desk) -> None:
    page = desk.open(IMPORT)
    page.locator("input[type=file]").set_input_files(
        {"name": "客户.xlsx", "mimeType": "application/octet-stream", "buffer": b"MZ\x90\x00 no workbook"}
    )
    page.locator(".gx-import-form button.btn-primary").click()
    expect(page.locator(".gx-alert.gx-danger p").first).to_be_visible(timeout=PATIENCE)


def test_a_wrong_guess_is_put_right_and_the_preview_follows(desk: Desk) -> None:
    page = desk.open(IMPORT)
    page.locator("input[type=file]").set_input_files(
        {"name": "客户.csv", "mimeType": "text/csv", "buffer": gbk([GOOD[0]])}
    )
    page.locator(".gx-import-form button.btn-primary").click()
    expect(page.locator("#f-encoding")).to_have_value("gb18030", timeout=PATIENCE)
    expect(page.locator("#f-separator")).to_have_value("comma")
    page.locator("#f-encoding").select_option("big5")
    expect(page.locator("#f-encoding")).to_have_value("big5", timeout=PATIENCE)
    expect(page.locator(".gx-sample")).not_to_contain_text(GOOD[0][0])
    page.locator("#f-encoding").select_option("gb18030")
    expect(page.locator(".gx-sample")).to_contain_text(GOOD[0][0], timeout=PATIENCE)
    page.locator("#f-header").select_option("-1")
    expect(page.locator(".gx-sample tbody tr")).to_have_count(2, timeout=PATIENCE)
