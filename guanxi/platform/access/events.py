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
