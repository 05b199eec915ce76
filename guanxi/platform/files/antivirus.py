"""A small client of ClamAV's clamd: the bytes go over a socket (INSTREAM), one line comes back.

``settings.ANTIVIRUS["address"]``: ``unix:/run/clamav/clamd.ctl`` or ``host:port``; empty: nothing is scanned.
"""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from django.conf import settings

from guanxi.platform.files.scanners import scanner
from guanxi.platform.outbound import breaker

NAME = "antivirus"
PIECE = 2**16
LONGEST_ANSWER = 4096


class CannotTell(Exception):
    """The scanner is away, slow, or does not take the file."""


@dataclass(frozen=True)
class AntivirusSettings:
    """``timeout`` is seconds for each step, ``total`` for one file."""

    address: str = ""
    timeout: float = 5.0
    total: float = 30.0


def antivirus_settings() -> AntivirusSettings:
    return AntivirusSettings(**getattr(settings, "ANTIVIRUS", {}))


@scanner
def scan(path: Path) -> str | None:
    """None for a clean file, else what was found. Raises CannotTell; after some failures in a row at once, so that uploads
    do not wait for a scanner that is away."""
    conf = antivirus_settings()
    if not conf.address:
        return None
    if breaker.is_open(NAME):
        raise CannotTell("the scanner is left alone for a while")
    try:
        answer = _asked(path, conf)
    except OSError as problem:
        breaker.failed(NAME)
        raise CannotTell(type(problem).__name__) from problem
    breaker.worked(NAME)
    if answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    if answer == "stream: OK":
        return None
    raise CannotTell(answer[:100])  # too large for it, or something we do not know


def _asked(path: Path, conf: AntivirusSettings) -> str:
    """The answer for the bytes of a file. Raises OSError."""
    until = monotonic() + conf.total
    with _connection(conf) as line, path.open("rb") as file:
        try:
            line.sendall(b"zINSTREAM\0")
            while piece := file.read(PIECE):
                line.sendall(struct.pack("!L", len(piece)) + piece)
                _in_time(until)
            line.sendall(struct.pack("!L", 0))
        except (BrokenPipeError, ConnectionResetError):  # it says why before it hangs up
            return _answer(line, until) or "the scanner hung up"
        return _answer(line, until)


def _answer(line: socket.socket, until: float) -> str:
    found = b""
    try:
        while not found.endswith(b"\0") and len(found) < LONGEST_ANSWER and (piece := line.recv(LONGEST_ANSWER)):
            found += piece
            _in_time(until)
    except ConnectionResetError:
        return found.decode(errors="replace")
    return found.rstrip(b"\0\n").decode(errors="replace")


def _in_time(until: float) -> None:
    if monotonic() > until:
        raise TimeoutError("the scanner takes too long")


@contextmanager
def _connection(conf: AntivirusSettings) -> Iterator[socket.socket]:
    kind, _colon, rest = conf.address.rpartition(":")
    if kind == "unix":
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(conf.timeout)
            line.connect(rest)
            yield line
    else:
        with socket.create_connection((kind, int(rest)), conf.timeout) as line:
            yield line
