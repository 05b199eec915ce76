"""What is attacked: the program with demonstration data and one token, gone afterwards."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.browser.server import ROOT, Server

#: A little of everything is enough to be found.
SCALE = 0.002
NIGHTLY = ROOT / ".venv-nightly" / "bin"


@dataclass(frozen=True)
class Target:
    """``log`` is what the web server says of its own faults."""

    url: str
    secret: str
    log: Path

    @property
    def header(self) -> str:
        return f"Authorization: Bearer {self.secret}"

    def faults(self) -> int:
        """How often the server has failed within a request."""
        return self.log.read_text(errors="replace").count("Traceback (most recent call last)")


@contextmanager
def target() -> Iterator[Target]:
    """Start it; everything is thrown away at the end."""
    data = Path(tempfile.mkdtemp(prefix="guanxi-attacked-"))
    server = Server(data, SCALE)
    server.environment["DJANGO_SETTINGS_MODULE"] = "tests.attacks.settings"
    server.prepare()
    made = subprocess.run(
        [sys.executable, "-m", "tests.attacks.token"],
        cwd=ROOT, env=server.environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    try:
        with server.running():
            yield Target(server.url, made.stdout.split()[-1], data / "web.log")
    finally:
        shutil.rmtree(data, ignore_errors=True)
