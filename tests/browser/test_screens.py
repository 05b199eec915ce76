"""How the screens look: sizes, targets, contrast and names, empty and wrong, on phone, tablet and desktop, light and dark."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.desk import Desk, settle
from tests.browser.screens import EMPTY, LONG_NAME, SCREENS, WRONG, address, record_of

pytestmark = pytest.mark.long
AXE = Path(__file__).resolve().parents[2] / "build" / "test" / "axe.min.js"
SIZES = {"phone": (390, 844), "tablet": (768, 1024), "desktop": (1440, 900)}
SMALLEST_TARGET = 44
ROWS_AT_900 = 18

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CUT = """() => [...document.querySelectorAll("button, .btn, .gx-badge, label, legend, th, h1, h2")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && one.clientWidth > 1)
  .filter((one) => getComputedStyle(one).display !== "inline" && !one.matches(".visually-hidden"))
  // a name may be shortened where the whole of it is the tip
  .filter((one) => !one.title && !one.closest("[title]"))
  .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== "visible")
  .map((one) => `${one.tagName}.${one.className}: ${one.textContent.trim().slice(0, 40)}`)"""
SMALL = """(least) => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
  .filter((one) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
  .filter((one) => !one.matches("[type=hidden], .visually-hidden, .gx-skip, .ts-hidden-accessible, .ts-control input"))
  // a link within running text is exempt; a box is as large as its label
  .filter((one) => !(one.matches("a") && getComputedStyle(one).display === "inline" && one.closest("p, dd, td, li, h2")))
  .map((one) => (one.matches("[type=checkbox], [type=radio]") ? one.closest("label") || one : one))
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([, box]) => box.width > 1 && box.height > 1 && (box.width < least - 0.5 || box.height < least - 0.5))
  .map(([one, box]) => `${one.tagName}.${one.className}: ${one.textContent.trim().slice(0, 20)} ${box.width}×${box.height}`)"""
ROWS = """[...document.querySelectorAll("#gx-rows tr")].filter((row) => {
  const foot = document.querySelector(".gx-pager");
  return row.getBoundingClientRect().bottom <= (foot ? foot.getBoundingClientRect().top : innerHeight) + 1;
}).length"""
SERIOUS = """async () => {
  const found = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] });
  return found.violations
    .filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
}"""


def faults(desk: Desk, width: int) -> list[str]:
    """What no screen may have at this width."""
    page = desk.page
    found = [f"cut: {label}" for label in page.evaluate(CUT)]
    if (sideways := page.evaluate(SIDEWAYS)) > 0:
        found.append(f"scrolls sideways by {sideways} px")
    if width < 1024:
        found += [f"small: {target}" for target in page.evaluate(SMALL, SMALLEST_TARGET)]
    return found


@pytest.mark.parametrize("size", SIZES)
def test_nothing_scrolls_sideways_is_cut_or_too_small_to_touch(desks: Callable[..., Desk], size: str) -> None:
    width, height = SIZES[size]
    desk = desks(width=width, height=height)
    record = record_of(desk)
    found = {}
    for name in SCREENS:
        desk.open(address(name, record))
        found[name] = faults(desk, width)
    assert {name: list_ for name, list_ in found.items() if list_} == {}


@pytest.mark.parametrize("size", SIZES)
def test_empty_screens_teach_and_keep_their_shape(desks: Callable[..., Desk], size: str) -> None:
    width, height = SIZES[size]
    desk = desks(width=width, height=height)
    for name, path in EMPTY.items():
        page = desk.open(path)
        assert page.locator(".gx-empty h2, .gx-column-empty, .gx-chart, .gx-panel-empty").count() > 0, name
        assert faults(desk, width) == [], name


@pytest.mark.parametrize("size", SIZES)
def test_wrong_addresses_say_what_to_do(desks: Callable[..., Desk], size: str) -> None:
    width, height = SIZES[size]
    desk = desks(width=width, height=height)
    desk.expected |= {400, 404}
    for name, (path, status) in WRONG.items():
        answer = desk.page.goto(path)
        assert answer is not None and answer.status == status, name
        settle(desk.page)
        assert desk.page.locator(".gx-wrong .btn, .gx-alert, .gx-empty .btn").first.is_visible(), name
        assert faults(desk, width) == [], name


@pytest.mark.parametrize("size", SIZES)
def test_a_name_of_sixty_characters_breaks_nothing(desks: Callable[..., Desk], size: str) -> None:
    width, height = SIZES[size]
    desk = desks(width=width, height=height)
    record = desk.new_customer(f"{width}{LONG_NAME}"[:60])
    for name in SCREENS:
        desk.open(address(name, record))
        assert faults(desk, width) == [], name


def test_a_desktop_shows_at_least_eighteen_rows_in_the_compact_density(desk: Desk) -> None:
    page = desk.open("/customers/contact/")
    assert page.locator("html").get_attribute("data-gx-density") == "compact"
    page.locator("#gx-main").click(position={"x": 300, "y": 300})
    assert page.locator("html").get_attribute("data-gx-density") == "compact"
    assert page.evaluate(ROWS) >= ROWS_AT_900


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_axe_core_finds_nothing_serious(desks: Callable[..., Desk], size: str, dark: bool) -> None:
    width, height = SIZES[size]
    desk = desks(width=width, height=height, dark=dark, bypass_csp=True)
    record = record_of(desk)
    found = {}
    for name in SCREENS:
        page = desk.open(address(name, record))
        assert page.locator("html").get_attribute("data-bs-theme") == ("dark" if dark else "light")
        page.add_script_tag(path=AXE)
        if serious := page.evaluate(SERIOUS):
            found[name] = serious
    assert found == {}


def test_a_list_is_a_list_of_cards_on_a_phone_with_a_bar_at_the_bottom(desks: Callable[..., Desk]) -> None:
    page = desks(width=390, height=844).open("/customers/contact/")
    assert page.locator(".gx-bottombar").is_visible()
    assert page.locator(".gx-cards .gx-card").first.is_visible()
    assert not page.locator("#gx-table").is_visible()
    page.locator("[data-gx-phone-create]").click()
    assert page.locator("#gx-phone-create a").first.is_visible()


def test_appearance_and_density_are_kept(desks: Callable[..., Desk]) -> None:
    desk = desks("laiying")
    page = desk.open("/access/user/")
    page.locator("[data-gx-tour=user] [data-bs-toggle], [data-gx-tour=user][data-bs-toggle]").first.click()
    page.locator("[data-gx-set-theme=dark]:visible").click()
    page.locator("[data-gx-set-density=comfortable]:visible").click()
    page.reload()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    assert page.locator("html").get_attribute("data-gx-density") == "comfortable"


def test_print_hides_the_frame(desk: Desk) -> None:
    page = desk.open(record_of(desk))
    page.emulate_media(media="print")
    assert not page.locator("#gx-sidebar").is_visible()
    assert page.locator(".gx-record-title h1").is_visible()
