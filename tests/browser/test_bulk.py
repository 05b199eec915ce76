"""Many records at once: preview, undo from the toast, what is left out."""

from collections.abc import Callable

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
