"""Rows of one file that resemble earlier rows of it: found by the same keys and the same weights as records are, in memory."""

from collections.abc import Set
from typing import Any, NamedTuple

from guanxi.platform.duplicates.candidates import BLOCK_LIMIT, sharing_most, worth_comparing
from guanxi.platform.duplicates.declared import Duplicates
from guanxi.platform.duplicates.digests import Digester
from guanxi.platform.duplicates.scoring import LIKELY, Likeness, Side, compare, side
from guanxi.platform.entities.entity import Entity


class _Row(NamedTuple):
    """Little enough to be kept for a hundred thousand rows."""

    number: int
    side: Side


class EarlierRows:
    """The new rows of one file as far as it was looked at; fields that are not ``known`` play no part."""

    def __init__(self, entity: Entity, option: Duplicates, known: Set[str], most: int) -> None:
        self.option, self.known, self.most = option, known, most
        self.name = entity.fields()[option.name.field]
        self._sole = tuple(key.field for key in option.keys if key.sole)
        self._digester = Digester(entity)
        self._rows: list[_Row] = []
        self._sharing: dict[int, list[int]] = {}

    def alike(self, number: int, record: Any) -> list[tuple[int, Likeness]]:
        """The earlier rows that a row resembles with why, the likeliest first; later rows are compared with this one, too."""
        digests = list(self._digester.of_kinds(record, self.known))
        text = str(self.name.get(record) or "") if self.name.key in self.known else ""
        mine = side(text, self.option.name.is_person(record), digests)
        sharing = {digest: self._sharing[digest] for _kind, digest in digests if digest in self._sharing}
        crowded = {digest for digest, places in sharing.items() if len(places) > BLOCK_LIMIT}
        small = {digest: places for digest, places in sharing.items() if digest not in crowded}
        found = self._compare(mine, sharing_most(digests, small, None, self.most), crowded)
        at = len(self._rows)
        self._rows.append(_Row(number, mine))
        for _kind, digest in digests:
            if digest not in crowded:
                self._sharing.setdefault(digest, []).append(at)
        return found

    def _compare(self, mine: Side, shared: dict[int, list[str]], crowded: set[int]) -> list[tuple[int, Likeness]]:
        theirs = {at: other for at in shared if not self._contradicted(mine, other := self._rows[at].side)}
        ids = worth_comparing(mine, {at: shared[at] for at in theirs}, theirs, crowded)
        found = [
            (self._rows[at].number, why)
            for at in ids
            if (why := compare(self.option, mine, theirs[at], self.known)).score >= LIKELY
        ]
        return sorted(found, key=lambda one: (-one[1].score, one[0]))

    def _contradicted(self, mine: Side, other: Side) -> bool:
        """Whether they have different numbers of a kind that nobody has two of."""
        one, two = mine.digests, other.digests
        return any(kind in one and kind in two and one[kind] != two[kind] for kind in self._sole)
