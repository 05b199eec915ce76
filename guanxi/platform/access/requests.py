"""A request as views see it: what the middlewares have put on it."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from guanxi.platform.access.actor import Actor

#: The first number beyond every key, and beyond what a database takes for one.
_BEYOND = 2**63


def whole_number(text: str) -> int | None:
    """The number that an address or a form names in plain digits; None for other text and for one beyond every key."""
    plain = text.isascii() and text.isdecimal() and len(text) < 20
    return number if plain and (number := int(text)) < _BEYOND else None


class Request(HttpRequest):
    """``actor`` is the signed-in person (pages are only reached by one, see ui.doors); ``id`` marks log
    lines and events; ``htmx`` says whether a part of a page is asked for. Only a type: never instantiated."""

    actor: Actor
    id: str
    htmx: HtmxDetails
