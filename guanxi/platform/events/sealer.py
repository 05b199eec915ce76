"""Giving the events their order, and each its link in the hash chain."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from guanxi.platform.bulk import insert_many, through, update_changed
from guanxi.platform.events import chain
from guanxi.platform.events.models import Event, Seal, SealState

#: The index of the events without a number, in their order.
UNSEALED = "events_event_unsealed"
_SEQ = chain.COLUMNS.index("seq")
_KEY = (chain.COLUMNS.index("at"), chain.COLUMNS.index("id"))


def seal(limit: int = 5000, *, using: str = "default") -> int:
    """Give ``seq`` and hash to at most ``limit`` committed events that have none, and say how many it were.

    Numbers rise by one without a gap, in the order (at, id) among those seen by this call: an event whose
    transaction commits later gets a later number, whatever its id. One sealer works at a time; a second one gives
    up at once with 0. Numbers, links and events are written in one transaction, so a crash leaves none of them.
    What is written is read and hashed before that transaction begins, so that it is short.
    Events numbered before there was a chain get their links first.
    """
    state, _made = SealState.objects.using(using).get_or_create(id=1)
    numbered = state.chained < state.seq
    rows = _numbered(state, limit, using) if numbered else _unnumbered(state, limit, using)
    if not rows:
        return 0
    seen = {"seq": state.seq, "chained": state.chained}
    links = _links(state, rows)
    with transaction.atomic(using=using):
        same = SealState.objects.using(using).select_for_update(skip_locked=True).filter(id=1, **seen)
        if same.first() is None:  # another sealer is at work, or was faster
            return 0
        if not numbered:
            _number(rows, using)
        insert_many(Seal, ("seq", "salt", "digest", "hash"), links, using=using)
        state.seq = max(state.seq, state.chained)
        state.save(using=using, update_fields=["seq", "chained", "hash"])
    return len(rows)


def _unnumbered(state: SealState, limit: int, using: str) -> list[tuple[Any, ...]]:
    """The next events without a number, each with the one it gets. As numbers are unique, SQLite takes those without one to
    be few, and sorted all that wait for each step."""
    events = through(Event.objects.using(using).filter(seq__isnull=True).order_by("at", "id"), UNSEALED)
    return [(seq, *row[1:]) for seq, row in enumerate(chain.rows(events[:limit]), state.seq + 1)]


def _numbered(state: SealState, limit: int, using: str) -> list[tuple[Any, ...]]:
    events = Event.objects.using(using).filter(seq__gt=state.chained).order_by("seq")
    return list(chain.rows(events[:limit]))


def _number(rows: Sequence[tuple[Any, ...]], using: str) -> None:
    at, event_id = _KEY
    changes = (((row[at], row[event_id]), None, {"seq": row[_SEQ]}) for row in rows)
    if lost := update_changed(Event, changes, using=using):
        raise RuntimeError(f"{len(lost)} events vanished while being sealed")


def _links(state: SealState, rows: Sequence[tuple[Any, ...]]) -> list[tuple[int, bytes, bytes, bytes]]:
    """The links of the rows; the state moves on to the end of the chain."""
    beginning, end, links = chain.keyed(), bytes(state.hash), []
    for row, salt in zip(rows, chain.salts(len(rows)), strict=True):
        digest = chain.digest_of(row, salt)
        end = chain.hash_of(end, row, digest, beginning)
        links.append((row[_SEQ], salt, digest, end))
    state.chained, state.hash = rows[-1][_SEQ], end
    return links
