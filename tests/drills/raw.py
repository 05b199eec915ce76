"""A request as bytes: what no client library would send."""

import socket
from collections.abc import Mapping

WITHIN = 20  # seconds


def status_of(port: int, path: str, headers: Mapping[str, bytes]) -> int:
    """The status of a GET; 0 where the server closes without a word."""
    lines = [f"GET {path} HTTP/1.1".encode("latin-1"), b"Host: localhost", b"Connection: close"]
    lines += [name.encode() + b": " + value for name, value in headers.items()]
    with socket.create_connection(("127.0.0.1", port), timeout=WITHIN) as connection:
        try:
            connection.sendall(b"\r\n".join(lines) + b"\r\n\r\n")
            head = connection.recv(100)
        except ConnectionError:
            return 0
    return int(head.split()[1]) if head.startswith(b"HTTP/") else 0
