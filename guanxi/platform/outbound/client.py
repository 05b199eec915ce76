"""The one way out: whatever wants to call another machine over http asks here, and nowhere else.

    answer = call("signin.oidc", "GET", "https://sso.example.com/keys")

Never inside a transaction: the other side takes its time.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone

from guanxi.platform.outbound import addresses, breaker, traffic
from guanxi.platform.outbound.conf import OutboundSettings, outbound_settings
from guanxi.platform.outbound.errors import NotAllowed, OutboundError, Unreachable
from guanxi.platform.outbound.models import Recipient
from guanxi.platform.outbound.wire import Received, exchange

logger = logging.getLogger("guanxi.outbound")
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
#: From here on the other side says that it is in trouble.
TROUBLE = 500
UNREADABLE_HOST = "?"


@dataclass(frozen=True)
class Answer:
    """What came back, whatever its status: the caller knows which ones mean what. ``headers`` by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON. Raises Unreachable."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise Unreachable("unreadable", "The answer is no JSON.") from error


def call(
    connector: str,
    method: str,
    url: str,
    *,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    limit: int | None = None,
) -> Answer:
    """One call of a connector. Raises NotAllowed for what may not go out, and Unreachable."""
    conf = outbound_settings()
    conf = replace(conf, limit=limit) if limit is not None else conf
    host, outcome, received = _host_of(url), "error", None
    try:
        received = _asked(connector, method, url, conf, body=body, headers=headers or {})
        outcome = str(received.status)
    except OutboundError as error:
        outcome = error.code
        logger.warning("call refused or failed", extra={"connector": connector, "host": host, "outcome": outcome})
        raise
    finally:
        answered = len(received.body) if received else 0
        traffic.count(connector, host, outcome, sent=len(body), received=answered, at=timezone.now())
    return Answer(received.status, received.headers, received.body)


def _asked(
    connector: str, method: str, url: str, conf: OutboundSettings, *, body: bytes, headers: Mapping[str, str]
) -> Received:
    """The exchange, once everything is in order; failures of the other side are remembered, refusals of ours are not."""
    if method not in METHODS:
        raise NotAllowed("method", "This method does not go out.")
    target = addresses.target_of(url, conf)
    if not Recipient.objects.filter(connector=connector, host=target.host, active=True).exists():
        raise NotAllowed("recipient", "There is no recipient of data in use for this connector and host.")
    if breaker.is_open(connector):
        raise Unreachable("resting", "The other side failed several times; it is tried again in a while.")
    try:
        address = addresses.address_of(target, conf)
        received = exchange(target, address, conf, method=method, body=body, headers=headers)
    except Unreachable:
        breaker.failed(connector)
        raise
    if received.status >= TROUBLE:
        breaker.failed(connector)
    else:
        breaker.worked(connector)
    return received


def _host_of(url: str) -> str:
    """The host as it is counted; what cannot be read is counted together."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return UNREADABLE_HOST
    return host if addresses.NAME.fullmatch(host) else UNREADABLE_HOST
