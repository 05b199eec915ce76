"""Lists: filters, views, columns, layouts, keys."""

import json
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from tests.browser.desk import Desk, settle

LIST = "/customers/customer/"


def tree_of(page: Page) -> list:
    return json.loads(parse_qs(urlsplit(page.url).query)["filter"][0])


def add_condition(page: Page, field: str, operator: str) -> None:
    page.locator("[data-gx-filter]").first.click()
    row = page.locator("#gx-filter .gx-filter-row").last
    row.locator("[data-field]").select_option(field)
    row.locator("[data-operator]").select_option(operator)


def apply_filter(page: Page) -> None:
    with page.expect_navigation():
        page.locator("[data-filter-apply]").click()
    settle(page)


def test_a_choice_is_filtered_shown_as_a_sentence_and_taken_away(desk: Desk) -> None:
    page = desk.open(LIST)
    add_condition(page, "lifecycle", "in")
    page.locator(".gx-filter-value .ts-control").click()
    page.locator(".ts-dropdown [data-value=growing]").click()
    page.keyboard.press("Escape")
    if not page.locator("[data-filter-apply]").is_visible():
        raise AssertionError("Escape in a picker must not close the filter")
    apply_filter(page)
    assert tree_of(page)[-2:] == ["lifecycle", ["growing"]] or tree_of(page)[1][1:] == ["lifecycle", ["growing"]]
    expect(page.locator(".gx-chip b")).to_have_text("成长")
    assert set(page.locator("#gx-rows td:nth-child(6) .gx-badge").all_inner_texts()) == {"成长"}
    page.locator(".gx-chip a").click()
    page.wait_for_url(lambda url: "filter" not in url)


def test_a_link_is_found_by_its_pinyin(desk: Desk) -> None:
    page = desk.open(LIST)
    add_condition(page, "region", "under")
    page.locator(".gx-filter-value .ts-control input").fill("nanjing")
    page.locator(".ts-dropdown .option", has_text="南京市").first.click()
    apply_filter(page)
    expect(page.locator(".gx-chip b")).to_contain_text("南京")
    assert page.locator("#gx-rows tr").count() > 0


def test_a_period_and_a_range_of_numbers(desk: Desk) -> None:
    page = desk.open(LIST)
    add_condition(page, "employees", "between")
    for box, number in zip(page.locator(".gx-filter-value input").all(), ("10", "90000"), strict=True):
        box.fill(number)
    apply_filter(page)
    expect(page.locator(".gx-chip")).to_have_count(1)
    page = desk.open(LIST)
    add_condition(page, "created_at", "period")
    page.locator(".gx-filter-value select").select_option(index=1)
    apply_filter(page)
    expect(page.locator(".gx-chip")).to_have_count(1)


def test_a_view_is_saved_with_columns_sort_and_filter_and_found_again(desk: Desk) -> None:
    page = desk.open(LIST + '?filter=["in","lifecycle",["stable"]]&sort=code')
    page.locator(".gx-views [data-bs-toggle]").click()
    page.locator("#gx-view-name").fill("稳定客户")
    with page.expect_navigation():
        page.locator(".gx-views form button.btn-primary").click()
    expect(page.locator(".gx-views a[aria-current]")).to_have_text("稳定客户")
    assert "view=" in page.url
    page.reload()
    expect(page.locator(".gx-chip b")).to_have_text("稳定")
    codes = page.locator("#gx-rows td.gx-k-code").all_inner_texts()
    assert codes == sorted(codes)


def test_columns_are_chosen_and_kept_in_the_address(desk: Desk) -> None:
    page = desk.open(LIST)
    page.locator("[data-gx-columns]").locator("xpath=ancestor::div[contains(@class,'dropdown')][1]").locator(
        "[data-bs-toggle]"
    ).click()
    page.locator("[data-gx-columns] li[data-column=industry] input").uncheck()
    with page.expect_navigation():
        page.locator("[data-gx-columns] .btn-primary").click()
    assert "industry" not in parse_qs(urlsplit(page.url).query)["columns"][0]
    expect(page.locator("#gx-table th[data-column=industry]")).to_have_count(0)


def test_keys_move_look_select_and_open(desk: Desk) -> None:
    page = desk.open(LIST)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator("#gx-rows tr").first).to_have_class("gx-cursor")
    page.keyboard.press("Space")
    name = page.locator("#gx-rows tr .gx-first").first.inner_text()
    expect(page.locator("#gx-peek h2").first).to_contain_text(name)
    page.keyboard.press("j")
    expect(page.locator("#gx-peek h2").first).to_contain_text(page.locator("#gx-rows tr .gx-first").nth(1).inner_text())
    page.keyboard.press("Escape")
    expect(page.locator("#gx-peek")).to_be_hidden()
    page.keyboard.press("x")
    expect(page.locator(".gx-bulk-count")).to_be_visible()
    page.keyboard.press("x")
    expect(page.locator("#gx-bulk")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.locator("#gx-keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/customer/*/")


def test_the_palette_goes_to_a_page(desk: Desk) -> None:
    page = desk.open(LIST)
    page.keyboard.press("Control+k")
    with page.expect_response(lambda answer: "/palette/" in answer.url and "q=%" in answer.url):
        page.locator("#gx-palette-input").fill("联系人")
    expect(page.locator("#gx-palette .gx-palette-item").first).to_contain_text("联系人")
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/contact/")


def test_a_card_dragged_to_another_column_changes_the_record(desks: Callable[..., Desk]) -> None:
    desk = desks()
    path = desk.new_customer("看板拖动测试公司")
    page = desk.open(LIST + "?layout=kanban")
    card = page.locator(f".gx-board-card[data-id='{path.rstrip('/').rsplit('/', 1)[1]}']")
    target = page.locator(".gx-column-cards[data-value=growing]")
    with page.expect_response("**/move/") as moved:
        start, end = card.bounding_box(), target.bounding_box()
        page.mouse.move(start["x"] + 30, start["y"] + 20)
        page.mouse.down()
        page.mouse.move(end["x"] + 60, end["y"] + 30, steps=12)
        page.mouse.up()
    assert moved.value.ok
    page.reload()
    expect(
        page.locator(f".gx-column-cards[data-value=growing] .gx-board-card[data-id='{card.get_attribute('data-id')}']")
    ).to_have_count(1)


def test_a_branch_of_the_tree_opens(desk: Desk) -> None:
    page = desk.open(LIST + "?layout=tree")
    branch = page.locator(".gx-node:has(> .gx-node-line > [data-gx-toggle])").first
    branch.locator("[data-gx-toggle]").first.click()
    expect(branch.locator(":scope > ul > .gx-node").first).to_be_visible()


def test_every_number_of_a_group_is_that_of_the_list_behind_it(desk: Desk) -> None:
    page = desk.open(LIST + "?layout=group&group=lifecycle")
    expect(page.locator(".gx-chart canvas")).to_be_visible()
    lines = [
        (line.get_attribute("href"), line.locator(".gx-node-count").inner_text())
        for line in page.locator(".gx-group-tree a.gx-node-link").all()
    ]
    assert len(lines) > 2
    for url, number in lines[:3]:
        desk.open(url)
        expect(page.locator(".gx-total").first).to_have_text(number)


def test_a_deleted_record_is_found_in_the_recycle_bin_and_restored(desk: Desk) -> None:
    path = desk.new_customer("回收站测试公司")
    assert desk.post(path + "do/delete/").status < 400
    page = desk.open(LIST + "?deleted=1")
    page.locator("#gx-rows .gx-row-link", has_text="回收站测试公司").click()
    page.wait_for_url("**" + path)
    with page.expect_navigation():
        page.locator(".gx-alert.gx-warning button, .gx-alert.gx-warning a.btn").click()
    expect(page.locator(".gx-record-title h1")).to_have_text("回收站测试公司")
    expect(page.locator(".gx-alert.gx-warning")).to_have_count(0)
