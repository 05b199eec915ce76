"""From where a request comes: its address and program. A forwarded address counts only as far as proxies are trusted."""

from dataclasses import dataclass
from typing import Any

from allauth.core.internal.httpkit import get_client_ip
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest

AGENT_LENGTH = 200
#: Where there is no request: the console, a job.
NOWHERE = "-"


@dataclass(frozen=True)
class Origin:
    address: str
    agent: str

    @property
    def fields(self) -> dict[str, Any]:
        """For the payload of an event."""
        return {"address": self.address, "agent": self.agent}


def address_of(request: HttpRequest) -> str:
    """The caller's address. Raises PermissionDenied where the chain of proxies is not the one of the settings: a
    caller who reaches the server past the proxy could claim any address."""
    try:
        address = get_client_ip(request)
    except ImproperlyConfigured as error:
        raise PermissionDenied("The chain of proxies is not the expected one") from error
    if not address:
        raise PermissionDenied("The caller has no address")
    return address


def origin_of(request: HttpRequest | None) -> Origin:
    """Address and program of a request; placeholders without one."""
    if request is None or not request.META.get("REMOTE_ADDR"):
        return Origin(NOWHERE, "")
    agent = "".join(sign for sign in request.META.get("HTTP_USER_AGENT", "") if sign.isprintable())
    return Origin(address_of(request), agent[:AGENT_LENGTH])
