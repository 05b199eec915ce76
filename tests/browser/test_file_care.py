"""Customer files in care: a customer goes in and out of a public pool, a protected field changes by a request."""

from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.browser.desk import Desk
from tests.browser.test_whose_rows import ACCOUNTS, choose

CUSTOMERS, STAYS = "/customers/customer/", "/pools/placement/"
POOL = "全省中小客户公海"


def command(page: Page, name: str) -> None:
    """Press the button of a command, which may stand in a folded menu."""
    button = page.locator(f"[data-gx-dialog$='/do/{name}/'], [hx-post$='/do/{name}/']").first
    button.evaluate("button => button.click()")


def submit(page: Page) -> None:
    with page.expect_navigation():
        page.locator("#gx-dialog-body .gx-dialog-foot .btn-primary").click()


def test_a_member_claims_a_customer_returns_it_with_a_reason_and_takes_that_back(desks: Callable[..., Desk]) -> None:
    keeper, member = desks(), desks(ACCOUNTS["county"][0])
    path = keeper.new_customer("公海领取测试公司", tier="D")
    page = keeper.open(path)
    command(page, "to_pool")
    choose(keeper, "pool", POOL)
    page.locator("#gx-dialog [name=reason]").select_option("no_demand")
    submit(page)
    page = member.open(f'{STAYS}?filter=["and",["eq","state","waiting"],["eq","name","公海领取测试公司"]]')
    stay = page.locator("#gx-rows .gx-row-link").first.get_attribute("href") or ""
    page = member.open(stay)
    with page.expect_navigation():
        command(page, "claim")
    page = member.open(path)
    expect(page.locator("h1")).to_contain_text("公海领取测试公司")
    command(page, "to_pool")
    choose(member, "pool", POOL)
    page.locator("#gx-dialog [name=reason]").select_option("no_capacity")
    page.locator("#gx-dialog textarea[name=note]").fill("手上客户较多，先交回。")
    submit(page)
    assert urlsplit(page.url).path == CUSTOMERS
    with page.expect_navigation():
        page.locator(".gx-toast-undo").click()
    page = member.open(path)
    expect(page.locator("h1")).to_contain_text("公海领取测试公司")


def test_a_protected_field_is_changed_by_a_request_that_another_person_approves(desks: Callable[..., Desk]) -> None:
    asking, deciding = desks(ACCOUNTS["key_accounts"][0]), desks()
    path = asking.new_customer("变更申请测试公司", legal_representative="王建国")
    for desk, review in ((asking, "first_review"), (deciding, "second_review")):
        assert desk.post(f"{path}do/{review}/").status < 400
    page = asking.open(path)
    command(page, "request_change")
    dialog = page.locator("#gx-dialog")
    dialog.locator("[name=legal_representative]").fill("李秀英")
    dialog.locator("textarea[name=reason]").fill("客户换发了营业执照。")
    choose(asking, "checked_by", ACCOUNTS["key_accounts"][1])
    dialog.locator("[name=checked_on]").fill("2026-06-10")
    dialog.locator("input[type=file]").set_input_files(
        {"name": "核实记录.txt", "mimeType": "text/plain", "buffer": "已看过营业执照".encode()}
    )
    submit(page)
    expect(page.locator("#property-legal_representative dd")).to_contain_text("王建国")
    page = deciding.open('/dossier/changerequest/?filter=["eq","state","waiting"]&sort=-id')
    page = deciding.open(page.locator("#gx-rows .gx-row-link").first.get_attribute("href") or "")
    expect(page.locator("main")).to_contain_text("李秀英")
    command(page, "approve")
    submit(page)
    page = asking.open(path)
    expect(page.locator("#property-legal_representative dd")).to_contain_text("李秀英")
