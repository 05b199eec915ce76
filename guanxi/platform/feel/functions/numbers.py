"""Functions on numbers."""

from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)
from typing import Any

from guanxi.platform.feel import arithmetic
from guanxi.platform.feel.arithmetic import safe
from guanxi.platform.feel.functions.registry import builtin
from guanxi.platform.feel.temporal import Months
from guanxi.platform.feel.values import NUMBERS

#: Digits after the point to which one may round.
SCALES = range(-6111, 6177)


def rounded(value: Decimal, scale: Decimal | None, way: str) -> Decimal | None:
    """A number with so many digits after the point; null for a scale beyond what numbers have."""
    places = int(scale) if scale is not None else 0
    if places not in SCALES:
        return None
    if value.is_zero() or value.as_tuple().exponent >= -places:  # type: ignore[operator]
        return value
    shifted = value.scaleb(places, NUMBERS).to_integral_value(way)
    return safe(lambda: shifted.scaleb(-places, NUMBERS))


def _rounding(name: str, way: str, parameter: str = "scale") -> None:
    optional = "?" if name in ("floor", "ceiling") else ""

    @builtin(f"{name}(n: number, {parameter}{optional}: number) -> number?")
    def _(run: Any, value: Decimal, scale: Decimal | None = None) -> Decimal | None:
        return rounded(value, scale, way)


_rounding("decimal", ROUND_HALF_EVEN)
_rounding("floor", ROUND_FLOOR)
_rounding("ceiling", ROUND_CEILING)
_rounding("round up", ROUND_UP)
_rounding("round down", ROUND_DOWN)
_rounding("round half up", ROUND_HALF_UP)
_rounding("round half down", ROUND_HALF_DOWN)


@builtin("abs(n: number | days and time duration | years and months duration) -> same")
def _(run: Any, value: Any) -> Any:
    return Months(abs(value.count)) if isinstance(value, Months) else abs(value)


@builtin("modulo(dividend: number, divisor: number) -> number?")
def modulo(run: Any, dividend: Decimal, divisor: Decimal) -> Decimal | None:
    """The remainder with the sign of the divisor."""

    def remainder() -> Decimal:
        quotient = NUMBERS.divide(dividend, divisor).to_integral_value(ROUND_FLOOR)
        return NUMBERS.subtract(dividend, NUMBERS.multiply(divisor, quotient))

    return safe(remainder)


def _of_number(name: str, operation: Callable[[Decimal], Any], result: str = "number?") -> None:
    @builtin(f"{name}(number: number) -> {result}")
    def _(run: Any, value: Decimal) -> Any:
        return safe(operation, value)


_of_number("sqrt", NUMBERS.sqrt)
_of_number("exp", NUMBERS.exp)
_of_number("log", lambda value: NUMBERS.ln(value) if value > 0 else None)
_of_number("odd", lambda value: _is_whole(value) and modulo(None, abs(value), Decimal(2)) == 1, "boolean")
_of_number("even", lambda value: _is_whole(value) and modulo(None, abs(value), Decimal(2)) == 0, "boolean")


def _is_whole(value: Decimal) -> bool:
    return value == value.to_integral_value()


def mean(values: list[Decimal]) -> Decimal | None:
    """The sum by the count."""
    return safe(NUMBERS.divide, total(values), Decimal(len(values))) if values else None


def total(values: list[Decimal]) -> Decimal:
    """The sum, from left to right."""
    result = Decimal(0)
    for value in values:
        result = NUMBERS.add(result, value)
    return result


@builtin("sum(...list: number) -> number?")
def _(run: Any, values: list) -> Any:
    return safe(total, values) if values and None not in values else None


@builtin("mean(...list: number) -> number?")
def _(run: Any, values: list) -> Any:
    return mean(values) if None not in values else None


@builtin("product(...list: number) -> number?")
def _(run: Any, values: list) -> Any:
    if not values or None in values:
        return None
    result = values[0]
    for value in values[1:]:
        result = arithmetic.multiply(result, value)
        if result is None:
            return None
    return result


@builtin("median(...list: number) -> number?")
def _(run: Any, values: list) -> Any:
    if not values or None in values:
        return None
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else mean(ordered[middle - 1 : middle + 1])


@builtin("stddev(...list: number) -> number?")
def _(run: Any, values: list) -> Any:
    if len(values) < 2 or None in values:
        return None

    def deviation() -> Decimal:
        average = mean(values) or Decimal(0)
        squares = [NUMBERS.power(NUMBERS.subtract(value, average), 2) for value in values]
        return NUMBERS.sqrt(NUMBERS.divide(total(squares), Decimal(len(values) - 1)))

    return safe(deviation)


@builtin("mode(...list: number) -> list<number>?")
def _(run: Any, values: list) -> Any:
    if None in values:
        return None
    counts: dict[Decimal, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(value for value, count in counts.items() if count == most)
