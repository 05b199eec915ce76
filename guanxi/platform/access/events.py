"""Events of accounts, tokens and masked fields."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from guanxi.platform.events.payloads import Payload
from guanxi.platform.events.registry import declare, event

TOKEN_CREATED = "access.token.created"  # noqa: S105 a name, no secret
TOKEN_REVOKED = "access.token.revoked"  # noqa: S105

declare(TOKEN_CREATED, label=_("Access token created"), template=_("%(actor)s created an access token"), icon="key")
declare(TOKEN_REVOKED, label=_("Access token revoked"), template=_("%(actor)s revoked an access token"), icon="key-off")


@event(
    "access.field.revealed",
    label=_("Masked value revealed"),
    template=_("%(actor)s looked at a masked value of %(record)s"),
    icon="eye",
)
@dataclass(frozen=True)
class Revealed(Payload):
    """``entity`` and ``line`` name the line whose field it was, where the record is its parent."""

    field: str
    reason: str
    entity: str
    line: int | None = None


@event(
    "access.field.looked_up",
    label=_("Masked field searched"),
    template=_("%(actor)s searched a masked field of %(entity)s"),
    icon="search",
)
@dataclass(frozen=True)
class LookedUp(Payload):
    """``value`` is what was searched for, masked."""

    field: str
    entity: str
    operator: str
    value: str


@event(
    "access.field.unreadable",
    label=_("Stored value unreadable"),
    template=_("A stored value of %(record)s cannot be read"),
    icon="alert-triangle",
)
@dataclass(frozen=True)
class Unreadable(Payload):
    """An encrypted value was changed, moved from elsewhere, or its key is missing; ``why`` is in English."""

    field: str
    entity: str
    why: str


DEPUTY_APPOINTED = "access.deputy.appointed"
DEPUTY_ENDED = "access.deputy.ended"
DEPUTY_BEGAN = "access.deputy.began"
DEPUTY_STOPPED = "access.deputy.stopped"

declare(DEPUTY_APPOINTED, label=_("Deputy named"), template=_("%(actor)s named a deputy"), icon="user-share")
declare(DEPUTY_ENDED, label=_("Deputy ended"), template=_("%(actor)s ended a deputy's time"), icon="user-off")
declare(DEPUTY_BEGAN, label=_("Acting as deputy"), template=_("%(actor)s began to act as deputy"), icon="user-check")
declare(
    DEPUTY_STOPPED, label=_("Back to oneself"), template=_("%(actor)s ceased to act as deputy"), icon="arrow-back-up"
)
