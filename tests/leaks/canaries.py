"""Canaries: records that carry words of their own, so that whoever comes upon one of them can be told by the word."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from guanxi.platform.access import kinds
from guanxi.platform.access.fields import Field
from guanxi.platform.access.models import User
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import EntityKind
from tests.contract.factories import factory_for, prescribed

_numbers = itertools.count(1)

#: Kinds of field that take any word.
FREE = (kinds.TEXT, kinds.LONGTEXT)
#: Shorter than any canary, a field keeps what the factory gives.
LENGTH = 12


@dataclass(frozen=True)
class Canary:
    """A record with its words by field. ``hosts`` is what it hangs on or is attached to, from the nearest up."""

    entity: Entity
    pk: int
    words: dict[str, str]
    hosts: tuple[tuple[Entity, int], ...] = ()

    def __str__(self) -> str:
        return f"{self.entity.key} {self.pk}"

    @property
    def host(self) -> tuple[Entity, int] | None:
        return self.hosts[0] if self.hosts else None

    @property
    def record(self) -> Any:
        """As it stands in the database, deleted or not."""
        return self.entity.source.model._base_manager.filter(pk=self.pk).first()

    @property
    def marks(self) -> tuple[str, ...]:
        """What tells that the record was met: its words; its addresses where it has none."""
        if self.words:
            return tuple(self.words.values())
        path = f"{self.entity.module}/{self.entity.name}/{self.pk}/"
        return (f"/{path}", f'"id":{self.pk},"version"', f'"id":{self.pk}}}')  # not a link with its label

    def met_in(self, text: str) -> list[str]:
        return [mark for mark in self.marks if mark in text]

    @property
    def field(self) -> str:
        """A field with a word, the naming one if it has one."""
        return self.entity.title_field if self.entity.title_field in self.words else next(iter(self.words), "")


def new_word() -> str:
    return f"Zq{next(_numbers):06d}Wx"


def make(entity: Entity, owner: User) -> Canary:
    """A canary of the entity whose scope is its owner's, up to what it hangs on."""
    words = {key: new_word() for key, field in factory_for(entity.key).fields().items() if _takes_words(entity, field)}
    while True:
        try:
            record = factory_for(entity.key).create(belongs_to=owner, **words)
            break
        except Rejected as refusal:
            refused = refusal.errors.keys() & words.keys()
            if not refused:
                raise
            words = {key: word for key, word in words.items() if key not in refused}
    put_to_use(entity, record.pk)
    return Canary(
        entity,
        record.pk,
        _kept(entity, record, words),
        tuple(_hosts(entity, entity.source.model._base_manager.get(pk=record.pk))),
    )


def put_to_use(entity: Entity, pk: int) -> None:
    """Pickers offer only what is in use."""
    names = {column.name for column in entity.source.model._meta.concrete_fields} & {"active", "is_active"}
    if names:
        entity.source.model._base_manager.filter(pk=pk).update(**dict.fromkeys(names, True))


def _takes_words(entity: Entity, field: Field) -> bool:
    short = field.max_length is not None and 0 < field.max_length < LENGTH
    chosen = field.kind not in FREE or field.key in prescribed(entity.key)
    if entity.key == "records.customentity":
        return False  # how a kind is called stands in the menu of everybody who sees its records
    return not (short or chosen) and bool(field.lookup)


def _kept(entity: Entity, record: Any, words: dict[str, str]) -> dict[str, str]:
    """Those words that stand in the record as they were given."""
    record = entity.source.model._base_manager.get(pk=record.pk)
    return {key: word for key, word in words.items() if entity.fields()[key].get(record) == word}


def _hosts(entity: Entity, record: Any) -> Iterator[tuple[Entity, int]]:
    """What it hangs on, what that hangs on, and so on."""
    while True:
        if entity.kind is EntityKind.ATTACHED:
            above, pk = (registry.get(record.entity), record.record_id) if record.entity else (None, 0)
        elif key := entity.parent or entity.hangs_on:
            field = entity.fields()[key]
            above, pk = registry.get(field.target), field.get(record)
        else:
            return
        if above is None:
            return
        yield above, pk
        entity, record = above, above.source.model._base_manager.get(pk=pk)


def with_roots(found: Iterable[Canary]) -> dict[str, set[int]]:
    """Entity key → ids of the canaries and of what they hang on."""
    ids: dict[str, set[int]] = {}
    for canary in found:
        ids.setdefault(canary.entity.key, set()).add(canary.pk)
        for host, pk in canary.hosts:
            ids.setdefault(host.key, set()).add(pk)
    return ids
