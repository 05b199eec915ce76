"""Dangerous actions ask who is there once more: whoever finds an open browser must not give themselves rights.

A person at a browser must have given password, code or key again within the last five minutes. A token is made by a
person who has just done so, reaches no further than it was made for, and cannot be asked: it is let through.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.conf import signin_settings
from guanxi.platform.access.gate import MustConfirm

#: Where the sign-in library keeps how and when somebody proved who they are, in this session.
RECORDS = "account_authentication_methods"
#: Beside them, when an identity provider says that it asked the person itself (seconds since 1970).
PROVED = "proved_at"


def confirmed_at(session: Mapping[str, Any]) -> datetime | None:
    """When the person of this session last proved who they are beyond signing in."""
    records = [one for one in session.get(RECORDS) or () if isinstance(one, dict)]
    if settings.DEMO and any(one.get("method") == "demo" for one in records):
        return datetime.now(UTC)
    proofs = [one["at"] for one in records if one.get("reauthenticated")]
    proofs += [min(one[PROVED], one["at"]) for one in records if one.get(PROVED)]
    return datetime.fromtimestamp(max(proofs), tz=UTC) if proofs else None


def recently(actor: Actor) -> bool:
    """Whether the actor need not be asked now."""
    if not actor.session:
        return True
    age = datetime.now(UTC) - actor.confirmed_at if actor.confirmed_at else None
    return age is not None and age < timedelta(seconds=signin_settings().confirm_seconds)


def require(actor: Actor) -> None:
    """Raise MustConfirm for a person at a browser who has not confirmed who they are lately."""
    if not recently(actor):
        raise MustConfirm(_("Confirm who you are, then do it again."))
