"""Conditions in three-valued logic: two conditions of SQL, when it is true and when it is false. Nothing is negated in SQL,
because NOT of unknown is unknown there too late: ``not`` swaps the two."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import BooleanField, Case, Expression, Q, Value, When
from django.db.models.lookups import IsNull

#: A condition, or one that is known beforehand.
Side = Q | bool
NEVER = Q(pk__in=[])


def all_of(sides: Iterable[Side]) -> Side:
    """True when all are."""
    found: Q | None = None
    for side in sides:
        if side is False:
            return False
        if side is not True:
            assert isinstance(side, Q)
            found = side if found is None else found & side
    return True if found is None else found


def any_of(sides: Iterable[Side]) -> Side:
    """True when one is."""
    found: Q | None = None
    for side in sides:
        if side is True:
            return True
        if side is not False:
            assert isinstance(side, Q)
            found = side if found is None else found | side
    return False if found is None else found


@dataclass(frozen=True)
class Pair:
    """``when_true`` holds of exactly the rows where the expression is true, ``when_false`` of those where it is false; of
    the others it is null."""

    when_true: Side
    when_false: Side

    @property
    def true(self) -> Q:
        return as_q(self.when_true)

    @property
    def false(self) -> Q:
        return as_q(self.when_false)

    @property
    def unknown(self) -> Side:
        """The rows where it is neither."""
        if isinstance(self.when_true, bool) and isinstance(self.when_false, bool):
            return not (self.when_true or self.when_false)
        return Q(IsNull(self.as_value(), True))

    def swapped(self) -> "Pair":
        """The negation."""
        return Pair(self.when_false, self.when_true)

    def as_value(self) -> Expression:
        """The answer as a column: true, false or NULL."""
        if isinstance(self.when_true, bool) and isinstance(self.when_false, bool):
            known = True if self.when_true else False if self.when_false else None
            return Value(known, output_field=BooleanField())
        cases = [
            When(as_q(side), then=Value(answer))
            for side, answer in ((self.when_true, True), (self.when_false, False))
            if side is not False
        ]
        return Case(*cases, default=Value(None), output_field=BooleanField())


def as_q(side: Side) -> Q:
    """A condition for ``filter`` and ``When``."""
    if isinstance(side, bool):
        return Q(pk__isnull=False) if side else NEVER
    return side


def conjunction(pairs: list[Pair]) -> Pair:
    return Pair(all_of(one.when_true for one in pairs), any_of(one.when_false for one in pairs))


def disjunction(pairs: list[Pair]) -> Pair:
    return Pair(any_of(one.when_true for one in pairs), all_of(one.when_false for one in pairs))
