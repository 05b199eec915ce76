"""A server on loopback that notes who comes, and misbehaves on request."""

import contextlib
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "inner-secret-42"


@dataclass
class Canary:
    """``hits``: method and path of every request; ``heard``: headers and body of the last one; ``hold`` is set to let go
    of those who wait."""

    port: int = 0
    hits: list[str] = field(default_factory=list)
    heard: dict[str, Any] = field(default_factory=dict)
    hold: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Handler(BaseHTTPRequestHandler):
    """Answers by the path: ``/elsewhere`` redirects, ``/trouble`` fails, and so on."""

    canary: Canary

    def handle_any(self) -> None:
        self.canary.hits.append(f"{self.command} {self.path}")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.canary.heard = {"headers": dict(self.headers), "body": body}
        getattr(self, f"say_{self.path.strip('/').partition('?')[0] or 'ok'}", self.say_ok)()

    do_GET = do_POST = handle_any

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def say_ok(self) -> None:
        self.answer(200, b'{"fine": true}')

    def say_elsewhere(self) -> None:
        self.answer(302, SECRET.encode(), Location=f"{self.canary.url}/inner")

    def say_trouble(self) -> None:
        self.answer(500, SECRET.encode())

    def say_large(self) -> None:
        self.answer(200, b"x" * 5000)

    def say_words(self) -> None:
        self.answer(200, SECRET.encode())

    def say_slowly(self) -> None:
        """A byte now and then: no single read ever waits long."""
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        with contextlib.suppress(OSError):
            while not self.canary.hold.wait(0.05):
                self.wfile.write(b".")

    def log_message(self, *args: Any) -> None:
        """Nothing: what a test wants to know is in the canary."""


@contextlib.contextmanager
def canary(tls: ssl.SSLContext | None = None, handler: type[Handler] = Handler) -> Iterator[Canary]:
    """A server for the length of the block. ``handler`` may know further paths."""
    found = Canary()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (handler,), {"canary": found}))
    server.daemon_threads = True
    found.port = server.server_port
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.hold.set()
        server.shutdown()
        server.server_close()
        thread.join()
