"""From an address to the machine behind it, looked up once: what is called is what was looked at."""

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from guanxi.platform.outbound.conf import HTTPS_PORT, OutboundSettings
from guanxi.platform.outbound.errors import NotAllowed, Unreachable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
#: A name as it is written in an allow-list, or an IPv4 address: nothing that one reader takes for another thing.
NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
#: Printable ASCII without the signs that readers of addresses disagree about.
ALLOWED = re.compile(r"[!#-;=?-\[\]_a-z~]+")
#: Translation of IPv4 into IPv6: what looks public leads inside.
NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))


@dataclass(frozen=True)
class Target:
    """An address taken apart. ``path`` includes the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def encrypted(self) -> bool:
        return self.scheme == "https"


def target_of(url: str, conf: OutboundSettings) -> Target:
    """The parts of an address that may be called. Raises NotAllowed."""
    if not ALLOWED.fullmatch(url):
        raise NotAllowed("address", "The address holds signs that belong in none.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotAllowed("address", "The address cannot be read.") from error
    host = parts.hostname or ""
    if parts.scheme != "https" and not (parts.scheme == "http" and conf.loopback and is_this_machine(host)):
        raise NotAllowed("scheme", "Only https goes out.")
    if "@" in parts.netloc or not (NAME.fullmatch(host) or ":" in host):
        raise NotAllowed("address", "The address does not name its host plainly.")
    wanted = (host, port or (HTTPS_PORT if parts.scheme == "https" else 80))
    if wanted not in conf.places:
        raise NotAllowed("host", "The host is not in GUANXI_OUTBOUND_HOSTS.")
    return Target(parts.scheme, *wanted, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def is_this_machine(host: str) -> bool:
    """Whether a name written as it is says that it means this machine."""
    return host in ("localhost", "127.0.0.1", "::1")


def resolve(host: str, port: int) -> list[str]:
    """Every address of a name. Raises OSError."""
    return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


def address_of(target: Target, conf: OutboundSettings) -> str:
    """The one address to connect to. A name of which one address leads inside is refused as a whole. Raises NotAllowed or
    Unreachable."""
    try:
        found = resolve(target.host, target.port)
    except (OSError, UnicodeError) as error:
        raise Unreachable("name", "The name of the host is not known.") from error
    if not found:
        raise Unreachable("name", "The name of the host is not known.")
    if not all(may_be_called(ipaddress.ip_address(text.partition("%")[0]), conf) for text in found):
        raise NotAllowed("inner", "The host leads into a network that is not called.")
    return found[0]


def may_be_called(address: Address, conf: OutboundSettings) -> bool:
    """Whether an address is out in the world, or in an inner network of the settings."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return may_be_called(address.ipv4_mapped, conf)
        if address.sixtofour or address.teredo or any(address in network for network in NAT64):
            return False
    if address.is_loopback:
        return conf.loopback
    if address.is_link_local or address.is_multicast or address.is_unspecified or address.is_reserved:
        return False
    if any(network.version == address.version and address in network for network in conf.inner_networks):
        return True
    return address.is_global
