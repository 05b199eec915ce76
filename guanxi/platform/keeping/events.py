"""What keeping leaves in the memory."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from guanxi.platform.events.payloads import Payload
from guanxi.platform.events.registry import event


@event("keeping.backup.made", label=_("Backed up"), template=_("%(actor)s made the backup %(name)s"), icon="database")
@dataclass(frozen=True)
class Made(Payload):
    name: str
    rows: int
    files: int
    size: int


@event(
    "keeping.backup.verified",
    label=_("Backup verified"),
    template=_("%(actor)s restored the backup %(name)s for a trial"),
    icon="shield-check",
)
@dataclass(frozen=True)
class Verified(Payload):
    name: str
    problem: str = ""


@event(
    "keeping.backup.downloaded",
    label=_("Backup downloaded"),
    template=_("%(actor)s took away the backup %(name)s"),
    icon="download",
)
@dataclass(frozen=True)
class Downloaded(Payload):
    name: str


@event(
    "keeping.backup.uploaded",
    label=_("Backup uploaded"),
    template=_("%(actor)s brought the backup %(name)s"),
    icon="database-import",
)
@dataclass(frozen=True)
class Uploaded(Payload):
    name: str


@event(
    "keeping.backup.removed",
    label=_("Backup deleted"),
    template=_("%(actor)s deleted the backup %(name)s"),
    icon="trash",
)
@dataclass(frozen=True)
class Removed(Payload):
    name: str


@event(
    "keeping.backup.restored",
    label=_("Restored from a backup"),
    template=_("%(actor)s restored the backup %(name)s; what stood before is in %(before)s"),
    icon="restore",
)
@dataclass(frozen=True)
class Restored(Payload):
    name: str
    before: str
    rows: int
    files: int


@event(
    "keeping.records.purged",
    label=_("Removed for good"),
    template=_("%(actor)s removed %(count)s records from the recycle bin for good"),
    icon="trash",
)
@dataclass(frozen=True)
class Purged(Payload):
    count: int
    ids: tuple[int, ...] = ()


@event(
    "keeping.cleanup.done",
    label=_("Cleaned up"),
    template=_("%(actor)s carried out “%(rule)s”: %(gone)s records went, %(left)s are in use and stay"),
    icon="trash",
)
@dataclass(frozen=True)
class CleanedUp(Payload):
    rule: str
    gone: int
    left: int
