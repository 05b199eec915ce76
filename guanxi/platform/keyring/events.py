"""What the data keys leave in the memory; never a secret."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from guanxi.platform.events.payloads import Payload
from guanxi.platform.events.registry import event


@event("keyring.key.added", label=_("Data key added"), template=_("%(actor)s added data key %(number)s"), icon="key")
@dataclass(frozen=True)
class Added(Payload):
    number: int


@event(
    "keyring.key.dropped",
    label=_("Data key destroyed"),
    template=_("%(actor)s destroyed data key %(number)s, which nothing needed any more"),
    icon="key-off",
)
@dataclass(frozen=True)
class Dropped(Payload):
    number: int


@event(
    "keyring.rotation.started",
    label=_("Rotation started"),
    template=_("%(actor)s began to encrypt everything anew with data key %(number)s"),
    icon="refresh",
)
@dataclass(frozen=True)
class Started(Payload):
    number: int


@event(
    "keyring.rotation.done",
    label=_("Rotation done"),
    template=_("%(done)s values are encrypted with data key %(number)s; %(left)s still need an older one"),
    icon="shield-check",
)
@dataclass(frozen=True)
class Rotated(Payload):
    """``left`` values could not be written anew, because no key reads them."""

    number: int
    done: int
    left: int
