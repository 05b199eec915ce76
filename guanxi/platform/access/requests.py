"""A request as views see it: what the middlewares have put on it."""

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from guanxi.platform.access.actor import Actor

#: The first number beyond every key, and beyond what a database takes for one.
_BEYOND = 2**63


def whole_number(text: str) -> int | None:
    """The number that an address or a form names in plain digits; None for other text and for one beyond every key."""
    plain = text.isascii() and text.isdecimal() and len(text) < 20
    return number if plain and (number := int(text)) < _BEYOND else None


def address_of(request: HttpRequest) -> str:
    """The network address the request came from, as the sign-in library finds it: proxies count only as far as the
    installation trusts them. Empty where there is none."""
    try:
        return get_adapter(request).get_client_ip(request)
    except PermissionDenied:
        return ""


class Request(HttpRequest):
    """``actor`` is the signed-in person (pages are only reached by one, see ui.doors); ``id`` marks log
    lines and events; ``htmx`` says whether a part of a page is asked for. Only a type: never instantiated."""

    actor: Actor
    id: str
    htmx: HtmxDetails
