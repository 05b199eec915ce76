"""Arithmetic on whole numbers of known scale. Division reaches SQL only rounded; nothing overflows 64 bits."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db.models import BigIntegerField, Case, Q, Value, When
from django.db.models.functions import Abs, NullIf
from django.db.models.lookups import GreaterThanOrEqual

from guanxi.platform.feel import types
from guanxi.platform.feel.checking.literals import multiplied, summed
from guanxi.platform.feel.sql.functions import Arithmetic
from guanxi.platform.feel.sql.terms import MOST_DIGITS, Term, not_in_sql, too_many_digits, wide
from guanxi.platform.feel.tree import Node
from guanxi.platform.feel.types import Type


def _whole(count: int) -> Any:
    return wide(Value(count, output_field=BigIntegerField()))


def _within(kind: Type, node: Node) -> Type:
    if kind.digits is None or kind.digits > MOST_DIGITS:
        raise too_many_digits(node)
    return kind


def add(node: Node, operator: str, one: Term, other: Term) -> Term:
    """The sum or difference."""
    kind = _within(summed(one.type, other.type), node)
    scale = kind.scale or 0
    sides = [wide(term.at(scale, node).expression) for term in (one, other)]
    return Term(Arithmetic(operator, *sides), kind, scale)


def multiply(node: Node, one: Term, other: Term) -> Term:
    kind = _within(multiplied(one.type, other.type), node)
    return Term(Arithmetic("*", wide(one.expression), wide(other.expression)), kind, kind.scale or 0)


def negate(term: Term) -> Term:
    return Term(Arithmetic("*", wide(term.expression), _whole(-1)), term.type, term.scale)


def absolute(term: Term) -> Term:
    return Term(Abs(wide(term.expression), output_field=BigIntegerField()), term.type, term.scale)


# --- rounding: the database cuts whole divisions towards zero, on both sides of it ------------------------------------
def _half_up(value: Any, by: Any) -> Any:
    """Rounded half away from zero, for a value and a divisor that are not negative."""
    doubled = Arithmetic("+", Arithmetic("*", value, _whole(2)), by)
    return Arithmetic("/", doubled, Arithmetic("*", by, _whole(2)))


def _down(value: Any, by: Any) -> Any:
    return Arithmetic("/", value, by)


def _up(value: Any, by: Any) -> Any:
    return Arithmetic("/", Arithmetic("+", value, Arithmetic("-", by, _whole(1))), by)


#: How the amount is rounded of what is positive, and of what is negative.
WAYS: dict[str, tuple[Callable[[Any, Any], Any], Callable[[Any, Any], Any]]] = {
    "round half up": (_half_up, _half_up),
    "round down": (_down, _down),
    "round up": (_up, _up),
    "floor": (_down, _up),
    "ceiling": (_up, _down),
}


def _by_sign(value: Any, sign: Any, positive: Any, negative: Any) -> Any:
    """``positive`` where ``sign`` is not negative, else minus ``negative``; NULL where the value is."""
    return Case(
        When(Q(GreaterThanOrEqual(sign, _whole(0))), then=positive),
        default=Arithmetic("*", negative, _whole(-1)),
        output_field=BigIntegerField(),
    )


def rounded(node: Node, way: str, term: Term, scale: int) -> Term:
    """A number rounded to fewer places."""
    if scale >= term.scale:
        return term
    positive, negative = WAYS[way]
    if term.digits + 2 > MOST_DIGITS:
        raise too_many_digits(node)
    value, by = wide(term.expression), _whole(10 ** (term.scale - scale))
    amount = Abs(value, output_field=BigIntegerField())
    found = _by_sign(value, value, positive(amount, by), negative(amount, by))
    digits = max(term.digits - term.scale, 0) + 1 + scale
    return Term(found, replace(term.type, digits=digits, scale=scale), scale)


def divided(node: Node, way: str, one: Term, other: Term, scale: int) -> Term:
    """The quotient, rounded to a scale; NULL for a division by zero."""
    # one/10**a : other/10**b = one * 10**(b + scale) : other * 10**a, in units of the result
    up, down = other.scale + scale, one.scale
    shift = min(up, down)
    dividend = _raised(one, up - shift, node)
    divisor = _raised(other, down - shift, node)
    if max(dividend.digits, divisor.digits) + 2 > MOST_DIGITS:
        raise too_many_digits(node)
    value, by = wide(dividend.expression), wide(divisor.expression)
    sign = Arithmetic("*", _sign(value), _sign(by))
    amount = Abs(value, output_field=BigIntegerField())
    parts = Abs(NullIf(by, _whole(0)), output_field=BigIntegerField())
    positive, negative = WAYS[way]
    found = _by_sign(value, sign, positive(amount, parts), negative(amount, parts))
    return Term(found, types.number(dividend.digits + 1, scale).maybe(), scale)


def _raised(term: Term, places: int, node: Node) -> Term:
    """The whole number times a power of ten; its scale no longer matters."""
    if not places:
        return term
    digits = term.digits + places
    if digits > MOST_DIGITS:
        raise too_many_digits(node)
    found = Arithmetic("*", wide(term.expression), _whole(10**places))
    return Term(found, replace(term.type, digits=digits), term.scale)


def _sign(value: Any) -> Any:
    return Case(
        When(Q(GreaterThanOrEqual(value, _whole(0))), then=_whole(1)),
        default=_whole(-1),
        output_field=BigIntegerField(),
    )


def refuse_unknown(node: Node, *terms: Term) -> None:
    """Raise NotInSql for numbers of which the digits are not known."""
    for term in terms:
        if term.type.kind != "number" or term.type.digits is None:
            raise not_in_sql(node)
