"""What belongs to a person's records: lines, what is attached, what hangs on them, files, and what points at them."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from guanxi.platform.access import kinds
from guanxi.platform.bulk import key_in
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import EntityKind
from guanxi.platform.events.models import Event
from guanxi.platform.files.models import File
from guanxi.platform.privacy.declared import declared_of
from guanxi.platform.privacy.models import LegalHold
from guanxi.platform.privacy.persons import Persons
from guanxi.platform.privacy.subject import every_row, subject_of

#: Kinds of events that an erasure itself leaves: they name nobody.
OWN_EVENTS = ("privacy.record.anonymised", "privacy.person.found", "privacy.report.made", "privacy.person.erased")


@dataclass(frozen=True)
class Part:
    """Rows of one entity that belong to the person. ``removed`` go as a whole, of the others the texts are emptied."""

    entity: Entity
    rows: QuerySet
    removed: bool

    @property
    def name(self) -> str:
        return self.entity.key


def parts(persons: Persons) -> Iterator[Part]:
    """What goes with the person's records, those that hang on others first."""
    hosts: Persons = {key: set(ids) for key, ids in persons.items()}
    hanging = []
    for key, ids in persons.items():
        for entity in registry.entities():
            if entity.hangs_on and entity.fields()[entity.hangs_on].target == key and subject_of(entity) is None:
                rows = every_row(entity).filter(key_in(entity.source.column(entity.fields()[entity.hangs_on]), ids))
                hosts.setdefault(entity.key, set()).update(rows.values_list("pk", flat=True))
                hanging.append(Part(entity, rows, removed=False))
    for entity in registry.entities():
        if entity.kind is EntityKind.ATTACHED and entity.source.model is not LegalHold:
            yield Part(entity, _attached(entity, hosts), removed=True)
    for key, ids in hosts.items():
        for entity in registry.entities():
            if entity.kind is EntityKind.LINE and entity.fields()[entity.parent].target == key:
                rows = entity.source.rows().filter(key_in(f"{entity.parent}_id", ids))
                yield Part(entity, rows, removed=_is_personal(entity))
    yield from hanging


def _is_personal(entity: Entity) -> bool:
    return any(declared_of(entity, field) for field in entity.fields().values())


def _attached(entity: Entity, hosts: Persons) -> QuerySet:
    found = Q(pk__in=[])
    for key, ids in hosts.items():
        found |= Q(key_in("record_id", ids), entity=key)
    return every_row(entity).filter(found)


def files(persons: Persons) -> QuerySet[File]:
    """Files that hang on the person's records or on what is attached to them, or that those name in a field."""
    found = Q(pk__in=[])
    for key, ids in persons.items():
        found |= Q(key_in("record_id", ids), entity=key)
        found |= _named_in(registry.get(key), every_row(registry.get(key)).filter(key_in("pk", ids)))
    for part in parts(persons):
        found |= Q(entity=part.entity.key, record_id__in=part.rows.values("pk"))
        found |= _named_in(part.entity, part.rows)
    return File.objects.filter(found)


def _named_in(entity: Entity, rows: QuerySet) -> Q:
    found = Q(pk__in=[])
    for field in entity.fields().values():
        if field.kind is kinds.FILE and field.lookup:
            found |= Q(pk__in=rows.values(field.lookup))
    return found


def pointing(persons: Persons) -> Iterator[tuple[Entity, str, QuerySet]]:
    """Rows that name a person's record by a link: they stay and lead to what is left of it."""
    for entity in registry.entities():
        held = {entity.parent, entity.hangs_on}
        for field in entity.fields().values():
            leads = field.is_link and field.lookup and field.target in persons
            if leads and (field.key not in held or entity.kind is EntityKind.FACT):
                column = field.lookup if field.json else f"{field.key}_id"
                yield entity, field.key, every_row(entity).filter(**{f"{column}__in": persons[field.target]})


def events(persons: Persons) -> Q:
    """The events that stand in the history of the person's records, or under them as a customer."""
    found = Q(pk__in=[])
    for key, ids in persons.items():
        found |= Q(key_in("record_id", ids), entity=key)
        if registry.get(key).is_customer:
            found |= Q(key_in("customer_id", ids))
    return found & ~Q(kind__in=OWN_EVENTS)


def history(persons: Persons) -> QuerySet[Event]:
    return Event.objects.filter(events(persons))
