"""How likely two records are the same, and why. Each reason leaves a part of the doubt; what contradicts adds to it."""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from functools import cached_property

from guanxi.platform.duplicates import naming
from guanxi.platform.duplicates.declared import Duplicates
from guanxi.platform.duplicates.digests import BLOCKS, NAME

#: Names less alike say nothing.
ALIKE = 60
#: How much the same name says, in hundredths: of firms, of persons anywhere, of persons at one place.
FIRM, PERSON, PERSON_WITHIN = 85, 30, 72
#: What is left of the likeness where two different numbers contradict that nobody has two of.
CONTRADICTED = 0.4
#: Pairs that score less are not shown.
LIKELY = 60


@dataclass(frozen=True)
class Side:
    """What is compared of one record: its digests by kind, its name, whether it is a person."""

    digests: dict[str, int]
    text: str
    person: bool

    @cached_property
    def name(self) -> naming.Name:
        return naming.organisation(self.text)


@dataclass(frozen=True)
class Likeness:
    """``score`` in hundredths; ``reasons`` are (kind, hundredths): the field that agrees, or how alike the names are."""

    score: int
    reasons: tuple[tuple[str, int], ...]


def compare(option: Duplicates, one: Side, other: Side, allowed: Set[str] | None = None) -> Likeness:
    """Both sides weighed. ``allowed`` are the fields that may speak: those that the reader may know of."""
    if one.person != other.person:
        return Likeness(0, ())
    reasons: list[tuple[str, int]] = []
    doubt, contradicted = 1.0, False
    for key in option.keys:
        mine, theirs = one.digests.get(key.field), other.digests.get(key.field)
        if mine is None or theirs is None or (allowed is not None and key.field not in allowed):
            continue
        if mine == theirs:
            reasons.append((key.field, 100))
            doubt *= 1 - key.weight / 100
        elif key.sole:
            contradicted = True
    if allowed is None or option.name.field in allowed:
        alike = _names(one, other)
        if alike >= ALIKE:
            reasons.append((option.name.field, alike))
            doubt *= 1 - _weight(option, one) * alike / 10_000
    score = (1 - doubt) * (CONTRADICTED if contradicted else 1)
    return Likeness(round(score * 100), tuple(reasons))


def _names(one: Side, other: Side) -> int:
    mine, theirs = one.digests.get(NAME), other.digests.get(NAME)
    if mine is not None and mine == theirs:
        return 100
    return 0 if one.person else naming.likeness(one.name, other.name)


def _weight(option: Duplicates, side: Side) -> int:
    if not side.person:
        return FIRM
    return PERSON_WITHIN if option.name.within else PERSON


def alike_by_name(one: Side, other: Side) -> bool:
    """Whether two records may be likely the same by firms' names alone; rounding is left to ``compare``."""
    return not other.person and FIRM * naming.likeness(one.name, other.name) >= 100 * (LIKELY - 1)


def side(text: str, person: bool, digests: Iterable[tuple[str, int]]) -> Side:
    """A record made ready to be compared."""
    return Side({kind: digest for kind, digest in digests if kind not in BLOCKS}, text, person)
