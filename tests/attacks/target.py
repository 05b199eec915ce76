"""What is attacked: the program with demonstration data, a token and a signed-in browser, gone afterwards."""

import json
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.browser.server import ROOT, Server

#: A little of everything is enough to be found.
SCALE = 0.002
NIGHTLY = ROOT / ".venv-nightly" / "bin"


@dataclass(frozen=True)
class Target:
    """``log`` is what the web server says of its own faults; ``cookie`` that of a browser, as a header has it."""

    url: str
    secret: str
    cookie: str
    log: Path

    @property
    def header(self) -> str:
        return f"Authorization: Bearer {self.secret}"

    def faults(self) -> int:
        """How often the server has failed within a request."""
        return self.log.read_text(errors="replace").count("Traceback (most recent call last)")

    def ask(self, address: str) -> Any:
        """What the interface answers a program that is no attacker. Raises HTTPError for a refusal."""
        request = urllib.request.Request(self.url + address, headers={"Authorization": f"Bearer {self.secret}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


@contextmanager
def target() -> Iterator[Target]:
    """Start it; everything is thrown away at the end."""
    data = Path(tempfile.mkdtemp(prefix="guanxi-attacked-"))
    server = Server(data, SCALE)
    server.environment["DJANGO_SETTINGS_MODULE"] = "tests.attacks.settings"
    try:
        server.prepare()
        made = subprocess.run(
            [sys.executable, "-m", "tests.attacks.way_in"],
            cwd=ROOT, env=server.environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        with server.running():
            yield Target(server.url, log=data / "web.log", **json.loads(made.stdout.splitlines()[-1]))
    finally:
        shutil.rmtree(data, ignore_errors=True)
