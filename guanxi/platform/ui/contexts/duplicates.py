"""Likely duplicates while typing, the list of pairs to be judged, and two records side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

from guanxi.platform.ui.contexts.basics import Card, EmptyState, Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """A likely duplicate with why."""

    card: Card
    score: str
    reasons: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarNotice:
    """What is told in the form of a new record; ``beyond`` is a sentence about those that are not open to the reader."""

    hits: Sequence[Similar]
    beyond: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairLine:
    """Two records to be judged. The second one has no address where it is not open to the reader."""

    one: Link
    other: Link
    kind: str
    score: str
    reasons: Sequence[str]
    merge_url: str = ""
    part_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairsPage:
    title: str
    lines: Sequence[PairLine]
    find_url: str = ""
    prev_url: str = ""
    next_url: str = ""
    empty: EmptyState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeRow:
    """One field of both records. ``fixed``: both have it alike, or it is united, or the reader may not choose."""

    name: str
    label: str
    mine: str
    theirs: str
    take: bool = False
    fixed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePage:
    """``mine`` stays, ``theirs`` becomes part of it; ``swap_url`` turns them round."""

    title: str
    mine: Link
    theirs: Link
    rows: Sequence[MergeRow]
    same: Sequence[MergeRow]
    action_url: str
    swap_url: str
    presets: Sequence[Link]
    cancel_url: str
    version: int
    idempotency_key: str
    days: int
    errors: Sequence[str] = ()
