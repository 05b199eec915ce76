"""Screenshots of the main screens, taken from the running program: python3 run.py shots.

Each screen on a desktop in light and dark and on a phone. The program runs on a data directory of its own with invented
data; all pictures go to build/shots to be looked at, those of the documentation to docs/shots as well.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from tests.browser.desk import ARGUMENTS, EDITOR, MANAGER, Desk, chromium  # noqa: E402
from tests.browser.server import Server  # noqa: E402

ALL, FOLDER = ROOT / "build" / "shots", ROOT / "docs" / "shots"
SCALE = 0.2
DESKTOP, PHONE = (1440, 900), (390, 844)
LIMIT = 300 * 1024  # bytes of one picture
LIST = "/customers/customer/"
FIRMS = LIST + '?filter=["in","kind",["organisation"]]'
SELLER = "hujiaming"
ADMINISTRATOR = "laiying"
FILE = (
    "\u5ba2\u6237\u540d\u79f0,\u7edf\u4e00\u793e\u4f1a\u4fe1\u7528\u4ee3\u7801,\u8054\u7cfb\u7535\u8bdd,\u5730\u5740,\u7ea7\u522b,\u5907\u6ce8\n"
    + "".join(
        f"\u91d1\u9675\u6d4b\u8bd5{number}\u53f7\u6709\u9650\u516c\u53f8,,025-8432{number:04d},\u5357\u4eac\u5e02\u7384\u6b66\u533a\u4e2d\u5c71\u8def {number} \u53f7,{'ABCD'[number % 4]},\u5c55\u4f1a\u540d\u5355\n"
        for number in range(1, 25)
    )
)


def _record(desk: Desk) -> Page:
    page = desk.open(LIST + '?filter=["in","tier",["A"]]&sort=code')
    return desk.open(page.locator("#gx-rows .gx-row-link").first.get_attribute("href") or LIST)


def _import(desk: Desk) -> Page:
    page = desk.open(LIST + "import/")
    page.locator("input[type=file]").set_input_files(
        {"name": "\u5c55\u4f1a\u5ba2\u6237.csv", "mimeType": "text/csv", "buffer": FILE.encode("gb18030")}
    )
    page.locator(".gx-import-form button.btn-primary").click()
    page.locator(".gx-map").wait_for(timeout=60_000)
    return page


def _kind(desk: Desk) -> Page:
    page = desk.open("/records/customentity/")
    return desk.open(page.locator("#gx-rows .gx-row-link").first.get_attribute("href") or "")


def _form(desk: Desk) -> Page:
    return desk.open(f"{_record(desk).url}edit/")


def _opened(path: str) -> Callable[[Desk], Page]:
    return lambda desk: desk.open(path)


#: Name → (who, how to get there): the screens that people look at most.
SCREENS: dict[str, tuple[str, Callable[[Desk], Page]]] = {
    "workbench": (SELLER, _opened("/")),
    "customers": (EDITOR, _opened(FIRMS)),
    "board": (EDITOR, _opened(FIRMS + "&layout=kanban")),
    "tree": (EDITOR, _opened(LIST + "?layout=tree")),
    "groups": (EDITOR, _opened(LIST + "?layout=group&group=region")),
    "calendar": (EDITOR, _opened("/customers/interaction/?layout=calendar")),
    "record": (EDITOR, _record),
    "form": (EDITOR, _form),
    "import": (EDITOR, _import),
    "inbox": (EDITOR, _opened("/inbox/")),
    "kind": (ADMINISTRATOR, _kind),
    "kind-board": (MANAGER, _opened("/custom/line_contract/?layout=kanban")),
}
#: Name → (size, dark).
VARIANTS = {"light": (DESKTOP, False), "dark": (DESKTOP, True), "phone": (PHONE, False)}
#: What the documentation shows; the others are only to be looked at.
SHOWN = (
    *("customers-light", "customers-dark", "customers-phone", "record-light", "record-dark", "record-phone"),
    *("kind-light", "kind-board-light"),
    *("import-light", "groups-light", "board-light", "calendar-light", "workbench-light"),
)


def take(browser: Browser, server: Server, screen: str, variant: str) -> Path:
    """One picture in build/shots; what the documentation shows goes to docs/shots as well.

    :raises RuntimeError: when the screen had a problem, or its picture is too large for a README
    """
    (who, show), ((width, height), dark) = SCREENS[screen], VARIANTS[variant]
    desk = Desk(
        browser,
        server.url,
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        locale="zh-CN",
        has_touch=width < 1024,
    )
    desk.sign_in(who)
    page = show(desk)
    name = f"{screen}-{variant}"
    target = ALL / f"{name}.png"
    page.screenshot(path=target, animations="disabled")
    desk.close()
    if desk.problems or target.stat().st_size > LIMIT:
        raise RuntimeError(f"{name}: {desk.problems or 'larger than 300 KB'}")
    if name not in SHOWN:
        return target
    shutil.copy(target, FOLDER)
    return FOLDER / target.name


def main() -> int:
    for made in (ALL, FOLDER):
        made.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), SCALE)
        print("Preparing the demonstration …", flush=True)
        server.prepare()
        server.run("manage.py", "shell", "-c", "from tools.shots_kind import define; define()")
        with server.running(), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
            for screen, variant in product(SCREENS, VARIANTS):
                target = take(browser, server, screen, variant)
                print(f"  {target.relative_to(ROOT)}  {target.stat().st_size // 1024} KB", flush=True)
            browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
