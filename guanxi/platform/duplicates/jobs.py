"""Looking through everything: keys of all records anew, then pairs out of each block of records with an equal key."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import combinations
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from guanxi.platform import bulk
from guanxi.platform.access.actor import Actor, System
from guanxi.platform.commands.saving import insert_records
from guanxi.platform.duplicates import digests
from guanxi.platform.duplicates.candidates import BLOCK_LIMIT, sides
from guanxi.platform.duplicates.declared import compared, duplicates_of
from guanxi.platform.duplicates.models import DuplicateKey, DuplicatePair
from guanxi.platform.duplicates.scoring import LIKELY, Likeness, Side, compare
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.jobs.choices import UNFINISHED
from guanxi.platform.jobs.context import JobContext
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.registry import job
from guanxi.platform.jobs.services import enqueue

FIND = "duplicates.find"
#: Blocks that are compared in one transaction.
BLOCKS = 100
KEYS, PAIRS, STALE = 0, 1, 2
Pair = tuple[int, int]


def start(actor: Actor) -> Job:
    """Queue a look through all records; while one waits or runs, the same."""
    waiting = Job.objects.filter(kind=FIND, state__in=UNFINISHED).order_by("pk").first()
    return waiting or enqueue(FIND, {}, owner_id=actor.user_id, label=_("Find duplicates"))


@job(FIND, label=_("Find duplicates"))
def find(context: JobContext) -> None:
    """The cursor is [entity, step, place, beginning]; each chunk and the cursor commit together."""
    entities = compared()
    at, step, place, begun = context.cursor or (0, KEYS, None, context.now().isoformat())
    while at < len(entities) and not context.cancelled():
        entity = entities[at]
        work = (_make_keys, _find_pairs, _drop_stale)[step]
        context.stage(f"{entity.key}.{step}", _LABELS[step], total=None)
        place, counters = work(entity, context, place, begun)
        if place is None:
            at, step = (at, step + 1) if step < STALE else (at + 1, KEYS)
        with transaction.atomic():
            context.checkpoint([at, step, place, begun], counters=counters)
        context.pause()
    context.result(link="/duplicates/")


_LABELS = (gettext_noop("Reading names and numbers"), gettext_noop("Comparing"), gettext_noop("Tidying up"))
Step = tuple[Any, dict[str, int]]


def _make_keys(entity: Entity, context: JobContext, place: int | None, begun: str) -> Step:
    """The keys of the next records, those of the recycle bin among them: they may come back."""
    size = 300 if context.shared() else 2_000
    rows = entity.source.rows() | entity.source.rows(deleted=True)
    with transaction.atomic():
        records = list(rows.filter(pk__gt=place or 0).order_by("pk")[:size])
        old = DuplicateKey.objects.filter(entity=entity.key, record_id__gt=place or 0)
        if records:  # after the last one go the keys of all that was removed for good
            old = old.filter(record_id__lte=records[-1].pk)
        old.delete()
        digests.keep(entity, records, fresh=True)
    return (records[-1].pk if records else None), {"rows": len(records)}


def _find_pairs(entity: Entity, context: JobContext, place: int | None, begun: str) -> Step:
    """The pairs of the next blocks."""
    rows = DuplicateKey.objects.filter(entity=entity.key)
    if place is not None:
        rows = rows.filter(digest__gt=place)
    blocks = rows.order_by("digest").values_list("digest").annotate(size=Count("id")).filter(size__gt=1)
    found = list(blocks[:BLOCKS])
    if not found:
        return None, {}
    small = [digest for digest, size in found if size <= BLOCK_LIMIT]
    pairs = _compared(entity, _members(entity, small))
    with transaction.atomic():
        new = _keep(entity, pairs, context.now())
    return found[-1][0], {"created": new, "skipped": len(found) - len(small)}


def _members(entity: Entity, blocks: Sequence[int]) -> list[list[int]]:
    """The records of each block."""
    found: dict[int, set[int]] = {}
    rows = DuplicateKey.objects.filter(bulk.key_in("digest", blocks), entity=entity.key)
    for digest, pk in rows.values_list("digest", "record_id"):
        found.setdefault(digest, set()).add(pk)
    return [sorted(ids) for ids in found.values()]


def _compared(entity: Entity, blocks: Sequence[Sequence[int]]) -> dict[Pair, Likeness]:
    """Likely pairs among the members of each block, the older record first."""
    option = duplicates_of(entity)
    if option is None:
        return {}
    ids = {pk for block in blocks for pk in block}
    known = sides(entity, option, ids)
    found: dict[Pair, Likeness] = {}
    for one, other in _candidates(blocks, known):
        likeness = compare(option, known[one], known[other])
        if likeness.score >= LIKELY:
            found[one, other] = likeness
    return found


def _candidates(blocks: Sequence[Sequence[int]], known: dict[int, Side]) -> Iterator[Pair]:
    seen: set[Pair] = set()
    for block in blocks:
        for pair in combinations([pk for pk in block if pk in known], 2):
            if pair not in seen:
                seen.add(pair)
                yield pair


def _keep(entity: Entity, pairs: dict[Pair, Likeness], now: datetime) -> int:
    """Write what was found; how many are new. What a person has judged stays judged."""
    rows = DuplicatePair.everything.filter(bulk.key_in("record_id", {one for one, _other in pairs}), entity=entity.key)
    known = {
        (one, other): (pk, state) for pk, one, other, state in rows.values_list("pk", "record_id", "other_id", "state")
    }
    changes = [
        (known[pair][0], None, {"score": like.score, "reasons": list(like.reasons), "modified_at": now, "deleted_at": None})
        for pair, like in pairs.items()
        if pair in known and known[pair][1] == DuplicatePair.State.OPEN
    ]  # fmt: skip
    bulk.update_changed(DuplicatePair, changes)
    fresh = [
        DuplicatePair(entity=entity.key, record_id=one, other_id=other, score=like.score, reasons=list(like.reasons))
        for (one, other), like in pairs.items()
        if (one, other) not in known
    ]
    for start in range(0, len(fresh), 500):
        insert_records(registry.get(DuplicatePair), fresh[start : start + 500], System("looking for duplicates"))
    return len(fresh)


def _drop_stale(entity: Entity, context: JobContext, place: int | None, begun: str) -> Step:
    """Pairs to be judged that this look did not find again are none any more."""
    old = DuplicatePair.everything.filter(
        entity=entity.key, state=DuplicatePair.State.OPEN, modified_at__lt=datetime.fromisoformat(begun)
    )
    with transaction.atomic():
        ids = list(old.order_by("pk").values_list("pk", flat=True)[:1_000])
        DuplicatePair.everything.filter(bulk.key_in("pk", ids)).delete()
    return (ids[-1] if ids else None), {"removed": len(ids)}
