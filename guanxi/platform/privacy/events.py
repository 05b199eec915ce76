"""What the care for personal data leaves in the memory. None of it tells who a person was."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from guanxi.platform.events.payloads import Payload
from guanxi.platform.events.registry import event


@event(
    "privacy.person.found",
    label=_("Looked up for a person"),
    template=_("%(actor)s looked up everything about a person: %(places)s places"),
    icon="search",
)
@dataclass(frozen=True)
class Found(Payload):
    request_id: int
    places: int


@event(
    "privacy.report.made",
    label=_("Report for a person made"),
    template=_("%(actor)s had the data of a person put together: %(places)s places"),
    icon="file-export",
)
@dataclass(frozen=True)
class Reported(Payload):
    request_id: int
    places: int
    file_id: int


@event(
    "privacy.record.anonymised",
    label=_("Anonymised"),
    template=_("%(actor)s removed the personal data of a record"),
    icon="trash",
)
@dataclass(frozen=True)
class Anonymised(Payload):
    fields: tuple[str, ...]
    reason: str


@event(
    "privacy.person.erased",
    label=_("A person erased"),
    template=_("%(actor)s erased a person: %(records)s records, %(texts)s texts, %(events)s events, %(files)s files"),
    icon="trash",
)
@dataclass(frozen=True)
class PersonErased(Payload):
    request_id: int
    records: int
    texts: int
    events: int
    files: int
    repeated: bool = False
