"""Verifying the memory: the chain, its anchors in the database and in the file, erasures, purges, viewings."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guanxi.platform.audit import anchors
from guanxi.platform.audit.events import Purged
from guanxi.platform.audit.models import Anchor, Verification, Viewed
from guanxi.platform.events import chain, verifying
from guanxi.platform.events.models import Event
from guanxi.platform.events.selectors import chain_end, last_seq
from guanxi.platform.events.verifying import Fault, Walk

CUT = "cut"
ANCHOR = "anchor"
FILE = "file"
REWRITTEN = "rewritten"
PURGE = "purge"
VIEWS = "views"

#: What each fault means; the texts name %(seq)s, the number of the event (or the line of the file).
FAULTS: dict[str, str | Promise] = {
    verifying.MISSING: _("Event %(seq)s is missing: it was deleted."),
    verifying.EDITED: _("Event %(seq)s was edited: its contents are not those that were sealed."),
    verifying.MOVED: _("Event %(seq)s was edited, exchanged or moved: it does not follow from the one before."),
    verifying.EMPTIED: _("Event %(seq)s was emptied without an erasure that names it."),
    verifying.UNSEALED: _("Event %(seq)s has lost its seal."),
    CUT: _("The events from number %(seq)s on were cut off: an anchor knows of more."),
    REWRITTEN: _("The chain up to event %(seq)s was rewritten: an anchor knows another hash."),
    ANCHOR: _("The anchor at event %(seq)s was edited, or is missing from the file of anchors."),
    FILE: _("Line %(seq)s of the file of anchors was edited."),
    PURGE: _("The events up to number %(seq)s were deleted without a purge that says so."),
    VIEWS: _("Viewings before the anchor at event %(seq)s were edited or deleted."),
}


@dataclass(frozen=True)
class Verdict:
    """``fault`` is None when everything is as it was written. ``seconds`` is how long it took."""

    events: int
    anchors: int
    views: int
    seconds: float
    fault: Fault | None

    @property
    def whole(self) -> bool:
        return self.fault is None

    def message(self) -> str:
        """One sentence in the reader's language."""
        if self.fault is None:
            return str(_("The audit trail is whole."))
        return message_of(self.fault.what, self.fault.seq)


def message_of(what: str, seq: int | None) -> str:
    """The sentence of a fault."""
    return str(FAULTS.get(what, what)) % {"seq": seq}


def verify(on_progress: Callable[[int], None] = lambda events: None) -> Verdict:
    """Walk everything that is kept. ``on_progress`` is told the number of events proven so far.

    The first fault ends the walk; in the order of the events, so that the first bad row is named.
    """
    began = time.perf_counter()
    rows = list(Anchor.objects.order_by("id"))
    start = next((one for one in reversed(rows) if one.purged_at is not None), None)
    kept = [one for one in rows if start is None or one.seq > start.seq]
    end, hash_ = chain_end()
    expected = _expected(kept)
    walked, fault = _walk_chain(start, max(end, last_seq()), expected, on_progress)
    if fault is None:
        fault = (
            _cut(end, walked, hash_, expected)
            or _wrong_anchor(rows, kept)
            or verifying.unexplained(walked)
            or _unexplained_purge(start)
            or _wrong_views(start, kept)
        )
    views = Viewed.objects.filter(id__gt=start.views if start else 0, id__lte=kept[-1].views).count() if kept else 0
    return Verdict(walked.events, len(kept), views, time.perf_counter() - began, fault)


def _expected(kept: list[Anchor]) -> dict[int, str]:
    """Event number → hash, as genuine anchors know it; the file, which lies out of reach, has the last word."""
    found = {one.seq: one.hash for one in kept if anchors.genuine(one)}
    return found | {one.seq: one.hash for one in anchors.read_file() if one.genuine}


def _walk_chain(
    start: Anchor | None, until: int, expected: dict[int, str], on_progress: Callable[[int], None]
) -> tuple[Walk, Fault | None]:
    wrong: list[int] = []

    def on_link(seq: int, link: bytes) -> None:
        if seq in expected and expected[seq] != link.hex():
            wrong.append(seq)

    after, origin = (start.seq, bytes.fromhex(start.hash)) if start else (0, chain.ORIGIN)
    walked = Walk(after, origin)
    for walked in verifying.walk(after, origin, until, on_link=on_link):
        on_progress(walked.events)
        if wrong:
            return walked, Fault(wrong[0], REWRITTEN)
    return walked, walked.fault


def _cut(end: int, walked: Walk, last_hash: bytes, expected: dict[int, str]) -> Fault | None:
    known = max(expected, default=0)
    if known > walked.seq:
        return Fault(walked.seq + 1, CUT)
    return Fault(walked.seq, REWRITTEN) if end and (walked.seq, walked.hash) != (end, last_hash) else None


def _wrong_anchor(rows: list[Anchor], kept: list[Anchor]) -> Fault | None:
    """Anchors and file must say the same. The newest anchor may not have reached the file yet."""
    lines = anchors.read_file()
    for line in lines:
        if not line.genuine:
            return Fault(line.number, FILE)
    in_file = {(line.seq, line.hash) for line in lines}
    in_table = {(one.seq, one.hash) for one in rows}
    for one in rows:
        if not anchors.genuine(one):
            return Fault(one.seq, ANCHOR)
    stray = [one.seq for one in kept[:-1] if (one.seq, one.hash) not in in_file]
    stray += [seq for seq, _hash in in_file - in_table]
    return Fault(min(stray), ANCHOR) if stray else None


def _unexplained_purge(start: Anchor | None) -> Fault | None:
    if start is None:
        return None
    purges = Event.objects.filter(kind=Purged.kind.key, seq__gt=start.seq).order_by("-id")[:10]
    told = {(payload or {}).get("until") for payload in purges.values_list("payload", flat=True)}
    return None if start.seq in told else Fault(start.seq, PURGE)


def _wrong_views(start: Anchor | None, kept: list[Anchor]) -> Fault | None:
    before = start.views if start else 0
    for one in kept:
        if anchors.digest_of_views(before, one.views) != one.digest:
            return Fault(one.seq, VIEWS)
        before = one.views
    return None


def keep(verdict: Verdict, at: datetime) -> Verification:
    """Remember the result for the page."""
    fault = verdict.fault
    return Verification.objects.create(
        at=at, seconds=round(verdict.seconds, 3), events=verdict.events, anchors=verdict.anchors, views=verdict.views,
        fault=fault.what if fault else "", seq=fault.seq if fault else None,
    )  # fmt: skip
