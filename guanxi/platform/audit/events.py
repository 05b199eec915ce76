"""What the audit itself has to tell, and refusals."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from guanxi.platform.events.payloads import Payload
from guanxi.platform.events.registry import event


@event(
    "audit.anchors.renewed",
    label=_("Anchors begun anew"),
    template=_("%(actor)s began the file of anchors anew: %(reason)s"),
    icon="certificate",
)
@dataclass(frozen=True)
class AnchorsRenewed(Payload):
    reason: str
    file: str


@event(
    "audit.memory.purged",
    label=_("Old events deleted"),
    template=_("%(actor)s deleted the events up to number %(until)s, whose time was over"),
    icon="trash",
)
@dataclass(frozen=True)
class Purged(Payload):
    until: int


@event(
    "audit.viewing.alarmed",
    label=_("Many customers looked at"),
    template=_("%(actor)s has looked at %(customers)s customers today"),
    icon="eye",
)
@dataclass(frozen=True)
class Alarmed(Payload):
    customers: int
    limit: int


@event(
    "audit.viewing.blocked",
    label=_("Looking at customers blocked"),
    template=_("%(actor)s has looked at %(customers)s customers today and sees no further ones"),
    icon="eye-off",
)
@dataclass(frozen=True)
class Stopped(Payload):
    customers: int
    limit: int


@event(
    "audit.request.refused",
    label=_("Access refused"),
    template=_("%(actor)s was refused %(times)s times: %(route)s"),
    icon="ban",
)
@dataclass(frozen=True)
class Refused(Payload):
    """Refusals of one person within a few seconds at one route (by name, never an address), with the last status."""

    route: str
    status: int
    times: int = 1


@event(
    "audit.incident.reported",
    label=_("Incident report made"),
    template=_("%(actor)s asked who saw %(customers)s customers"),
    icon="search",
)
@dataclass(frozen=True)
class Reported(Payload):
    """``ids`` are the customers asked for, ``since`` and ``until`` the days; ``sha256`` is the fingerprint of the file, if the
    answer was taken away as one."""

    customers: int
    since: str
    until: str
    ids: tuple[int, ...] = ()
    format: str = ""
    sha256: str = ""
