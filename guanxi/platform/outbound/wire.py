"""One exchange over one connection to an address that is given, under the name that was asked for."""

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from guanxi.platform.outbound.addresses import Target
from guanxi.platform.outbound.conf import HTTPS_PORT, OutboundSettings
from guanxi.platform.outbound.errors import NotAllowed, Unreachable

PIECE = 2**16
REDIRECTS = range(300, 400)


@dataclass(frozen=True)
class Received:
    """Status, headers by lower-case name, and body of an answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Connection(http.client.HTTPConnection):
    """Goes to ``address`` whatever the name would lead to by now; the certificate must be the name's."""

    def __init__(self, target: Target, address: str, conf: OutboundSettings) -> None:
        super().__init__(target.host, target.port, timeout=conf.connect)
        self._address, self._encrypted, self._ca = address, target.encrypted, conf.ca
        self.default_port = HTTPS_PORT if target.encrypted else self.default_port  # the Host header leaves it out
        self._wire: socket.socket | None = None

    def connect(self) -> None:
        self.sock = self._wire = socket.create_connection((self._address, self.port), self.timeout)
        if self._encrypted:
            context = ssl.create_default_context(cafile=self._ca or None)
            self.sock = self._wire = context.wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()

    def cut(self) -> None:
        """End whatever is under way, from another thread. ``sock`` is gone as soon as an answer begins that ends with the
        connection, while its body is still read."""
        if self._wire is not None:
            try:
                socket.socket.shutdown(self._wire, socket.SHUT_RDWR)
            except OSError:
                self._wire.close()


@contextmanager
def _within(seconds: float, connection: _Connection) -> Iterator[threading.Event]:
    """The whole exchange ends in time: a server that sends a byte a second never runs into the limit of one read."""
    over = threading.Event()

    def end() -> None:
        over.set()
        connection.cut()

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield over
    finally:
        timer.cancel()


def exchange(
    target: Target, address: str, conf: OutboundSettings, *, method: str, body: bytes, headers: Mapping[str, str]
) -> Received:
    """Ask and take the answer, at most ``conf.limit`` bytes of it. Raises NotAllowed for a redirect, else Unreachable."""
    connection = _Connection(target, address, conf)
    with _within(conf.total, connection) as over:
        try:
            connection.request(method, target.path, body=body or None, headers=dict(headers))
            answer = connection.getresponse()
            if answer.status in REDIRECTS:
                raise NotAllowed("redirect", "The other side sent us elsewhere, which is not followed.")
            received = Received(
                answer.status, {k.lower(): v for k, v in answer.getheaders()}, _read(answer, conf.limit)
            )
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _told(error, over.is_set()) from error
        finally:
            connection.close()
    if over.is_set():  # cut off in the middle reads like an end
        raise _told(TimeoutError(), True)
    return received


def _told(error: Exception, over: bool) -> Unreachable:
    """The failure in our own words."""
    if over or isinstance(error, TimeoutError):
        return Unreachable("slow", "The other side did not answer in time.")
    if isinstance(error, ssl.SSLError):
        return Unreachable("tls", "The encryption of the other side is not to be trusted.")
    return Unreachable("network", "The other side cannot be reached.")


def _read(answer: http.client.HTTPResponse, limit: int) -> bytes:
    pieces, size = [], 0
    while piece := answer.read(PIECE):
        size += len(piece)
        if size > limit:
            raise Unreachable("large", "The answer is larger than is taken.")
        pieces.append(piece)
    return b"".join(pieces)
