"""Which records are likely the same as one, as far as the reader may know of them."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from guanxi.platform import bulk
from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.duplicates.candidates import BLOCK_LIMIT, Asked, Hit, asked, hits_each
from guanxi.platform.duplicates.declared import duplicates_of
from guanxi.platform.duplicates.models import Merge
from guanxi.platform.duplicates.scoring import Likeness
from guanxi.platform.entities.entity import Entity

SHOWN = 5
#: Merged records of which the past is shown with the one that stayed: so many, over so many merges one after the other.
PASTS, GENERATIONS = 50, 5


@dataclass(frozen=True)
class Found:
    """``records`` that the reader may see with why, the likeliest first (``likely_each`` gives their ids); how many are
    ``beyond`` their reach, and to which departments (ids) these belong."""

    records: tuple[tuple[Any, Likeness], ...] = ()
    beyond: int = 0
    departments: tuple[int, ...] = ()


def likely(entity: Entity, actor: Actor, record: Any) -> Found:
    """Live records that are likely the same as a record, saved or not. Fields that are hidden from the actor play no part."""
    if duplicates_of(entity) is None:
        return Found()
    known = set(entity.readable(actor))
    (hits,) = hits_each(entity, asked(entity, [record], known), known, BLOCK_LIMIT)
    rows = entity.rows_of(actor, bulk.key_in("pk", [hit.pk for hit in hits])) if hits else ()
    return _told(hits, {one.pk: one for one in rows})


def likely_each(
    entity: Entity, actor: Actor, wanted: Sequence[Asked], known: Set[str], *, most: int = BLOCK_LIMIT
) -> list[Found]:
    """Of each record the ids of what is likely the same, by the fields that are ``known``; at most ``most`` candidates are
    looked at for one. Six queries at most, whatever is found."""
    found = hits_each(entity, wanted, known, most)
    ids = {hit.pk for hits in found for hit in hits}
    rows = entity.rows_of(actor, bulk.key_in("pk", ids)).values_list("pk", flat=True) if ids else ()
    open_ = {pk: pk for pk in rows}
    return [_told(hits, open_) for hits in found]


def _told(hits: Sequence[Hit], open_: Mapping[int, Any]) -> Found:
    """What the reader may know: of records that are not ``open_`` only how many and whose."""
    closed = [hit for hit in hits if hit.pk not in open_]
    departments = dict.fromkeys(hit.department for hit in closed if hit.department)
    seen = tuple((open_[hit.pk], hit.why) for hit in hits if hit.pk in open_)
    return Found(seen[:SHOWN], len(closed), tuple(departments)[:SHOWN])


# --- merged records ---------------------------------------------------------------------------------------
def merged_into(entity: Entity, actor: Actor, pk: int) -> int | None:
    """The record that a merged one became part of, over several merges if need be; None if it is out of reach."""
    seen: set[int] = set()
    current = pk
    while current not in seen:
        seen.add(current)
        rows = Merge.everything.filter(entity=entity.key, merged_id=current, undone_at=None)
        following = rows.order_by("-pk").values_list("record_id", flat=True).first()
        if following is None:
            break
        current = following
    return current if current != pk and gate.admits(actor, entity, [current], "view") else None


def absorbed(entity: Entity, actor: Actor, pk: int) -> dict[int, str]:
    """Id → name of the records that became part of this one, over several merges if need be, as far as the reader could see
    them if they were still there."""
    if duplicates_of(entity) is None:
        return {}
    found: set[int] = set()
    hosts = {pk}
    for _generation in range(GENERATIONS):
        rows = Merge.everything.filter(entity=entity.key, record_id__in=hosts, undone_at=None)
        hosts = set(rows.order_by("-pk").values_list("merged_id", flat=True)[:PASTS]) - found - {pk}
        found |= hosts
        if not hosts or len(found) >= PASTS:
            break
    if not found:
        return {}
    gone = entity.source.rows(deleted=True).filter(bulk.key_in("pk", found))
    reach = gate.narrow(gone, gate.sources(actor, entity), entity.every_row())
    return {one.pk: entity.title_of(one, actor) for one in reach[:PASTS]}


def reasons_told(entity: Entity, actor: Actor, reasons: Sequence[Sequence[Any]]) -> list[tuple[str, int]]:
    """(label, hundredths) of the reasons that the reader may know of."""
    fields: Mapping[str, Any] = entity.readable(actor)
    return [(str(fields[kind].label), share) for kind, share in reasons if kind in fields]
