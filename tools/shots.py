"""The screenshots of the documentation, taken from the running program: python3 run.py shots.

The program runs on a data directory of its own with invented data; the pictures go to docs/shots.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from tests.browser.desk import ARGUMENTS, EDITOR, Desk, chromium  # noqa: E402
from tests.browser.server import Server  # noqa: E402

FOLDER = ROOT / "docs" / "shots"
SCALE = 0.2
DESKTOP, PHONE = (1440, 900), (390, 844)
LIMIT = 300 * 1024  # bytes of one picture
LIST = "/customers/customer/"
FIRMS = LIST + '?filter=["in","kind",["organisation"]]'
SELLER = "hujiaming"
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


def _opened(path: str) -> Callable[[Desk], Page]:
    return lambda desk: desk.open(path)


#: Name → (who, size, dark, how to get there).
SHOTS: dict[str, tuple[str, tuple[int, int], bool, Callable[[Desk], Page]]] = {
    "customers-light": (EDITOR, DESKTOP, False, _opened(FIRMS)),
    "customers-dark": (EDITOR, DESKTOP, True, _opened(FIRMS)),
    "record-light": (EDITOR, DESKTOP, False, _record),
    "record-dark": (EDITOR, DESKTOP, True, _record),
    "import-light": (EDITOR, DESKTOP, False, _import),
    "groups-light": (EDITOR, DESKTOP, False, _opened(LIST + "?layout=group&group=region")),
    "board-light": (EDITOR, DESKTOP, False, _opened(FIRMS + "&layout=kanban")),
    "customers-phone": (EDITOR, PHONE, False, _opened(FIRMS)),
    "record-phone": (EDITOR, PHONE, False, _record),
    "workbench-light": (SELLER, DESKTOP, False, _opened("/")),
}


def take(browser: Browser, server: Server, name: str) -> Path:
    """One picture. Raises RuntimeError when the screen had a problem or the file is too large for a README."""
    who, (width, height), dark, show = SHOTS[name]
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
    target = FOLDER / f"{name}.png"
    page.screenshot(path=target, animations="disabled")
    desk.close()
    if desk.problems or target.stat().st_size > LIMIT:
        raise RuntimeError(f"{name}: {desk.problems or 'larger than 300 KB'}")
    return target


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), SCALE)
        print("Preparing the demonstration …", flush=True)
        server.prepare()
        with server.running(), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
            for name in SHOTS:
                target = take(browser, server, name)
                print(f"  {target.relative_to(ROOT)}  {target.stat().st_size // 1024} KB", flush=True)
            browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
