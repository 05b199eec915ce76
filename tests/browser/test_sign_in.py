"""Signing in by one click and by password, and out again."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.desk import EDITOR, NEWCOMER, Desk


def test_one_click_signs_in_and_the_tour_shows_five_stops_once(desks: Callable[..., Desk]) -> None:
    desk = desks("")
    page = desk.open("/accounts/login/")
    page.locator(f"button[value={NEWCOMER}]").click()
    expect(page.locator(".gx-tour h2")).to_be_visible()
    for _stop in range(4):
        page.locator(".gx-tour footer .btn-primary").click()
    with page.expect_response("**/preferences/"):
        page.locator(".gx-tour footer .btn-primary").click()
    expect(page.locator(".gx-tour")).to_have_count(0)
    desk.open("/")
    expect(page.locator("#gx-tour-start")).to_have_count(0)


def test_a_wrong_password_says_what_to_do_and_keeps_the_name(desks: Callable[..., Desk]) -> None:
    page = desks("").open("/accounts/login/")
    page.get_by_label("用户名").fill(EDITOR)
    page.get_by_label("密码", exact=True).fill("not this one")
    page.locator("form:has(input[name=password]) button.btn-primary").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(page.locator("input[name=login]")).to_have_value(EDITOR)


def test_signing_out_ends_at_the_sign_in_page_and_closes_the_records(desks: Callable[..., Desk]) -> None:
    desk = desks("")
    desk.sign_in("guoping")
    desk.post("/accounts/logout/")
    page = desk.open("/customers/customer/")
    assert "/accounts/login/" in page.url
