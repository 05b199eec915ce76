"""A clamd on loopback that takes INSTREAM and answers as a test tells it to."""

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

EICAR = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"


@dataclass
class Scanner:
    """``limit``: a longer stream is cut as clamd does it; ``silent``: it takes connections and never answers."""

    address: str = ""
    limit: int = 2**20
    silent: bool = False
    scanned: list[int] = field(default_factory=list)
    calls: int = 0
    met: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    def serve(self, listener: socket.socket) -> None:
        while not self.over.is_set():
            try:
                line, _who = listener.accept()
            except OSError:
                return
            self.calls += 1
            self.met.set()
            threading.Thread(target=self.talk, args=(line,), daemon=True).start()

    def talk(self, line: socket.socket) -> None:
        with line, line.makefile("rwb") as stream, contextlib.suppress(OSError):
            if self.silent:
                self.over.wait(60)
                return
            assert stream.read(10) == b"zINSTREAM\0"
            content = b""
            while size := struct.unpack("!L", stream.read(4))[0]:
                content += stream.read(size)
                if len(content) > self.limit:
                    stream.write(b"INSTREAM size limit exceeded. ERROR\0")
                    return
            self.scanned.append(len(content))
            stream.write(b"stream: Eicar-Test FOUND\0" if EICAR in content else b"stream: OK\0")


@contextlib.contextmanager
def running(unix: str = "") -> Iterator[Scanner]:
    """On a port, or on the socket ``unix``."""
    found = Scanner()
    if unix:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(unix)
        listener.listen()
        found.address = f"unix:{unix}"
    else:
        listener = socket.create_server(("127.0.0.1", 0))
        found.address = f"127.0.0.1:{listener.getsockname()[1]}"
    threading.Thread(target=found.serve, args=(listener,), daemon=True).start()
    try:
        yield found
    finally:
        found.over.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
