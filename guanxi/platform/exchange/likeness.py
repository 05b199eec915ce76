"""Which new rows resemble records that are there already, or earlier rows: asked in the check, done in the run.

What compares records lies in a higher room and is brought here by ``compare_with``. The check writes what it found into a
file beside the spool; the run does what that file and the choice say, so that what was shown is what happens.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guanxi.platform.access import limits
from guanxi.platform.access.actor import Actor
from guanxi.platform.entities.entity import Entity
from guanxi.platform.exchange.choices import Alike as Choice
from guanxi.platform.exchange.chunk import Chunk
from guanxi.platform.exchange.problems import Log
from guanxi.platform.exchange.work import NEW, Work

ALIKE = "alike.ndjson"
#: So many new rows of a file are compared.
LIMIT = 100_000
#: So many are shown, with so many records each.
SHOWN, RECORDS = 100, 3


#: (id of a record or number of a row, score in hundredths, reasons as the comparer gives them)
Alike = tuple[int, int, tuple[tuple[str, int], ...]]


@dataclass(frozen=True)
class Resemblance:
    """What a new row resembles: ``records`` within reach and earlier ``rows`` of the file, the likeliest first; whether the
    first record is ``certain``; whether there are likely ones ``beyond`` reach that may be told of."""

    records: tuple[Alike, ...] = ()
    rows: tuple[Alike, ...] = ()
    certain: bool = False
    beyond: bool = False


#: (numbers of the rows, new records) → what each resembles; asked in the order of the file.
RowComparer = Callable[[Sequence[int], Sequence[Any]], list[Resemblance]]
#: (entity, actor) → what compares the rows of one import; None for kinds of record that are not compared.
Comparer = Callable[[Entity, Actor], RowComparer | None]
_comparers: list[Comparer] = []


def compare_with(comparer: Comparer) -> Comparer:
    """Decorator: this says what new records resemble."""
    _comparers.append(comparer)
    return comparer


class Likenesses:
    """What the check of one import finds: ``rows`` that resemble records, ``twins`` that resemble earlier rows only. A record that
    two rows certainly mean is certain for the first only: the other one is for a person to look at."""

    def __init__(self, entity: Entity, actor: Actor, folder: Path) -> None:
        self.entity, self.actor = entity, actor
        self.log, self.size = Log(folder, ALIKE), 0
        self.counted = {"rows": 0, "certain": 0, "twins": 0, "beyond": 0, "left": 0}
        self.shown: list[dict[str, Any]] = []
        self._comparers = [found for compare in _comparers if (found := compare(entity, actor))]
        self._compared = 0
        self._meant: set[int] = set()
        self.log.cut(0)

    def look(self, chunk: Chunk, work: Work) -> None:
        """Compare the new rows of a chunk."""
        new = sorted(work.having(NEW))
        within = new[: max(LIMIT - self._compared, 0)] if self._comparers else []
        self._compared += len(within)
        self.counted["left"] += len(new) - len(within)
        lines = []
        numbers, records = [chunk.rows[index].number for index in within], [work.records[index] for index in within]
        for compare in self._comparers if records else ():
            for number, record, found in zip(numbers, records, compare(numbers, records), strict=True):
                lines += self._note(number, record, found)
        self.size = self.log.append(lines, self.size)

    def _note(self, row: int, record: Any, found: Resemblance) -> list[list[Any]]:
        self.counted["beyond"] += found.beyond and not found.records
        if not found.records and not found.rows:
            return []
        best = found.records[0][0] if found.records else None
        certain = found.certain and best not in self._meant
        if best is not None:
            self._meant.add(best)
        self.counted["rows" if found.records else "twins"] += 1
        self.counted["certain"] += certain
        if len(self.shown) < SHOWN:
            title = self.entity.title_of(record, self.actor)
            shown = {"records": found.records[:RECORDS], "rows": found.rows[:RECORDS]}
            self.shown.append({"row": row, "title": title, "certain": certain, **shown})
        return [[row, best if certain else None]]

    def result(self) -> dict[str, Any]:
        """For Import.found. How many resemble records out of reach is told as often in an hour as while typing."""
        if self.counted["beyond"]:
            try:
                limits.spend(self.actor, "similar")
            except limits.LimitReached:
                self.counted["beyond"] = 0
        return {**self.counted, "shown": self.shown}


def chosen_rows(folder: Path, choice: Choice) -> dict[int, int | None]:
    """Row number → the record to be updated, None: left out, as the check has found and somebody has chosen."""
    if choice is Choice.CREATE:
        return {}
    found = dict(line for _place, line in Log(folder, ALIKE).lines())
    return found if choice is Choice.UPDATE else dict.fromkeys(found)
