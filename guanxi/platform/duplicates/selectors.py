"""Which records are likely the same as one, as far as the reader may know of them."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from guanxi.platform import bulk
from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.duplicates.declared import Duplicates, duplicates_of
from guanxi.platform.duplicates.digests import Digest, Digester
from guanxi.platform.duplicates.models import DuplicateKey, Merge
from guanxi.platform.duplicates.scoring import LIKELY, Likeness, Side, compare, side
from guanxi.platform.entities.entity import Entity

#: More records of one block are not compared one by one.
BLOCK_LIMIT = 200
SHOWN = 5
#: Merged records of which the past is shown with the one that stayed: so many, over so many merges one after the other.
PASTS, GENERATIONS = 50, 5


@dataclass(frozen=True)
class Found:
    """``records`` that the reader may see with why, the likeliest first; how many are ``beyond`` their reach, and to which
    departments (ids) these belong."""

    records: tuple[tuple[Any, Likeness], ...] = ()
    beyond: int = 0
    departments: tuple[int, ...] = ()


def likely(entity: Entity, actor: Actor, record: Any) -> Found:
    """Live records that are likely the same as a record, saved or not. Fields that are hidden from the actor play no part."""
    return likely_each(entity, actor, [record], set(entity.readable(actor)))[0]


def likely_each(
    entity: Entity, actor: Actor, records: Sequence[Any], known: Set[str], *, most: int = BLOCK_LIMIT
) -> list[Found]:
    """Of each record what is likely the same, by the fields that are ``known``; at most ``most`` candidates are looked at for
    one. Five queries at most, whatever is found."""
    option = duplicates_of(entity)
    if option is None:
        return [Found()] * len(records)
    digester = Digester(entity)
    own = [list(digester.of_kinds(record, known)) for record in records]
    sharing = _sharing(entity, {one for digests in own for one in digests})
    candidates = [_best(digests, sharing, one.pk, most) for one, digests in zip(records, own, strict=True)]
    wanted = {pk for ids in candidates for pk in ids}
    if not wanted:
        return [Found()] * len(records)
    rows = list(entity.base_rows().filter(bulk.key_in("pk", wanted)))
    theirs = {row.pk: (row, made) for row, made in zip(rows, sides(entity, option, rows, known), strict=True)}
    name = entity.fields()[option.name.field]
    found: list[list[tuple[Any, Likeness]]] = []
    for record, digests, ids in zip(records, own, candidates, strict=True):
        mine = side(option, record, str(name.get(record) or "") if option.name.field in known else "", digests)
        weighed = [(theirs[pk][0], compare(option, mine, theirs[pk][1], known)) for pk in ids if pk in theirs]
        hits = [one for one in weighed if one[1].score >= LIKELY]
        found.append(sorted(hits, key=lambda one: (-one[1].score, one[0].pk)))
    return _within_reach(entity, actor, found)


def _within_reach(entity: Entity, actor: Actor, found: Sequence[Sequence[tuple[Any, Likeness]]]) -> list[Found]:
    ids = {one.pk for hits in found for one, _why in hits}
    open_ = set(entity.rows_of(actor, bulk.key_in("pk", ids)).values_list("pk", flat=True)) if ids else set()
    answers = []
    for hits in found:
        closed = [one for one, _why in hits if one.pk not in open_]
        departments = dict.fromkeys(one.department_id for one in closed if one.department_id)
        seen = tuple((one, why) for one, why in hits if one.pk in open_)[:SHOWN]
        answers.append(Found(seen, len(closed), tuple(departments)[:SHOWN]))
    return answers


def _sharing(entity: Entity, wanted: Set[Digest]) -> dict[int, list[int]]:
    """Digest → ids of the records with it, without what so many share that it says nothing."""
    digests = {digest for _kind, digest in wanted}
    if not digests:
        return {}
    rows = DuplicateKey.objects.filter(entity=entity.key)
    sizes = rows.filter(bulk.key_in("digest", digests)).values_list("digest").annotate(size=Count("id"))
    small = {digest for digest, size in sizes if size <= BLOCK_LIMIT}
    found: dict[int, list[int]] = defaultdict(list)
    if small:
        for digest, pk in rows.filter(bulk.key_in("digest", small)).values_list("digest", "record_id"):
            found[digest].append(pk)
    return found


def _best(digests: Sequence[Digest], sharing: Mapping[int, Sequence[int]], pk: int | None, most: int) -> list[int]:
    """The records that share the most, the oldest first among equals."""
    counted = Counter(one for digest in {digest for _kind, digest in digests} for one in sharing.get(digest, ()))
    counted.pop(pk or 0, None)
    return sorted(counted, key=lambda one: (-counted[one], one))[:most]


def sides(
    entity: Entity, option: Duplicates, records: Sequence[Any], known: Collection[str] | None = None
) -> list[Side]:
    """Saved records made ready to be compared: their digests in one query."""
    digests: dict[int, list[tuple[str, int]]] = defaultdict(list)
    rows = DuplicateKey.objects.filter(bulk.key_in("record_id", [one.pk for one in records]), entity=entity.key)
    for pk, kind, digest in rows.values_list("record_id", "kind", "digest"):
        digests[pk].append((kind, digest))
    name = entity.fields()[option.name.field]
    readable = known is None or option.name.field in known
    return [side(option, one, str(name.get(one) or "") if readable else "", digests.get(one.pk, ())) for one in records]


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
