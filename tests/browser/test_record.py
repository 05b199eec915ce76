"""The record page: timeline and composer, panels, charts, and the way of a notification to an open page."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.desk import EDITOR, MANAGER, Desk


def first_customer(desk: Desk) -> str:
    page = desk.open("/customers/customer/?sort=code")
    return page.locator("#gx-rows .gx-row-link").first.get_attribute("href") or ""


def test_a_note_written_in_the_composer_stands_on_top_of_the_timeline(desk: Desk) -> None:
    page = desk.open(desk.new_customer("时间线测试公司"))
    page.locator("[data-gx-compose^=note]").click()
    form = page.locator("[data-compose-form^=note]")
    form.locator("textarea").fill("第一次拜访，谈了专线。")
    form.locator("textarea").press("Control+Enter")
    expect(page.locator(".gx-entry-text").first).to_have_text("第一次拜访，谈了专线。")
    page.reload()
    expect(page.locator(".gx-entry-text").first).to_have_text("第一次拜访，谈了专线。")


def test_the_draft_of_an_entry_is_kept_by_the_server(desk: Desk) -> None:
    page = desk.open(desk.new_customer("草稿测试公司"))
    with page.expect_response("**/draft/") as kept:
        page.locator(".gx-composer textarea:visible").fill("还没写完")
    assert kept.value.ok
    page.reload()
    expect(page.locator(".gx-composer textarea:visible")).to_have_value("还没写完")


def test_every_tab_loads_has_an_address_and_stands_there_after_a_reload(desk: Desk) -> None:
    page = desk.open(first_customer(desk))
    names = [tab.get_attribute("id") or "" for tab in page.locator("[role=tab]").all()]
    assert len(names) > 6
    for name in names[1:]:
        with page.expect_response(lambda answer: "/tab/" in answer.url):
            page.locator(f"[id='{name}']").click()
        expect(page.locator(f"[id='{name}']")).to_have_attribute("aria-selected", "true")
    page.reload()
    expect(page.locator(f"[id='{names[-1]}']")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#gx-tab .gx-skeleton")).to_have_count(0)
    expect(page.locator("#gx-tab > *").first).to_be_visible()


def test_the_chain_of_decision_is_drawn_and_stands_beside_as_a_table(desk: Desk) -> None:
    page = desk.open('/customers/contact/?filter=["in","decision_role",["decider"]]')
    page.locator("#gx-rows td.gx-k-link a[href^='/customers/customer/']").first.click()
    page.wait_for_url("**/customers/customer/*/")
    page.locator("#tab-decision_chain").click()
    expect(page.locator(".gx-chart-tree canvas")).to_be_visible()
    page.locator(".gx-chart-table summary").click()
    assert page.locator(".gx-chart-table tbody tr").count() > 0


def test_the_side_panels_come_with_their_headings(desk: Desk) -> None:
    page = desk.open(first_customer(desk))
    page.locator("#panel-group").scroll_into_view_if_needed()
    expect(page.locator("#panel-group h2")).to_have_text("集团架构")
    expect(page.locator("#panel-group [aria-busy]")).to_have_count(0)


def test_a_notification_reaches_an_open_page_at_once(desks: Callable[..., Desk]) -> None:
    receiver, giver = desks(MANAGER), desks(EDITOR)
    page = receiver.page
    receiver.open("/inbox/")
    path = giver.new_customer("转交测试公司")
    badge = page.locator("#gx-sidebar [data-gx-counter=inbox]")
    before = int(badge.inner_text() or 0) if badge.is_visible() else 0
    owner = giver.context.request.get("/pick/access/user/?q=彭向阳").json()["results"][0]["value"]
    assert giver.post(path + "do/assign/", owner=owner).status < 400
    expect(page.locator(".gx-toast", has_text="转交测试公司")).to_be_visible(timeout=4000)
    expect(badge).to_have_text(str(before + 1))
