"""The test command: sets itself up, chooses a database, hands over to pytest."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from tools import assets, environment, postgres
from tools.environment import PYTHON
from tools.shell import Failure, call, run

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
PROCESSES = 2
BROWSER_TESTS = "tests/browser"


def test(database: str, browser: bool, arguments: Sequence[str]) -> int:
    """Run the tests.

    :param database: "sqlite" or "postgres"
    :param browser: the tests that drive Chromium, instead of the others
    :param arguments: further arguments for pytest
    :returns: pytest's exit status
    """
    extra = {"GUANXI_CHROMIUM": _chromium()} if browser else {}
    environment.ready("requirements-dev.txt")
    assets.ready()
    run([PYTHON, "-m", "tools.translations", "compile"])
    chosen_tests = "browser" if browser else "not browser"
    if _whole(arguments):
        chosen_tests += "" if browser else " and not once" if database == "postgres" else " and not postgres"
    command: list[str | Path] = [PYTHON, "-m", "pytest", "-m", chosen_tests]
    if _whole(arguments):
        # In the order of conftest.py: long files first.
        command += ["-n", str(PROCESSES), "--dist", "loadfile", "--no-loadscope-reorder", "--durations", "20"]
        command += [BROWSER_TESTS] if browser else []
    with postgres.database(database) as chosen:
        return call([*command, *arguments], {**chosen, **extra})


def _whole(arguments: Sequence[str]) -> bool:
    """Whether everything runs: a second process costs more than it brings for a file or two."""
    own = {"-n", "--numprocesses", "--pdb", "-s", "-k"}
    return not any(argument in own or not argument.startswith("-") for argument in arguments)


def _chromium() -> str:
    """Path of the browser.

    :raises Failure: with the line that installs it
    """
    if chosen := os.environ.get("GUANXI_CHROMIUM"):
        return chosen
    for name in CHROMIUM:
        if found := shutil.which(name):
            return found
    raise Failure(
        "The browser tests need Chromium. Install it, then start again:\n  apt-get install chromium fonts-noto-cjk"
    )
