"""Everything that names a person: their records and what belongs to them, every table, the memory, every file."""

import dataclasses
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext_noop

from guanxi.platform.access import kinds
from guanxi.platform.access.fields import Field
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.events.models import Event
from guanxi.platform.events.registry import kind_of
from guanxi.platform.events.stored import TOMBSTONE
from guanxi.platform.files.choices import Purpose
from guanxi.platform.files.models import File
from guanxi.platform.files.names import extension_of
from guanxi.platform.files.storage import path_of
from guanxi.platform.privacy import belongings, persons, tables
from guanxi.platform.privacy.choices import Fate
from guanxi.platform.privacy.contents import mentions
from guanxi.platform.privacy.emptying import emptied_fields
from guanxi.platform.privacy.imports import imports_naming
from guanxi.platform.privacy.marks import Marks
from guanxi.platform.privacy.models import SubjectRequest
from guanxi.platform.privacy.persons import Persons

POINTS = gettext_noop("It leads to what is left of the record; sums and histories stay whole.")
BY_HAND = gettext_noop("It hangs on another record: open it and delete it there if it is about the person.")
UNREADABLE = gettext_noop("Its kind of file cannot be searched, and it is kept for a few days only.")
#: Files that are kept for some days only: one that may name the person goes as a whole.
PASSING = (Purpose.IMPORT, Purpose.EXPORT)
#: At most so many places are listed one by one; all are counted.
LISTED = 2_000
FILES, EVENTS = "files.file", "events.event"


@dataclass(frozen=True)
class Place:
    """Where a person was found: a column or field of a row, with what an erasure does to it and, if it stays, why."""

    where: str
    id: Any
    field: str
    fate: str
    why: str = ""
    value: str = dataclasses.field(default="", compare=False)


@dataclass
class Found:
    """``places`` are the first LISTED, ``count`` says how many there are."""

    persons: Persons
    marks: Marks
    places: list[Place] = dataclasses.field(default_factory=list)
    counts: Counter = dataclasses.field(default_factory=Counter)
    seen: set[tuple[str, Any, str]] = dataclasses.field(default_factory=set, repr=False)

    @property
    def count(self) -> int:
        return sum(self.counts.values())

    def add(self, place: Place) -> None:
        key = (place.where, place.id, place.field)
        if key in self.seen:
            return
        self.seen.add(key)
        self.counts[place.where, place.field, place.fate, place.why] += 1
        if len(self.places) < LISTED:
            self.places.append(place)

    def summary(self) -> dict[str, Any]:
        """What the request keeps: where, how often, what happens to it. No value of the person is in it."""
        lines = [[*key, count] for key, count in sorted(self.counts.items())]
        return {"count": self.count, "lines": lines}

    def as_json(self) -> dict[str, Any]:
        return {"count": self.count, "places": [asdict(place) for place in self.places]}


def find(request: SubjectRequest) -> Found:
    """Look everywhere. Takes as long as reading all tables and the files of imports and exports once: for a job."""
    found_persons = persons.find(request)
    found = Found(found_persons, persons.marks_of(request, found_persons))
    for source in (_own, _belonging, _pointing, _texts, _sealed, _history, _files, _imports):
        for place in source(request, found):
            found.add(place)
    return found


def _own(request: SubjectRequest, found: Found) -> Iterator[Place]:
    for entity, record in persons.records_of(found.persons):
        yield from _of_record(entity, record)


def _of_record(entity: Entity, record: Any) -> Iterator[Place]:
    for one in emptied_fields(entity):
        if not one.is_empty(value := one.get(record)):
            yield Place(entity.key, record.pk, one.key, Fate.EMPTIED, value=_text(one, value))


def _text(one: Field, value: Any) -> str:
    return str(value) if one.is_link or one.kind is kinds.FILE else str(one.exported(value))


def _belonging(request: SubjectRequest, found: Found) -> Iterator[Place]:
    for part in belongings.parts(found.persons):
        for record in part.rows.order_by("pk").iterator(chunk_size=500):
            if part.removed:
                title = str(part.entity.fields()[part.entity.title_field].get(record) or "")
                yield Place(part.entity.key, record.pk, part.entity.title_field, Fate.REMOVED, value=title)
            else:
                yield from _of_record(part.entity, record)


def _pointing(request: SubjectRequest, found: Found) -> Iterator[Place]:
    for entity, key, rows in belongings.pointing(found.persons):
        for pk in rows.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=2_000):
            yield Place(entity.key, pk, key, Fate.STAYS, POINTS)


def _texts(request: SubjectRequest, found: Found) -> Iterator[Place]:
    if not found.marks:
        return
    for table in tables.all_tables():
        keep = request.pk if table.model is SubjectRequest else None
        for chunk in tables.texts(table, found.marks, found.persons, keep=keep):
            for one in chunk:
                fate = Fate.STAYS if one.stays else Fate.EMPTIED
                yield Place(table.name, one.pk, one.column, fate, one.stays, excerpt(one.value, found.marks))


def excerpt(value: Any, marks: Marks) -> str:
    """The text around the first mark."""
    text = value if isinstance(value, str) else str(value)
    match = marks.pattern.search(text)
    return text[max(0, match.start() - 60) : match.end() + 60] if match else ""


def _sealed(request: SubjectRequest, found: Found) -> Iterator[Place]:
    """Fields that are stored encrypted hold nothing a text search finds: they are asked for the values themselves."""
    for entity, one, record, stays in tables.holding(found.marks, found.persons):
        yield Place(entity.key, record.pk, one.key, Fate.STAYS if stays else Fate.EMPTIED, stays)


def _history(request: SubjectRequest, found: Found) -> Iterator[Place]:
    rows = tables.told_of(found.marks, belongings.events(found.persons)).exclude(payload=TOMBSTONE)
    for pk, kind in rows.values_list("id", "kind").iterator(chunk_size=2_000):
        yield Place(EVENTS, pk, kind, Fate.EMPTIED)


def _files(request: SubjectRequest, found: Found) -> Iterator[Place]:
    own = set(belongings.files(found.persons).values_list("pk", flat=True))
    for file in File.objects.order_by("pk").iterator(chunk_size=500):
        if file.pk in own:
            yield Place(FILES, file.pk, file.purpose, Fate.REMOVED, value=file.name)
        elif (fate := fate_of(file, found.marks)) is not None:
            yield Place(FILES, file.pk, file.purpose, fate[0], fate[1], value=file.name)


def fate_of(file: File, marks: Marks) -> tuple[Fate, str] | None:
    """What happens to a file that does not hang on the person; None if it does not name them."""
    named = mentions(path_of(file.storage_name), extension_of(file.name), marks) if marks else False
    if file.purpose in PASSING:
        return (Fate.REMOVED, "" if named else UNREADABLE) if named is not False else None
    return (Fate.STAYS, BY_HAND) if named else None


def _imports(request: SubjectRequest, found: Found) -> Iterator[Place]:
    for chosen in imports_naming(found.marks):
        yield Place("exchange.import", chosen.pk, "folder", Fate.REMOVED, value=chosen.file_name)


def label_of(where: str) -> str:
    """What a place is called for people."""
    entity = registry.find(where)
    if entity is not None:
        return str(entity.label_plural)
    table = next((one for one in tables.all_tables() if one.label == where), None)
    model = table.model if table else {FILES: File, EVENTS: Event}.get(where)
    return str(model._meta.verbose_name_plural) if model else where


def label_of_field(where: str, key: str) -> str:
    """What a field, or a kind of event, is called for people; its key where only the program knows it."""
    if where == EVENTS and (kind := kind_of(key)):
        return str(kind.label)
    entity = registry.find(where)
    one = entity.fields().get(key) if entity else None
    return str(one.label) if one else key
