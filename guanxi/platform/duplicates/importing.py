"""What the new rows of an import resemble, for their check."""

from collections.abc import Sequence
from typing import Any

from guanxi.platform.access.actor import Actor
from guanxi.platform.duplicates.candidates import asked
from guanxi.platform.duplicates.conf import duplicate_settings
from guanxi.platform.duplicates.declared import Duplicates, duplicates_of
from guanxi.platform.duplicates.file_rows import EarlierRows
from guanxi.platform.duplicates.scoring import Likeness
from guanxi.platform.duplicates.selectors import Found, likely_each
from guanxi.platform.entities.entity import Entity
from guanxi.platform.exchange.likeness import Resemblance, compare_with

#: So alike, and nothing else likely: a person would not doubt it.
CERTAIN = 95
#: Of one row so many records are looked at closely.
CANDIDATES = 50


@compare_with
def resembling(entity: Entity, actor: Actor) -> "NewRows | None":
    """What compares the new rows of one import; None for kinds of record that are not compared."""
    option = duplicates_of(entity)
    return NewRows(entity, actor, option) if option else None


class NewRows:
    """Of each new row what it resembles: records, and earlier rows of the file. A file may hold a hundred thousand guesses: what
    the importer sees masked plays no part, and of records out of reach nothing is said of any single row."""

    def __init__(self, entity: Entity, actor: Actor, option: Duplicates) -> None:
        self.entity, self.actor = entity, actor
        self.known = {key for key, field in entity.readable(actor).items() if not field.is_masked}
        self.earlier = EarlierRows(option, self.known, CANDIDATES)

    def __call__(self, numbers: Sequence[int], records: Sequence[Any]) -> list[Resemblance]:
        wanted = asked(self.entity, records, self.known)
        found = likely_each(self.entity, self.actor, wanted, self.known, most=CANDIDATES)
        rows = map(self.earlier.alike, numbers, wanted)
        return [_told(one, earlier) for one, earlier in zip(found, rows, strict=True)]


def _told(found: Found, earlier: Sequence[tuple[int, Likeness]]) -> Resemblance:
    records, rows = (tuple((key, why.score, why.reasons) for key, why in those) for those in (found.records, earlier))
    certain = len(records) == 1 and records[0][1] >= CERTAIN
    return Resemblance(records, rows, certain, bool(found.beyond) and duplicate_settings().beyond != "nothing")
