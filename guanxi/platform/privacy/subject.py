"""Which entities describe persons: the option ``subject`` of an entity."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import EntityKind

#: Record id → why the person cannot be erased yet, such as an open contract.
OpenMatters = Callable[[Sequence[Any]], dict[int, str]]


def nothing_open(records: Sequence[Any]) -> dict[int, str]:
    return {}


@dataclass(frozen=True)
class Subject:
    """Records of this entity are persons: all of them, or those whose fields have the values of ``when``
    (``Subject(when={"kind": "individual"})``). The entity's title is the name of the person. ``open_matters`` tells for
    whole sets what must be ended first."""

    when: Mapping[str, Any] = field(default_factory=dict)
    open_matters: OpenMatters = nothing_open

    def is_person(self, record: Any) -> bool:
        return all(getattr(record, name) == value for name, value in self.when.items())


def subject_of(entity: Entity) -> Subject | None:
    """The entity's option, if its records can be persons."""
    return getattr(entity, "subject", None)


def describes_person(entity: Entity, record: Any) -> bool:
    subject = subject_of(entity)
    return subject is not None and subject.is_person(record)


def person_entities() -> list[Entity]:
    return [entity for entity in registry.entities() if subject_of(entity) is not None]


def every_row(entity: Entity) -> Any:
    """Rows of an entity, those of the recycle bin among them."""
    rows = entity.source.rows()
    return rows | entity.source.rows(deleted=True) if entity.is_record else rows


def lines_of(entity: Entity) -> list[Entity]:
    """The entities whose records are lines of this one's."""
    return [
        one
        for one in registry.entities()
        if one.kind is EntityKind.LINE and one.fields()[one.parent].target == entity.key
    ]
