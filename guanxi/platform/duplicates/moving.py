"""Giving everything that leads to one record to another, and back again. The caller has the transaction and the locks."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import F, Q
from django.utils.translation import gettext as _

from guanxi.platform import bulk
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.commands import cascade
from guanxi.platform.commands.outcome import Change, Rejected
from guanxi.platform.commands.record_event import by, event_for
from guanxi.platform.commands.saving import rewrite_records
from guanxi.platform.duplicates import relations
from guanxi.platform.duplicates.events import MOVED, RETURNED
from guanxi.platform.duplicates.models import Merge, MovedRow
from guanxi.platform.duplicates.relations import Way
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.events.services import append

CHUNK = 500
#: A record to which more leads is not merged in one transaction.
LIMIT = 20_000
_ROW = ("merge_id", "table", "column", "row_id", "version", "before")


@dataclass
class Moved:
    """How many rows of which entity or table were moved (``done``), and how many stayed where they were (``left``)."""

    done: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)


# --- to the record that stays -----------------------------------------------------------------------------
def move(entity: Entity, merge: Merge, source: Any, target: Any, actor: Actor) -> Moved:
    """All that leads to ``source`` leads to ``target`` afterwards, but for rows of which the target has the like. Raises
    Rejected if there are more than LIMIT."""
    _refuse_too_many(entity, source.pk)
    moved = Moved()
    for child, links in relations.records_leading_to(entity):
        _move_records(child, links, merge, (source.pk, target.pk), actor, moved)
    for way in relations.ways_to(entity):
        _move_rows(way, merge, (source.pk, target.pk), Moved() if way.private else moved)
    settle(entity, target)
    return moved


def _refuse_too_many(entity: Entity, pk: int) -> None:
    number = sum(_naming(child, links, pk).count() for child, links in relations.records_leading_to(entity))
    number += sum(way.rows(pk).count() for way in relations.ways_to(entity))
    if number > LIMIT:
        raise Rejected(
            {
                "other": _(
                    "%(count)s records belong to the other one; at most %(limit)s can be moved at once. Keep that one and merge this one into it."
                )
                % {"count": f"{number:,}", "limit": f"{LIMIT:,}"}
            }
        )


def _naming(child: Entity, links: Sequence[Field], pk: int) -> Any:
    """Records of a kind that name a record in one of their links, deleted ones among them."""
    found = Q()
    for link in links:
        found |= Q(**{link.lookup if link.json else child.source.column(link): pk})
    live = child.source.rows() | child.source.rows(deleted=True)
    return live.filter(found).order_by("pk")


def _move_records(
    child: Entity, links: Sequence[Field], merge: Merge, ends: tuple[int, int], actor: Actor, moved: Moved
) -> None:
    source, target = ends
    ids = list(_naming(child, links, source).values_list("pk", flat=True))
    ids = [pk for pk in ids if (child.key, pk) != (merge.entity, target)]
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        records = list(child.every_row().filter(pk__in=chunk).order_by("pk").select_for_update(of=("self",)))
        named = {one.pk: [link for link in links if link.get(one) == source] for one in records}

        def lead(records: list[Any] = records, named: dict[int, list[Field]] = named) -> None:
            for record in records:
                for link in named[record.pk]:
                    link.put(record, target)
            child.absorbed(records)

        changes = _rewritten(child, records, actor, lead, MOVED)
        keys = {link.key for link in links}
        rows = [
            (merge.pk, child.key, link.key, change.record.pk, change.record.version, _also(child, change, keys))
            for change in changes
            for link in named[change.record.pk]
        ]
        bulk.insert_many(MovedRow, _ROW, rows)
        moved.done[child.key] += len(changes)


def _also(child: Entity, change: Change, links: set[str]) -> dict[str, Any]:
    """What the move changed beside the links, of the fields that somebody could have set."""
    fields = child.fields()
    return {
        key: old
        for key, (old, _new) in change.diff.items()
        if key in fields and key not in links and fields[key].set and not fields[key].readonly
    }


def _rewritten(child: Entity, records: Sequence[Any], actor: Actor, apply: Any, kind: str) -> list[Change]:
    changes = rewrite_records(child, records, actor, apply)
    told = by(actor)
    append([event_for(kind, child, one, told) for one in changes])
    child.after(changes, actor)
    return changes


def _move_rows(way: Way, merge: Merge, ends: tuple[int, int], moved: Moved) -> None:
    source, target = ends
    columns = sorted({*way.others, *(name for names in way.unique for name in names)})
    taken = [{values(row, columns, names) for row in _values(way, target, columns)} for names in way.unique]
    chosen: list[int] = []
    versions: dict[int, int | None] = {}
    for row in _values(way, source, columns):
        like = [values(row, columns, names) for names in way.unique]
        leads_to_itself = any(row[2 + columns.index(name)] == target for name in way.others)
        if leads_to_itself or any(one in known for one, known in zip(like, taken, strict=True)):
            moved.left[way.table] += 1
            continue
        for one, known in zip(like, taken, strict=True):
            known.add(one)
        chosen.append(row[0])
        versions[row[0]] = row[1] + 1 if way.versioned else None
    _point(way, chosen, target)
    bulk.insert_many(MovedRow, _ROW, [(merge.pk, way.table, way.column, pk, versions[pk], {}) for pk in chosen])
    moved.done[way.table] += len(chosen)


def values(row: tuple[Any, ...], columns: Sequence[str], names: Sequence[str]) -> tuple[Any, ...]:
    """Some columns of a row as ``_values`` gives it."""
    return tuple(row[2 + columns.index(name)] for name in names)


def _values(way: Way, pk: int, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    """(id, version, columns …) of the rows of one record."""
    version = "version" if way.versioned else "pk"
    return list(way.rows(pk).select_for_update(of=("self",)).values_list("pk", version, *columns))


def _point(way: Way, ids: Sequence[int], pk: int) -> None:
    more = {"version": F("version") + 1} if way.versioned else {}
    way.model._base_manager.filter(bulk.key_in("id", ids)).update(**{way.column: pk}, **more)


# --- and back -----------------------------------------------------------------------------------------------
def give_back(entity: Entity, merge: Merge, source: Any, actor: Actor) -> Moved:
    """What a merge moved leads to ``source`` again, as far as it is as the merge left it."""
    moved = Moved()
    by_table: dict[tuple[str, str], list[MovedRow]] = defaultdict(list)
    for row in merge.rows.order_by("pk"):
        by_table[row.table, row.column].append(row)
    ends = (source.pk, merge.record_id)
    for child, links in relations.records_leading_to(entity):
        rows = [row for link in links for row in by_table.pop((child.key, link.key), ())]
        for start in range(0, len(rows), CHUNK):
            _return_records(child, rows[start : start + CHUNK], ends, actor, moved)
    for way in relations.ways_to(entity):
        _return_rows(way, by_table.pop((way.table, way.column), ()), ends, Moved() if way.private else moved)
    for (table, _column), rows in by_table.items():  # of a module that is no longer installed
        moved.left[table] += len(rows)
    settle(entity, source)
    return moved


def _return_records(child: Entity, rows: Sequence[MovedRow], ends: tuple[int, int], actor: Actor, moved: Moved) -> None:
    source, target = ends
    wanted: dict[int, list[MovedRow]] = defaultdict(list)
    for row in rows:
        wanted[row.row_id].append(row)
    fields = child.fields()
    locked = child.every_row().filter(bulk.key_in("id", wanted)).order_by("pk").select_for_update(of=("self",))
    records: list[Any] = [
        one
        for one in locked
        if all(one.version == row.version and fields[row.column].get(one) == target for row in wanted[one.pk])
    ]

    def lead() -> None:
        for record in records:
            for row in wanted[record.pk]:
                fields[row.column].put(record, source)
                for key, old in row.before.items():
                    fields[key].put(record, fields[key].imported(old))

    changes = _rewritten(child, records, actor, lead, RETURNED)
    moved.done[child.key] += len(changes)
    moved.left[child.key] += len(wanted) - len(changes)


def _return_rows(way: Way, rows: Sequence[MovedRow], ends: tuple[int, int], moved: Moved) -> None:
    source, target = ends
    wanted = {row.row_id: row.version for row in rows}
    if not wanted:
        return
    now = {row[0]: row[1] for row in _values(way, target, ())}
    ids = [pk for pk, version in wanted.items() if pk in now and (version is None or now[pk] == version)]
    _point(way, ids, source)
    moved.done[way.table] += len(ids)
    moved.left[way.table] += len(wanted) - len(ids)


# --- what follows ---------------------------------------------------------------------------------------------
def settle(entity: Entity, record: Any) -> None:
    """What hangs on a record has its scope, and names its customer."""
    copied = Change(record, {"owner": [None, None], "region": [None, None]})
    cascade.rescope(entity, [copied])
    if not entity.is_customer:
        return
    hosts: list[tuple[str, Any]] = [(entity.key, [record.pk])]
    for child, _links in relations.records_leading_to(entity):
        if child.hangs_on and child.customer_path and child.key != entity.key:
            own = child.every_row().filter(**{child.customer_path: record.pk})
            hosts.append((child.key, own.values("pk")))
    for model in relations.attached_models():
        for key, ids in hosts:
            rows = model._base_manager.filter(entity=key, record_id__in=ids)
            rows.exclude(customer_id=record.pk).update(customer_id=record.pk)


def labels(counted: dict[str, int]) -> list[tuple[str, int]]:
    """(what it is called, how many) of tables or entities that were counted."""
    found: Counter[str] = Counter()
    for name, number in counted.items():
        child = registry.find(name)
        label = child.label_plural if child is not None else apps.get_model(name)._meta.verbose_name_plural
        found[str(label)] += number
    return [(label, number) for label, number in found.items() if number]


__all__ = ["LIMIT", "Moved", "give_back", "labels", "move", "settle"]
