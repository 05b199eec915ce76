"""Many records at once: preview, undo from the toast, what is left out."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.desk import Desk

LIST = "/customers/customer/"


def chosen(desks: Callable[..., Desk], name: str, count: int = 3) -> Page:
    """A list of new customers, all of them marked."""
    desk = desks()
    for number in range(count):
        desk.new_customer(f"{name}{number}号公司")
    page = desk.open(f'{LIST}?filter=["contains","name","{name}"]')
    page.locator("[data-gx-all]").check()
    expect(page.locator(".gx-bulk-count")).to_contain_text(str(count))
    return page


def test_an_edit_of_many_is_previewed_run_and_undone_from_the_toast(desks: Callable[..., Desk]) -> None:
    page = chosen(desks, "批量修改测试")
    page.locator("#gx-bulk button[data-gx-bulk$='/bulk/edit/']").click()
    dialog = page.locator("#gx-dialog")
    expect(dialog.locator(".gx-preview-count b")).to_have_text("3")
    dialog.locator("[name=lifecycle]").select_option("declining")
    dialog.locator(".gx-dialog-foot button.btn-primary").click()
    expect(page.locator("#gx-rows .gx-badge", has_text="衰退")).to_have_count(3)
    page.locator(".gx-toast-undo").click()
    expect(page.locator("#gx-rows .gx-badge", has_text="潜在")).to_have_count(3)


def test_tags_are_added_to_many(desks: Callable[..., Desk]) -> None:
    page = chosen(desks, "批量标签测试", 2)
    page.locator("#gx-bulk button[data-gx-bulk$='/bulk/tag/']").click()
    expect(page.locator("#gx-dialog .gx-preview-count")).to_be_visible()
    page.locator("#gx-dialog [data-gx-close]").first.click()
    expect(page.locator("#gx-dialog")).to_be_hidden()


def test_deleting_many_moves_them_to_the_recycle_bin_and_can_be_undone(desks: Callable[..., Desk]) -> None:
    page = chosen(desks, "批量删除测试", 2)
    delete = page.locator("#gx-bulk [data-gx-bulk$='/bulk/delete/']")
    if not delete.is_visible():
        page.locator("#gx-bulk [data-bs-toggle]").click()
    delete.click()
    page.locator("#gx-dialog .gx-dialog-foot button.btn-danger").click()
    expect(page.locator("#gx-rows tr")).to_have_count(0)
    page.locator(".gx-toast-undo").click()
    expect(page.locator("#gx-rows tr")).to_have_count(2)


def test_ticked_rows_are_exported_and_no_others(desks: Callable[..., Desk]) -> None:
    page = chosen(desks, "勾选导出测试")
    page.locator("#gx-rows .gx-pick input").first.uncheck()
    expect(page.locator(".gx-bulk-count")).to_contain_text("2")
    page.locator("#gx-bulk [data-gx-bulk$='/export/']").click()
    dialog = page.locator("#gx-dialog")
    expect(dialog.locator("h2")).to_contain_text("2")
    dialog.locator("[name=format]").select_option("csv")
    with page.expect_download() as download:
        dialog.locator(".gx-dialog-foot button.btn-primary").click()
    lines = Path(download.value.path()).read_text("utf-8-sig").splitlines()
    assert [line for line in lines if "勾选导出测试" in line] == lines[1:]
    assert len(lines) == 3


def test_many_are_given_to_another_owner_and_taken_back(desks: Callable[..., Desk]) -> None:
    page = chosen(desks, "批量分派测试", 2)
    page.locator("#gx-bulk [data-gx-bulk$='/bulk/assign/']").click()
    dialog = page.locator("#gx-dialog")
    expect(dialog.locator(".gx-preview-count b")).to_have_text("2")
    dialog.locator(".ts-control input").press_sequentially("彭向阳")
    dialog.locator(".ts-dropdown .option", has_text="彭向阳").first.click()
    dialog.locator(".gx-dialog-foot button.btn-primary").click()
    expect(page.locator(".gx-toast-undo")).to_be_visible()
    expect(page.locator("#gx-rows .gx-person", has_text="彭向阳")).to_have_count(2)
    page.locator(".gx-toast-undo").click()
    expect(page.locator("#gx-rows .gx-person", has_text="彭向阳")).to_have_count(0)
    expect(page.locator("#gx-rows tr")).to_have_count(2)


def test_whoever_ticks_a_whole_page_may_take_the_whole_list(desk: Desk) -> None:
    page = desk.open(LIST)
    page.locator("[data-gx-all]").check()
    page.locator("[data-gx-everything]").click()
    total = page.locator(".gx-total").first.inner_text()
    expect(page.locator(".gx-bulk-count")).to_contain_text(total.replace(",", ""))


def test_a_list_and_a_record_on_paper_hold_what_the_screen_shows(desk: Desk) -> None:
    name = "打印测试公司"
    record = desk.new_customer(name)
    page = desk.open(f'{LIST}?filter=["contains","name","{name}"]')
    page.locator(".gx-head-actions .dropdown [data-bs-toggle]").click()
    with page.expect_popup() as opened:
        page.locator(".gx-head-actions a.dropdown-item[target=_blank]").click()
    paper = opened.value
    expect(paper.locator("main table tbody tr")).to_have_count(1)
    expect(paper.locator("main")).to_contain_text(name)
    paper.emulate_media(media="print")
    expect(paper.locator(".gx-paper-tools")).to_be_hidden()
    paper.close()
    paper = desk.open(f"{record}print/")
    expect(paper.locator("h1")).to_have_text(name)
    expect(paper.locator("main dl").first).to_be_visible()


def test_a_related_list_is_worked_on_in_bulk_without_leaving_the_record(desk: Desk) -> None:
    page = desk.open(LIST + '?filter=["in","tier",["A"]]&sort=code')
    record = page.locator("#gx-rows .gx-row-link").first.get_attribute("href") or ""
    page = desk.open(f"{record}?tab=customers.contact.customer")
    boxes = page.locator(".gx-related #gx-rows .gx-pick input")
    boxes.nth(0).check()
    boxes.nth(1).check()
    expect(page.locator(".gx-related .gx-bulk-count")).to_contain_text("2")
    page.locator(".gx-related [data-gx-bulk$='/bulk/tag/']").click()
    dialog = page.locator("#gx-dialog")
    expect(dialog.locator(".gx-preview-count b")).to_have_text("2")
    dialog.locator(".ts-control input").first.press_sequentially("关联批量")
    page.keyboard.press("Enter")
    dialog.locator(".gx-dialog-foot button.btn-primary").click()
    expect(page.locator(".gx-toast-undo")).to_be_visible()
    assert f"{record}?tab=customers.contact.customer" in page.url
    page.locator(".gx-toast-undo").click()
    expect(page.locator(".gx-toast-undo")).to_have_count(0)
