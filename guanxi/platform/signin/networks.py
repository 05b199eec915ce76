"""From where people may work: their own list, else those of their roles, else anywhere. And which roles ask for more."""

import ipaddress
import time
from collections import defaultdict
from dataclasses import dataclass

from django.utils.translation import gettext as _

from guanxi.platform.access.conf import signin_settings
from guanxi.platform.access.kinds import Invalid
from guanxi.platform.access.models import Role, User, UserRole
from guanxi.platform.signin.models import RoleNetwork, UserNetwork

Net = ipaddress.IPv4Network | ipaddress.IPv6Network

#: For so long a process trusts what it has read of the lists, so that pages do not ask each time.
FRESH = 2.0


def parse(text: str) -> str:
    """A network as it is kept: 10.1.0.0/16, 2001:db8::/32, one address as /32 or /128. Raises Invalid."""
    try:
        return str(ipaddress.ip_network(text.strip()))
    except ValueError as error:
        raise Invalid(
            _("“%(text)s” is no network. Write an address such as 10.1.2.3, or a network such as 10.1.0.0/16.")
            % {"text": text[:60]}
        ) from error


def within(address: str, networks: list[str] | tuple[str, ...]) -> bool:
    """Whether an address lies in one of the networks. An IPv4 address in IPv6 dress is the IPv4 address."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    inner = getattr(found, "ipv4_mapped", None)
    return any(_holds(ipaddress.ip_network(network), inner or found) for network in networks)


def _holds(network: Net, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return network.version == address.version and address in network


@dataclass(frozen=True)
class _Lists:
    users: dict[int, tuple[str, ...]]
    roles: dict[int, tuple[str, ...]]
    demanding: frozenset[int]
    read_at: float


_known: list[_Lists] = []


def forget() -> None:
    """Read the lists again at next use."""
    _known.clear()


def _lists() -> _Lists:
    if not _known or time.monotonic() - _known[0].read_at > FRESH:
        users: dict[int, list[str]] = defaultdict(list)
        roles: dict[int, list[str]] = defaultdict(list)
        for user, network in UserNetwork.objects.values_list("user_id", "network"):
            users[user].append(network)
        for role, network in RoleNetwork.objects.filter(role__active=True).values_list("role_id", "network"):
            roles[role].append(network)
        _known[:] = [
            _Lists(
                {key: tuple(value) for key, value in users.items()},
                {key: tuple(value) for key, value in roles.items()},
                frozenset(Role.objects.filter(key__in=signin_settings().mfa_roles).values_list("pk", flat=True)),
                time.monotonic(),
            )
        ]
    return _known[0]


def demanding_roles() -> frozenset[int]:
    """Ids of the roles whose holders must have a second factor where roles decide."""
    return _lists().demanding


def allowed(user: User, address: str) -> bool:
    """Whether the person may work from this address."""
    lists = _lists()
    if user.pk in lists.users:
        return within(address, lists.users[user.pk])
    if not lists.roles:
        return True
    mine = [
        network
        for role in UserRole.objects.filter(user=user.pk).values_list("role_id", flat=True)
        for network in lists.roles.get(role, ())
    ]
    return not mine or within(address, mine)
