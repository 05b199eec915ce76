"""One server and one browser for all browser tests of a process; a desk per test that must end without problems."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.desk import ARGUMENTS, EDITOR, Desk, chromium
from tests.browser.server import Server
from tests.prepared import copies

SCALE, UNTIL = 0.03, "2026-06-15T17:30:00"
DESKTOP = {"width": 1440, "height": 900}
#: What is expected comes within a moment; a busy machine takes its time.
expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("browser"), SCALE)
    copies.fill_folder(made.data, "browser", lambda: made.prepare(until=UNTIL))
    with made.running():
        yield made


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def signed_in(browser: Browser, server: Server) -> Callable[[str], Any]:
    """The cookies of a person, after one sign-in per run."""
    known: dict[str, Any] = {}

    def state(username: str) -> Any:
        if username not in known:
            desk = Desk(browser, server.url, viewport=DESKTOP, locale="zh-CN")
            desk.sign_in(username)
            known[username] = desk.context.storage_state()
            desk.close()
        return known[username]

    return state


@pytest.fixture
def desks(browser: Browser, server: Server, signed_in: Callable[[str], Any]) -> Iterator[Callable[..., Desk]]:
    """Makes desks: ``desks(user, width=…, height=…, dark=…, locale=…)``; none of them may have had a problem."""
    made: list[Desk] = []

    def desk(user: str = EDITOR, *, width: int = 1440, height: int = 900, dark: bool = False, **options: Any) -> Desk:
        made.append(
            Desk(
                browser,
                server.url,
                state=signed_in(user) if user else None,
                viewport={"width": width, "height": height},
                color_scheme="dark" if dark else "light",
                **{"locale": "zh-CN", "has_touch": width < 1024, **options},
            )
        )
        return made[-1]

    yield desk
    for one in made:
        one.close()
    assert [problem for one in made for problem in one.problems] == []


@pytest.fixture
def desk(desks: Callable[..., Desk]) -> Desk:
    """The data administrator at a desktop."""
    return desks()
