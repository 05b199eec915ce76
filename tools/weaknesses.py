"""The bandit check: known weaknesses in Python code, but for places that were looked at."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from tools.security import PLATFORM, SQL_PLACES, UNESCAPED_PLACES
from tools.shell import ROOT

#: Bandit's number of a test → the beginnings of files in which its findings were reviewed.
REVIEWED: dict[str, tuple[str, ...]] = {
    "B105": (
        f"{PLATFORM}/access/events.py",
        f"{PLATFORM}/ui/account_page.py",
    ),  # names that hold the word token or password
    "B107": (f"{PLATFORM}/signin/directory_door.py", f"{PLATFORM}/ui/account_page.py"),  # empty texts
    "B404": (
        f"{PLATFORM}/exchange/reading/runner.py",
        f"{PLATFORM}/exchange/writing/typesetting.py",
        f"{PLATFORM}/documents/office.py",
        f"{PLATFORM}/search/file_texts.py",
    ),  # limited processes
    "B603": (
        f"{PLATFORM}/exchange/reading/runner.py",
        f"{PLATFORM}/exchange/writing/typesetting.py",
        f"{PLATFORM}/documents/office.py",
        f"{PLATFORM}/search/file_texts.py",
    ),
    "B405": (f"{PLATFORM}/search/file_process.py",),  # in a process of its own, within limits
    "B314": (f"{PLATFORM}/search/file_process.py",),
    "B406": (f"{PLATFORM}/exchange/reading/xlsx_frame.py",),  # quotes what is written, reads nothing
    "B606": (f"{PLATFORM}/files/confined.py",),  # becomes the office that the administrator chose
    "B608": SQL_PLACES,
    "B703": UNESCAPED_PLACES,
}


def problems(report: dict[str, Any]) -> Iterator[str]:
    """What bandit reports beyond the reviewed places, and files that it could not read."""
    for one in report["results"]:
        file = one["filename"].removeprefix("./")
        if not file.startswith(REVIEWED.get(one["test_id"], ("\0",))):
            yield f"{file}:{one['line_number']}: {one['test_id']}: {one['issue_text']}"
    for one in report["errors"]:
        yield f"{one['filename']}: {one['reason']}"


def main() -> int:
    """:returns: exit status"""
    command = [sys.executable, "-m", "bandit", "--quiet", "--configfile", "pyproject.toml", "--recursive", "guanxi"]
    done = subprocess.run([*command, "--format", "json"], cwd=ROOT, capture_output=True, text=True, check=False)
    found = list(problems(json.loads(done.stdout)))
    print("\n".join(found) or "no finding")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
