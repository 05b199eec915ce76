"""Gives every request its actor, language and time zone."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from guanxi.platform.access import deputies
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.confirming import confirmed_at
from guanxi.platform.access.requests import address_of

#: Where the session keeps for whom its person acts.
ACTING_FOR = "acting_for"


class ActorMiddleware:
    """``request.actor`` is the signed-in user's actor or None; ``request.id`` marks log lines and events."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.id = uuid.uuid4().hex[:16]
        request.actor = None
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            request.actor = _actor(request, user)
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language()
            timezone.activate(request.actor.zone)
        try:
            response = self.get_response(request)
        finally:
            timezone.deactivate()
        response["X-Request-Id"] = request.id
        if user is not None and user.is_authenticated:
            response.setdefault("Cache-Control", "no-store")
        return response


def _actor(request: Any, user: Any) -> Actor:
    """The user, or the user acting for another person as long as the appointment stands: asked anew each time."""
    actor = replace(
        Actor.for_user(user, request=request.id, address=address_of(request)),
        session=True,
        confirmed_at=confirmed_at(request.session),
    )
    principal = request.session.get(ACTING_FOR)
    if not principal:
        return actor
    acting = deputies.acting(actor, principal)
    if acting is None:
        del request.session[ACTING_FOR]
    return acting or actor
