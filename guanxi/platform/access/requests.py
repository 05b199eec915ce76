"""A request as views see it: what the middlewares have put on it."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from guanxi.platform.access.actor import Actor


class Request(HttpRequest):
    """``actor`` is the signed-in person (pages are only reached by one, see ui.doors); ``id`` marks log
    lines and events; ``htmx`` says whether a part of a page is asked for. Only a type: never instantiated."""

    actor: Actor
    id: str
    htmx: HtmxDetails
