"""Walking the hash chain: is every event still there, as it was written, in its order?"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hmac import HMAC
from typing import Any

from guanxi.platform.events import chain
from guanxi.platform.events.events import ERASED
from guanxi.platform.events.models import Event, Seal
from guanxi.platform.events.stored import TOMBSTONE

AT_ONCE = 2_000
_SEQ, _ID, _KIND, _PAYLOAD = (chain.COLUMNS.index(name) for name in ("seq", "id", "kind", "payload"))
_CONTENT = len(chain.METADATA)
_EMPTY = (TOMBSTONE, None, "")

MISSING = "missing"
EDITED = "edited"
MOVED = "moved"
EMPTIED = "emptied"
UNSEALED = "unsealed"


@dataclass(frozen=True)
class Fault:
    """What is wrong at the first bad row: ``seq`` is its number, ``event_id`` the row's id if it is there. ``what``:
    ``missing`` (deleted), ``edited`` (contents changed), ``moved`` (another row, number or predecessor than was
    sealed), ``emptied`` (contents erased without an erasure that names it), ``unsealed`` (its link is gone)."""

    seq: int
    what: str
    event_id: int | None = None


@dataclass
class Walk:
    """A walk along the chain after ``seq``, which ended in ``hash``. ``fault`` is the first one, None for none."""

    seq: int
    hash: bytes
    events: int = 0
    fault: Fault | None = None
    emptied: set[int] = field(default_factory=set)
    erased: set[int] = field(default_factory=set)


def walk(
    after: int,
    start: bytes,
    until: int,
    *,
    on_link: Callable[[int, bytes], None] | None = None,
    using: str = "default",
) -> Iterator[Walk]:
    """Go from the event after ``after``, whose predecessor had the hash ``start``, up to number ``until``. Yields the
    same Walk after each AT_ONCE events, so that a job can show how far it is; ends at the first fault.

    ``on_link(seq, hash)`` is told each proven link. Erasures are compared at the end, by ``unexplained``.
    """
    found, beginning = Walk(after, start), chain.keyed()
    while found.fault is None and found.seq < until:
        end = min(found.seq + AT_ONCE, until)
        rows, links = _rows(found.seq, end, using), _links(found.seq, end, using)
        row, link = next(rows, None), next(links, None)
        for seq in range(found.seq + 1, end + 1):
            found.fault = _step(found, seq, row, link, beginning)
            if found.fault is not None:
                break
            if on_link is not None:
                on_link(seq, found.hash)
            row, link = next(rows, None), next(links, None)
        yield found


def unexplained(found: Walk) -> Fault | None:
    """The first emptied event that no erasure names. The erasures of a walk that did not begin at the first event may
    name earlier ones; those of later events always come later in the chain."""
    stray = found.emptied - found.erased
    return Fault(min(stray), EMPTIED) if stray else None


def _rows(after: int, end: int, using: str) -> Iterator[tuple[Any, ...]]:
    """In their order, read one at a time: thousands of them alive at once would keep the garbage collector busy."""
    return chain.rows(Event.objects.using(using).filter(seq__gt=after, seq__lte=end).order_by("seq"))


def _links(after: int, end: int, using: str) -> Iterator[tuple[int, Any, Any, Any]]:
    links = Seal.objects.using(using).filter(seq__gt=after, seq__lte=end).order_by("seq")
    return iter(links.values_list("seq", "salt", "digest", "hash"))


def _step(found: Walk, seq: int, row: Any, link: Any, beginning: HMAC) -> Fault | None:
    """Whether row and link, the next that there are, are those of ``seq`` and as they were written."""
    if row is None or row[_SEQ] != seq:
        return Fault(seq, MISSING)
    if link is None or link[0] != seq:
        return Fault(seq, UNSEALED, row[_ID])
    _seq, salt, digest, stored = link
    digest = bytes(digest)
    if salt is not None:
        if chain.digest_of(row, bytes(salt)) != digest:
            return Fault(seq, EDITED, row[_ID])
    elif row[_CONTENT:] == _EMPTY:
        found.emptied.add(seq)
    else:
        return Fault(seq, EDITED, row[_ID])
    link_hash = chain.hash_of(found.hash, row, digest, beginning)
    if link_hash != bytes(stored):
        return Fault(seq, MOVED, row[_ID])
    if row[_KIND] == ERASED and row[_PAYLOAD]:
        found.erased.update(row[_PAYLOAD].get("seqs", ()))
    found.seq, found.hash, found.events = seq, link_hash, found.events + 1
    return None
