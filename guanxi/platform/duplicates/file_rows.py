"""Rows of one file that resemble earlier rows of it: found by the same keys and the same weights as records are, in memory."""

from collections.abc import Iterator, Set
from typing import NamedTuple

from guanxi.platform.duplicates.candidates import BLOCK_LIMIT, Asked, sharing_most, worth_comparing
from guanxi.platform.duplicates.declared import Duplicates
from guanxi.platform.duplicates.scoring import LIKELY, Likeness, Side, compare


class _Row(NamedTuple):
    number: int
    side: Side


class EarlierRows:
    """The new rows of one file as far as it was looked at; fields that are not ``known`` play no part. Two rows with different
    numbers of a kind that nobody has two of are not the same whatever else agrees, and in most files each row has such a
    number: rows are kept by the kinds of such numbers that they have (``group``), so that those are not even looked at."""

    def __init__(self, option: Duplicates, known: Set[str], most: int) -> None:
        self.option, self.known, self.most = option, known, most
        self._sole = frozenset(key.field for key in option.keys if key.sole)
        self._rows: list[_Row] = []
        self._groups: set[frozenset[str]] = set()
        self._sharing: dict[tuple[frozenset[str], int], list[int]] = {}

    def alike(self, number: int, asked: Asked) -> list[tuple[int, Likeness]]:
        """The earlier rows that a row resembles with why, the likeliest first; later rows are compared with this one, too."""
        group = self._sole.intersection(asked.side.digests)
        sharing: dict[int, list[int]] = {}
        for digest, places in self._shared(group, asked):
            sharing.setdefault(digest, []).extend(places)
        crowded = {digest for digest, places in sharing.items() if len(places) > BLOCK_LIMIT}
        small = {digest: places for digest, places in sharing.items() if digest not in crowded}
        found = self._compare(asked.side, sharing_most(asked.digests, small, None, self.most), crowded)
        self._add(_Row(number, asked.side), group, asked)
        return found

    def _shared(self, group: frozenset[str], asked: Asked) -> Iterator[tuple[int, list[int]]]:
        for other in self._groups:
            for kind, digest in asked.digests:
                if (kind in group or not group & other) and (places := self._sharing.get((other, digest))):
                    yield digest, places

    def _add(self, row: _Row, group: frozenset[str], asked: Asked) -> None:
        at = len(self._rows)
        self._rows.append(row)
        self._groups.add(group)
        for _kind, digest in asked.digests:
            places = self._sharing.setdefault((group, digest), [])
            if len(places) <= BLOCK_LIMIT:
                places.append(at)

    def _compare(self, mine: Side, shared: dict[int, list[str]], crowded: set[int]) -> list[tuple[int, Likeness]]:
        theirs = {at: self._rows[at].side for at in shared}
        found = [
            (self._rows[at].number, why)
            for at in worth_comparing(mine, shared, theirs, crowded)
            if (why := compare(self.option, mine, theirs[at], self.known)).score >= LIKELY
        ]
        return sorted(found, key=lambda one: (-one[1].score, one[0]))
