"""A kind of record of one's own, from nothing to records: defined, opened to a role, imported, moved on the board."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import Desk
from tests.browser.test_import import PATIENCE
from tests.browser.test_screens import SIZES, faults
from tests.browser.test_whose_rows import ACCOUNTS, LIST, choose

KINDS, FIELDS = "/records/customentity/", "/customizing/customfield/"
STATES = ("起草", "履行中", "已终止")


def save(page: Page) -> None:
    with page.expect_navigation():
        page.locator("form button.btn-primary").first.click()


def define(desk: Desk, name: str, key: str) -> str:
    """The address of a new kind whose records hang on customers."""
    page = desk.open(f"{KINDS}new/")
    page.locator("input[name=label]").fill(name)
    page.locator("input[name=title]").fill(f"{name}名称")
    page.locator("input[name=key]").fill(key)
    page.locator("select[name=host]").select_option("customers.customer")
    page.locator("input[name=numbering]").fill("HT-{year}-{0000}")
    page.locator("select[name=icon]").select_option("contract")
    save(page)
    return page.url.split("?")[0]


def add_field(desk: Desk, entity: str, name: str, kind: str) -> str:
    page = desk.open(f"{FIELDS}new/?entity={entity}")
    expect(page.locator("select[name=entity]")).to_have_value(entity)
    page.locator("input[name=label]").fill(name)
    page.locator("select[name=kind]").select_option(kind)
    save(page)
    return page.url.split("?")[0]


def add_choices(desk: Desk, field: str) -> None:
    number = field.rstrip("/").rpartition("/")[2]
    for name in STATES:
        page = desk.open(f"/customizing/customchoice/new/?field={number}")
        page.locator("input[name=label]").fill(name)
        save(page)


def bring(page: Page, rows: list[list[str]]) -> None:
    text = "\n".join(",".join(row) for row in rows)
    page.locator("input[type=file]").set_input_files(
        {"name": "合同.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    page.locator(".gx-import-form button.btn-primary").click()
    expect(page.locator(".gx-map")).to_be_visible(timeout=PATIENCE)
    page.locator(".gx-import-form button.btn-primary").last.click()
    expect(page.locator(".gx-counts")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".gx-problem-table tbody tr")).to_have_count(0)
    page.locator("#gx-main form button.btn-primary").last.click()
    expect(page.locator(".gx-job .gx-badge.gx-success")).to_be_visible(timeout=PATIENCE)


def test_from_nothing_to_a_board_of_imported_records(desks: Callable[..., Desk]) -> None:
    administrator, officer = desks(ACCOUNTS["system"][0]), desks(ACCOUNTS["security"][0])
    manager = desks(ACCOUNTS["key_accounts"][0])
    manager.expected |= {403, 404}
    kind = define(administrator, "专线合同", "contract")
    add_choices(administrator, add_field(administrator, "custom.contract", "状态", "choice"))
    add_field(administrator, "custom.contract", "金额", "money")
    page = administrator.open(kind)
    expect(page.locator("#gx-main")).to_contain_text("金额")

    manager.open("/custom/contract/")
    expect(manager.page.locator("body")).not_to_contain_text("专线合同名称")
    page = officer.open(kind)
    page.locator("[data-gx-dialog$='/do/open_to/']").first.evaluate(
        "button => button.click()"
    )  # maybe in a folded menu
    choose(officer, "role", "大客户")
    page.locator("select[name=level]").select_option("everything")
    page.locator("select[name=reach]").select_option("all")
    with page.expect_navigation():
        page.locator("dialog .btn-primary, .gx-dialog-foot .btn-primary").first.click()

    page = manager.open(LIST)
    customer = page.locator("#gx-rows .gx-row-link").first
    name, home = customer.inner_text(), customer.get_attribute("href") or ""
    page = manager.open("/custom/contract/import/")
    rows = [[f"骨干专线 {number}", name, STATES[number % 3], f"{number}00.50"] for number in range(1, 7)]
    bring(page, [["专线合同名称", "客户", "状态", "金额"], *rows])
    page = manager.open("/custom/contract/?layout=kanban")
    expect(page.locator(".gx-board")).to_contain_text(STATES[1])
    expect(page.locator(".gx-board")).to_contain_text("骨干专线 1")
    page = manager.open('/custom/contract/?filter=["gt","x_jin_e","300"]&sort=-x_jin_e')
    expect(page.locator("#gx-rows .gx-row-link")).to_have_text([row[0] for row in reversed(rows[2:])])
    page = manager.open(f"{home}?tab=custom.contract.host")
    expect(page.locator("#gx-main")).to_contain_text("骨干专线 6")
    page = manager.open(page.locator("#gx-main a", has_text="骨干专线 6").first.get_attribute("href") or "")
    expect(page.locator("#gx-main")).to_contain_text("HT-")


@pytest.mark.parametrize("size", SIZES)
def test_the_pages_of_a_kind_fit(desks: Callable[..., Desk], size: str) -> None:
    width, height = SIZES[size]
    desk = desks(ACCOUNTS["system"][0], width=width, height=height)
    kind = define(desk, f"网点 {size}", f"site_{size.lower()}")
    assert faults(desk, width) == []
    for address in (KINDS, f"{KINDS}new/", kind):
        desk.open(address)
        assert faults(desk, width) == []
