"""The program as it runs in earnest, for browser tests and screenshots: web server and worker beside each other."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN = 60.0  # seconds


class Server:
    """A running program with demonstration data in ``data``; ``url`` is its address."""

    def __init__(self, data: Path, scale: float) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.socket.getsockname()[1])
        self.url = f"http://localhost:{self.port}"  # passkeys are bound to a name, never to a number
        self.data, self.scale = data, scale
        self.environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if name not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")
            },
            "GUANXI_DATA_DIR": str(data),
            "GUANXI_DEMO": "1",
            "GUANXI_SITE_URL": self.url,
            "PYTHONUNBUFFERED": "1",
        }

    def prepare(self, until: str = "") -> None:
        """Migrations, shipped data, invented customers up to a moment (now), the accounts of the sign-in page."""
        self.run("-m", "tests.prepared")
        self.run("manage.py", "demo", "--scale", str(self.scale), *(("--until", until) if until else ()))
        self.run("manage.py", "demo_accounts")

    def run(self, *arguments: str) -> str:
        """A program in the environment of the server; what it prints."""
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
        return done.stdout

    @contextlib.contextmanager
    def running(self) -> Iterator["Server"]:
        """Both processes, until the end of the block. The web server takes over our listening socket, so that a first
        request waits for it instead of asking again and again."""
        fd = self.socket.fileno()
        web = ("-m", "uvicorn", "guanxi.config.asgi:application", "--fd", str(fd), "--log-level", "warning")
        with (self.data / "web.log").open("w") as log, (self.data / "worker.log").open("w") as worker_log:
            children = [
                self._start(
                    (*web, "--no-access-log", "--no-proxy-headers", "--timeout-graceful-shutdown", "1"), log, fd
                ),
                self._start(("manage.py", "worker"), worker_log),
            ]
            self.socket.close()  # a web server that ends early takes the socket with it
            try:
                self._await()
                yield self
            finally:
                for child in children:
                    child.terminate()
                for child in children:
                    child.wait(timeout=20)

    def _start(self, arguments: tuple[str, ...], log: IO[str], *handed_over: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=handed_over,
        )

    def _await(self) -> None:
        """Until the web server answers. Raises RuntimeError when it ends or takes too long."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=READY_WITHIN)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        raise RuntimeError(f"The server did not answer:\n{(self.data / 'web.log').read_text()[-4000:]}")
