"""The text behind pages and documents: who looked, and when, so that a photograph or a copy tells it."""

from typing import Any

from django.conf import settings

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import User


def watermark(actor: Actor, user: Any = None) -> str:
    """Name, staff number and the minute in the reader's zone; empty where the installation wants none. ``user`` is the
    actor's account where it is at hand."""
    if not settings.WATERMARK:
        return ""
    found = user or (User.objects.filter(pk=actor.user_id).first() if actor.user_id else None)
    moment = actor.now().astimezone(actor.zone)
    return " · ".join(
        part for part in (actor.name, found.staff_no if found else "", f"{moment:%Y-%m-%d %H:%M}") if part
    )
