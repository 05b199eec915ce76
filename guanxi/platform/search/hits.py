"""What is shown of a record that was found: how it is called, what tells it from others, and the record to open."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.entities import links, registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import EntityKind
from guanxi.platform.search.file_texts import fields_of
from guanxi.platform.search.selectors import Group


@dataclass(frozen=True)
class Hit:
    """``opens`` is the entity and id whose page shows it: its own, or that of what a line is part of."""

    entity: Entity
    pk: int
    title: str
    hint: str
    opens: tuple[Entity, int]


def hits_of(groups: Iterable[Group], actor: Actor) -> dict[str, list[Hit]]:
    """Entity key → hits, in the order of the groups. One statement for each kind of record that lines are part of."""
    return {group.entity.key: _hits(group, actor) for group in groups}


def _hits(group: Group, actor: Actor) -> list[Hit]:
    entity, parent = group.entity, group.entity.parent_entity()
    if entity.kind is EntityKind.LINE and parent is not None:
        field = entity.fields()[entity.parent]
        names = links.labels(parent.key, {field.get(record) for record in group.records}, actor)
        return [
            Hit(entity, record.pk, names.get(host, ""), entity.title_of(record, actor), (parent, host))
            for record in group.records
            if (host := field.get(record)) in names
        ]
    if entity.kind is EntityKind.ATTACHED and fields_of(entity):
        return _in_files(group, actor)
    return [
        Hit(entity, record.pk, entity.title_of(record, actor), entity.hint_of(record, actor), (entity, record.pk))
        for record in group.records
    ]


def _in_files(group: Group, actor: Actor) -> list[Hit]:
    """What is attached opens the record that it hangs on. One statement for each kind of these."""
    hosts: dict[str, set[int]] = defaultdict(set)
    for record in group.records:
        hosts[record.entity].add(record.record_id)
    names = {key: links.labels(key, ids, actor) for key, ids in hosts.items()}
    return [
        Hit(
            group.entity, record.pk, names[record.entity][record.record_id],
            _("in the file “%(name)s”") % {"name": group.entity.title_of(record, actor)},
            (registry.get(record.entity), record.record_id),
        )
        for record in group.records
        if record.record_id in names[record.entity]
    ]  # fmt: skip
