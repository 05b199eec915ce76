"""What the new rows of an import resemble, for their check."""

from collections.abc import Sequence
from typing import Any

from guanxi.platform.access.actor import Actor
from guanxi.platform.duplicates.conf import duplicate_settings
from guanxi.platform.duplicates.declared import duplicates_of
from guanxi.platform.duplicates.selectors import Found, likely_each
from guanxi.platform.entities.entity import Entity
from guanxi.platform.exchange.likeness import Resemblance, compare_with

#: So alike, and nothing else likely: a person would not doubt it.
CERTAIN = 95
#: Of one row so many records are looked at closely.
CANDIDATES = 50


@compare_with
def resembling(entity: Entity, actor: Actor, records: Sequence[Any]) -> list[Resemblance] | None:
    """Of each new record what it resembles. A file may hold a hundred thousand guesses: what the importer sees masked plays no
    part, and of records out of reach nothing is said of any single row."""
    if duplicates_of(entity) is None:
        return None
    known = {key for key, field in entity.readable(actor).items() if not field.is_masked}
    return [_told(found) for found in likely_each(entity, actor, records, known, most=CANDIDATES)]


def _told(found: Found) -> Resemblance:
    records = tuple((pk, why.score, why.reasons) for pk, why in found.records)
    certain = len(records) == 1 and records[0][1] >= CERTAIN
    return Resemblance(records, certain, bool(found.beyond) and duplicate_settings().beyond != "nothing")
