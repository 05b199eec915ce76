"""The functions and parts of dates that SQL has alike on both databases."""

from collections.abc import Callable
from datetime import tzinfo
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, Q, Value
from django.db.models.functions import (
    ExtractDay,
    ExtractHour,
    ExtractIsoWeekDay,
    ExtractMinute,
    ExtractMonth,
    ExtractYear,
    Length,
    StrIndex,
    Substr,
    TruncDate,
)
from django.db.models.functions import Right as RightPart
from django.db.models.lookups import Exact, GreaterThan

from guanxi.platform.feel import types
from guanxi.platform.feel.sql import numbers
from guanxi.platform.feel.sql.functions import Arithmetic, NotEqual
from guanxi.platform.feel.sql.pairs import Pair, all_of
from guanxi.platform.feel.sql.terms import Term, not_in_sql, wide
from guanxi.platform.feel.tree import Call, Path

ROUNDING = frozenset(numbers.WAYS)
_COUNT = types.number(6, 0).maybe()
_PARTS: dict[str, Any] = {
    "year": ExtractYear,
    "month": ExtractMonth,
    "day": ExtractDay,
    "weekday": ExtractIsoWeekDay,
    "hour": ExtractHour,
    "minute": ExtractMinute,
}


def part(node: Path, term: Term, zone: tzinfo) -> Term:
    """A part of a date, moment or duration; those of moments in the zone of whoever asks."""
    if term.type.kind == "days and time duration" and node.name == "days":
        days = Arithmetic("/", wide(term.expression), wide(Value(86_400_000, output_field=BigIntegerField())))
        return Term(days, types.number(8, 0).maybe())
    made = _PARTS.get(node.name)
    if made is None or term.type.kind not in ("date", "date and time"):
        raise not_in_sql(node)
    if term.type.kind == "date and time":
        return Term(made(term.expression, tzinfo=zone), _COUNT)
    if node.name in ("hour", "minute"):
        raise not_in_sql(node)
    return Term(made(term.expression), _COUNT)


def _texts(node: Call, terms: list[Term]) -> None:
    if any(term.type.kind not in ("string", "null") for term in terms):
        raise not_in_sql(node)


def _contains(node: Call, terms: list[Term], zone: tzinfo) -> Pair:
    _texts(node, terms)
    place = StrIndex(terms[0].expression, terms[1].expression)
    return _answer(terms, Q(GreaterThan(place, Value(0))), Q(Exact(place, Value(0))))


def _starts(node: Call, terms: list[Term], zone: tzinfo) -> Pair:
    _texts(node, terms)
    place = StrIndex(terms[0].expression, terms[1].expression)
    return _answer(terms, Q(Exact(place, Value(1))), Q(NotEqual(place, Value(1))))


def _ends(node: Call, terms: list[Term], zone: tzinfo) -> Pair:
    _texts(node, terms)
    text, end = terms
    if not end.known:
        raise not_in_sql(node)
    if not end.constant:
        return Pair(end.constant is not None and text.is_null(False), False)
    found = RightPart(text.expression, len(end.constant))
    return _answer(terms, Q(Exact(found, end.expression)), Q(NotEqual(found, end.expression)))


def _answer(terms: list[Term], true: Q, false: Q) -> Pair:
    known = all_of([term.is_null(False) for term in terms])
    return Pair(all_of([known, true]), all_of([known, false]))


def _length(node: Call, terms: list[Term], zone: tzinfo) -> Term:
    _texts(node, terms)
    return Term(Length(terms[0].expression), _COUNT)


def _substring(node: Call, terms: list[Term], zone: tzinfo) -> Term:
    text, *places = terms
    if text.type.kind != "string" or any(not _is_place(one) for one in places):
        raise not_in_sql(node)
    return Term(Substr(text.expression, *(int(one.constant) for one in places)), types.STRING.maybe())


def _is_place(term: Term) -> bool:
    """A position or length that is the same for all: counted from the end, SQL would give what FEEL gives null for."""
    return term.known and isinstance(term.constant, Decimal) and term.constant >= 1


def _abs(node: Call, terms: list[Term], zone: tzinfo) -> Term:
    if terms[0].type.kind not in ("number", "days and time duration"):
        raise not_in_sql(node)
    return numbers.absolute(terms[0])


def _date(node: Call, terms: list[Term], zone: tzinfo) -> Term:
    if len(terms) != 1 or terms[0].type.kind not in ("date", "date and time"):
        raise not_in_sql(node)
    if terms[0].type.kind == "date":
        return terms[0]
    return Term(TruncDate(terms[0].expression, tzinfo=zone), types.DATE.maybe())


CALLS: dict[str, Callable[[Call, list[Term], tzinfo], Any]] = {
    "contains": _contains,
    "starts with": _starts,
    "ends with": _ends,
    "string length": _length,
    "substring": _substring,
    "abs": _abs,
    "date": _date,
}
