"""Changing one record: in the list, in its properties, in the form, by two people at once; history and its undo."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.desk import Desk, settle

LIST = "/customers/customer/"
FILTER = LIST + '?filter=["contains","name","{}"]&columns=name,short_name,employees,lifecycle'


def cell(page: Page, column: str):
    place = [head.get_attribute("data-column") for head in page.locator("#gx-table thead th").all()].index(column)
    return page.locator("#gx-rows tr").first.locator("td").nth(place)


def test_a_cell_is_edited_in_place_tab_goes_on_and_escape_leaves(desk: Desk) -> None:
    desk.new_customer("行内编辑测试公司", short_name="旧简称")
    page = desk.open(FILTER.format("行内编辑测试公司"))
    cell(page, "short_name").dblclick()
    page.locator(".gx-editing input[name=short_name]").fill("新简称")
    page.keyboard.press("Tab")
    expect(page.locator(".gx-editing input[name=employees]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(cell(page, "short_name")).to_have_text("新简称")
    page.reload()
    expect(cell(page, "short_name")).to_have_text("新简称")


def test_a_refused_cell_says_why_in_the_cell(desk: Desk) -> None:
    desk.new_customer("行内拒绝测试公司")
    page = desk.open(FILTER.format("行内拒绝测试公司"))
    cell(page, "employees").dblclick()
    page.locator(".gx-editing input[name=employees]").fill("many")
    page.keyboard.press("Enter")
    expect(page.locator(".gx-cell-error")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".gx-editing")).to_have_count(0)


def test_two_editors_in_conflict_see_both_values_and_lose_neither(desks: Callable[..., Desk]) -> None:
    first, second = desks(), desks("pengxiangyang")
    path = first.new_customer("两人同改测试公司", short_name="原名")
    mine = first.open(path + "edit/")
    other = desks()
    theirs = other.open(path + "edit/")
    theirs.locator("#f-short_name").fill("他们的")
    with theirs.expect_navigation():
        theirs.locator("#gx-form button[name=_save]").click()
    mine.locator("#f-short_name").fill("我的")
    mine.locator("#f-address").fill("人民路 1 号")
    mine.locator("#gx-form button[name=_save]").click()
    conflict = mine.locator(".gx-conflict")
    expect(conflict).to_be_visible()
    expect(conflict).to_contain_text("他们的")
    expect(conflict).to_contain_text("我的")
    expect(mine.locator("#f-address")).to_have_value("人民路 1 号")
    conflict.locator("input[value=theirs]").check()
    with mine.expect_navigation(url="**" + path):
        mine.locator("#gx-form button[name=_save]").click()
    expect(mine.locator("#property-short_name dd")).to_contain_text("他们的")
    expect(mine.locator("#property-address dd")).to_contain_text("人民路 1 号")
    assert second.problems == []


def test_a_property_is_edited_in_place_and_the_change_undone_in_the_history(desk: Desk) -> None:
    path = desk.new_customer("属性编辑测试公司", short_name="之前")
    page = desk.open(path)
    page.locator("#property-short_name").hover()
    page.locator("#property-short_name .gx-prop-edit").click()
    page.locator("#property-short_name input[name=short_name]").fill("之后")
    page.keyboard.press("Enter")
    expect(page.locator("#property-short_name dd")).to_contain_text("之后")
    page.locator("#tab-history").click()
    expect(page.locator(".gx-history")).to_contain_text("之后")
    # The page refreshes itself after an undo.
    with page.expect_navigation():
        page.locator(".gx-history-commands button").first.click()
    expect(page.locator("#property-short_name dd")).to_contain_text("之前")


def test_a_form_shows_its_errors_at_the_field_and_keeps_what_was_typed(desk: Desk) -> None:
    page = desk.open(LIST + "new/")
    page.locator("#f-name").fill("校验测试公司")
    page.locator("#f-email").fill("no address")
    page.locator("#gx-form button[name=_save]").click()
    expect(page.locator("#e-email")).to_be_visible()
    expect(page.locator("#f-name")).to_have_value("校验测试公司")
    expect(page.locator("#f-email")).to_be_focused()


def test_leaving_an_unsaved_form_asks_first(desk: Desk) -> None:
    page = desk.open(LIST + "new/")
    page.locator("#f-name").fill("没有保存")
    page.locator("[data-gx-cancel]").click()
    expect(page.locator("#gx-ask")).to_be_visible()
    page.locator("#gx-ask button[value=no]").click()
    expect(page.locator("#f-name")).to_have_value("没有保存")
    page.locator("[data-gx-cancel]").click()
    page.locator("#gx-ask button[value=yes]").click()
    page.wait_for_url("**" + LIST)
    settle(page)
