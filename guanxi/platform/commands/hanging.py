"""What hangs on a record when it is deleted and restored.

Notes, tasks and other facts about it (attached records, and entities with ``goes_with_host``) go with it and come back
with it. Whatever has a life of its own stays in the way: records that hang on it, records below it in its tree, and
lines that join it to another record. So nothing live is ever left pointing at something deleted.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.bulk import key_in
from guanxi.platform.commands.outcome import Hanging, Hindrance, Rejected
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.features import features
from guanxi.platform.entities.options import EntityKind

#: A record with the moment at which it was deleted before it was written, None if it was live.
Moved = tuple[Any, datetime | None]


# --- in the way -------------------------------------------------------------------------------------------
def hanging_on(entity: Entity) -> list[tuple[Entity, str]]:
    """(child, link) for each kind of record or joining line that hangs on records of the entity."""
    return registry.cached(("hanging on", entity.key), lambda: list(_hanging_on(entity)))


def in_the_way(entity: Entity) -> list[tuple[Entity, str]]:
    """(child, link) for each kind that must go before a record of the entity can be deleted."""
    return [(child, key) for child, key in hanging_on(entity) if not (child.goes_with_host and key == child.hangs_on)]


def _hanging_on(entity: Entity) -> Iterable[tuple[Entity, str]]:
    for child in registry.entities():
        links = [key for key, field in child.fields().items() if field.is_link and field.target == entity.key]
        below = child.tree.parent if child.tree and child.key == entity.key else ""
        if child.kind is EntityKind.RECORD:
            yield from ((child, key) for key in links if key in (below, child.hangs_on))
        elif child.kind is EntityKind.LINE and _joins_records(child):
            yield from ((child, key) for key in links)


def _joins_records(line: Entity) -> bool:
    """Whether the line leads to a record beside its parent, as a membership does."""
    targets = [registry.find(field.target) for key, field in line.fields().items() if field.is_link]
    return sum(target is not None and target.kind is EntityKind.RECORD for target in targets) > 1


def hinder_deletion(entity: Entity, records: Sequence[Any], actor: Actor) -> dict[int, Hindrance]:
    """Record id → what hangs on it, all of it counted: also what the actor may not see would be left alone. One query
    per kind of child, however many records."""
    found: dict[int, list[Hanging]] = defaultdict(list)
    ids = {record.pk for record in records}
    for child, key in in_the_way(entity):
        column = child.source.column(child.fields()[key])
        rows = live(child).filter(key_in(column, ids)).order_by().values_list(column)
        for pk, count in rows.annotate(count=Count("pk")):
            found[pk].append(Hanging(child.key, key, pk, count))
    return {pk: Hindrance(_worded(entity, hanging), tuple(hanging)) for pk, hanging in found.items()}


def live(child: Entity) -> QuerySet:
    """Rows that exist for people: lines of deleted records do not."""
    parent = child.parent_entity()
    rows = child.base_rows()
    return rows.filter(**{f"{child.parent}__deleted_at": None}) if parent is not None and parent.is_record else rows


def _worded(entity: Entity, hanging: Sequence[Hanging]) -> str:
    named = ", ".join(f"{label_of(entity, one)} ({one.count})" for one in hanging)
    return _("Other records hang on it: %(hanging)s. Delete or move them first.") % {"hanging": named}


def label_of(entity: Entity, one: Hanging) -> str:
    """What the hanging records are to the record: "Subsidiaries", not "customers"."""
    for related in entity.related:
        if (related.entity, related.by) == (one.entity, one.field) and related.label:
            return str(related.label)
    return str(registry.get(one.entity).label_plural)


def hinder_restoring(entity: Entity, records: Sequence[Any], actor: Actor) -> dict[int, Hindrance]:
    """Record id → why it cannot come back: what it hangs on is deleted too, or a feature says so."""
    found = hinder_without_hosts(entity, records, actor)
    for feature in features():
        found |= feature.hinder_restoring(entity, records, actor)
    return found


def hinder_without_hosts(entity: Entity, records: Sequence[Any], actor: Actor) -> dict[int, Hindrance]:
    """Record id → the deleted record that it hangs on or stands below, which must come back first."""
    found: dict[int, Hindrance] = {}
    links = {entity.hangs_on, entity.tree.parent if entity.tree else ""} - {""}
    for target, waiting in _hosts(entity, records, links).items():
        host_entity = registry.get(target)
        if not host_entity.is_record:
            continue
        for host in host_entity.source.rows(deleted=True).filter(key_in("id", waiting)):
            reason = _("It belongs to “%(record)s”, which is deleted. Restore that first.")
            for pk in waiting[host.pk]:
                found[pk] = Hindrance(reason % {"record": host_entity.title_of(host, actor)})
    return found


def _hosts(entity: Entity, records: Iterable[Any], links: Iterable[str]) -> dict[str, dict[int, list[int]]]:
    """Entity key → id of a host → ids of the records that name it by one of the links, or are attached to it."""
    records = list(records)
    hosts: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for field in [entity.fields()[key] for key in links]:
        for record in records:
            if host := field.get(record):
                hosts[field.target][host].append(record.pk)
    for record in records if entity.kind is EntityKind.ATTACHED else ():
        if record.entity:
            hosts[record.entity][record.record_id].append(record.pk)
    return hosts


# --- comes to hang ----------------------------------------------------------------------------------------
def hold_hosts(entity: Entity, records: Iterable[Any]) -> None:
    """Lock what new or moved records come to hang on, in key order, until the transaction ends: nobody deletes it or
    gives it away meanwhile, so that nothing live hangs on something deleted and the scope columns copied from it are
    true. Raises Rejected when it has been deleted since it was chosen."""
    for key, ids in sorted(_hosts(entity, records, {entity.hangs_on} - {""}).items()):
        host = registry.get(key)
        if host.is_record:
            rows = host.every_row().filter(key_in("id", ids), deleted_at=None).order_by("pk")
            if len(rows.select_for_update(no_key=True).values_list("pk", flat=True)) < len(ids):
                raise Rejected({entity.hangs_on: _("It was deleted at the same moment. Choose another one.")})


# --- goes along -------------------------------------------------------------------------------------------
def follow(entity: Entity, moved: Iterable[Moved]) -> None:
    """Delete and restore what goes with the records, in the same transaction. What had been deleted before, at another
    moment, stays deleted."""
    gone: dict[datetime, list[int]] = defaultdict(list)
    back: dict[datetime, list[int]] = defaultdict(list)
    for record, before in moved:
        now = getattr(record, "deleted_at", None)
        if now is not None and before is None:
            gone[now].append(record.pk)
        elif now is None and before is not None:
            back[before].append(record.pk)
    for moment, ids in gone.items():
        for rows in _companions(entity, ids):
            rows.filter(deleted_at=None).update(deleted_at=moment)
    for moment, ids in back.items():
        for rows in _companions(entity, ids):
            rows.filter(deleted_at=moment).update(deleted_at=None)


def _companions(entity: Entity, ids: Sequence[int]) -> Iterable[QuerySet]:
    """The rows of each kind that go with the records, what is attached to hanging ones first."""
    for child in registry.entities():
        rows = child.every_row()
        if child.goes_with_host and child.fields()[child.hangs_on].target == entity.key:
            own = rows.filter(key_in(child.source.column(child.fields()[child.hangs_on]), ids))
            yield from _attached(child, own.values("pk"))
            yield own
    yield from _attached(entity, ids)


def _attached(entity: Entity, ids: Any) -> Iterable[QuerySet]:
    if not entity.attachments:
        return
    for child in registry.entities():
        if child.kind is EntityKind.ATTACHED:
            yield child.every_row().filter(entity=entity.key, record_id__in=ids)
