"""Everything that leads to a record, derived from the declarations: links of all entities, what is attached to it, its files
and the sets it is in. A new entity is found here by itself."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import QuerySet

from guanxi.platform.access.fields import Field
from guanxi.platform.access.models.record_set import RecordSetMember
from guanxi.platform.commands.unique import concrete, unique_sets
from guanxi.platform.directory.models import Pin
from guanxi.platform.duplicates.models import DuplicatePair, Merge
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import EntityKind
from guanxi.platform.files.models import File

#: What a merge itself keeps about the record that goes.
OWN = (DuplicatePair, Merge)


@dataclass(frozen=True)
class Way:
    """Rows of a model whose ``column`` leads to the record, among those of ``only``. ``unique`` are sets of further columns
    that no two rows of one record may share; ``others`` columns that lead to records of the same kind. ``private`` ones are somebody's
    own business: they go along and nobody is told how many there are."""

    model: type[models.Model]
    column: str
    only: dict[str, Any] = field(default_factory=dict)
    unique: tuple[tuple[str, ...], ...] = ()
    others: tuple[str, ...] = ()
    private: bool = False

    @property
    def table(self) -> str:
        return str(self.model._meta.label_lower)

    @property
    def versioned(self) -> bool:
        return any(column.name == "version" for column in self.model._meta.concrete_fields)

    def rows(self, pk: int) -> QuerySet:
        """Those of one record, deleted ones among them."""
        return self.model._base_manager.filter(**self.only, **{self.column: pk}).order_by("pk")


def records_leading_to(entity: Entity) -> list[tuple[Entity, list[Field]]]:
    """(child, links) for each kind of record with links to the entity's: they are written as records."""
    return [
        (child, links)
        for child in registry.entities()
        if child.kind is EntityKind.RECORD and (links := _links(child, entity))
    ]


def ways_to(entity: Entity) -> Iterator[Way]:
    """All other rows that lead to records of the entity."""
    for child in registry.entities():
        if child.kind is not EntityKind.RECORD:
            links = [child.source.column(link) for link in _links(child, entity) if not link.json]
            for column in links:
                yield Way(child.source.model, column, {}, _unique(child, column), tuple(set(links) - {column}))
        if child.kind is EntityKind.ATTACHED and entity.attachments and child.source.model not in OWN:
            yield Way(child.source.model, "record_id", {"entity": entity.key}, _unique(child, "record_id"))
    yield Way(File, "record_id", {"entity": entity.key})
    yield Way(RecordSetMember, "record_id", {"record_set__entity": entity.key}, (("record_set_id",),))
    yield Way(Pin, "record_id", {"entity": entity.key}, (("user_id",),), private=True)


def attached_models() -> list[type[models.Model]]:
    """The models whose rows name what they hang on and its customer."""
    return [File, *(child.source.model for child in registry.entities() if child.kind is EntityKind.ATTACHED)]


def _links(child: Entity, entity: Entity) -> list[Field]:
    return [one for one in child.fields().values() if one.is_link and one.target == entity.key and one.set]


def _unique(child: Entity, column: str) -> tuple[tuple[str, ...], ...]:
    """The columns that must differ among the rows of one record."""
    found = []
    for names in unique_sets(child):
        attnames = [concrete(child, name).attname for name in names]
        if column in attnames and len(attnames) > 1:
            found.append(tuple(name for name in attnames if name != column))
    return tuple(found)
