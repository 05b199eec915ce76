"""Limits on what one person may do in an hour: kept in the database, so that they hold over all processes and restarts."""

from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.translation import ngettext

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.conf import access_settings
from guanxi.platform.access.models import Use


class LimitReached(Exception):
    """The person has done this as often as the hour allows; the message says so and when it goes on."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            ngettext(
                "You have done this %(count)d time within this hour, which is the limit. Wait until the next hour, or ask your security officer.",
                "You have done this %(count)d times within this hour, which is the limit. Wait until the next hour, or ask your security officer.",
                limit,
            )
            % {"count": limit}
        )


def spend(actor: Actor, what: str) -> None:
    """Count one use. Raises LimitReached beyond the limit of the settings; the system has none."""
    if actor.user_id is None:
        return
    limit = access_settings().hourly[what]
    mine: dict[str, Any] = {"user_id": actor.user_id, "what": what, "since": _hour(actor.now())}
    Use.objects.get_or_create(**mine)
    # One statement decides, so that two requests at once cannot both take the last use.
    if not Use.objects.filter(**mine, count__lt=limit).update(count=F("count") + 1):
        raise LimitReached(limit)


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
