"""Gives every request its actor, language and time zone."""

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.requests import address_of


class ActorMiddleware:
    """``request.actor`` is the signed-in user's actor or None; ``request.id`` marks log lines and events."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.id = uuid.uuid4().hex[:16]
        request.actor = None
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            request.actor = Actor.for_user(user, request=request.id, address=address_of(request))
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
