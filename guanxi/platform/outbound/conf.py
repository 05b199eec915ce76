"""Where calls may go; ``settings.OUTBOUND`` overrides any field by name. Without hosts nothing goes out."""

import ipaddress
from dataclasses import dataclass

from django.conf import settings

HTTPS_PORT = 443


@dataclass(frozen=True)
class OutboundSettings:
    """``hosts``: names that may be called, ``name`` or ``name:port``, nothing else. ``inner``: private networks into which
    such a name may lead; loopback and link-local never. ``loopback``: this machine may be called, also without
    encryption; for development and tests. ``ca``: file of a private certificate authority. ``connect`` and ``total`` are
    seconds, ``limit`` is bytes of an answer."""

    hosts: tuple[str, ...] = ()
    inner: tuple[str, ...] = ()
    loopback: bool = False
    ca: str = ""
    connect: float = 5.0
    total: float = 10.0
    limit: int = 2**20

    @property
    def places(self) -> frozenset[tuple[str, int]]:
        """The names that may be called, each with its port."""
        return frozenset(_place(entry) for entry in self.hosts)

    @property
    def inner_networks(self) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
        return tuple(ipaddress.ip_network(text) for text in self.inner)


def _place(entry: str) -> tuple[str, int]:
    """Name and port of an entry; an IPv6 address stands in brackets. Raises ValueError."""
    name, colon, port = entry.strip().lower().rpartition(":")
    if not colon or name.count("[") != name.count("]"):
        name, port = entry.strip().lower(), str(HTTPS_PORT)
    if not name or not port.isdecimal():
        raise ValueError(f"{entry!r} is neither a name nor name:port")
    return name.strip("[]"), int(port)


def outbound_settings() -> OutboundSettings:
    return OutboundSettings(**getattr(settings, "OUTBOUND", {}))
