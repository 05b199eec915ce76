"""The relations of points and ranges in time or number (after Allen): before, meets, overlaps, during and the others."""

from collections.abc import Callable
from typing import Any

from guanxi.platform.feel import arithmetic, parser, tree
from guanxi.platform.feel.faults import ExpressionError
from guanxi.platform.feel.functions.registry import BUILTINS, builtin
from guanxi.platform.feel.values import Range, compare

_POINT = "number | string | date | time | date and time | days and time duration | years and months duration"


class _Unordered(Exception):
    """Two ends cannot be compared."""


def _order(one: Any, other: Any) -> int:
    found = compare(one, other)
    if found is None:
        raise _Unordered
    return found


def _as_range(value: Any) -> Range:
    return value if isinstance(value, Range) else Range(value, value, True, True)


def _relation(name: str, shapes: str, test: Callable[[Range, Range], bool]) -> None:
    """``shapes`` are the pairs it takes: p a point, r a range."""
    words = {"p": ("point", _POINT), "r": ("range", "range")}
    signatures = []
    for pair in shapes.split():
        (first, one), (second, other) = words[pair[0]], words[pair[1]]
        if first == second:
            first, second = f"{first}1", f"{second}2"
        signatures.append(f"{name}({first}: {one}, {second}: {other}) -> boolean?")

    @builtin(*signatures)
    def _(run: Any, one: Any, other: Any) -> Any:
        try:
            return test(_as_range(one), _as_range(other))
        except _Unordered:
            return None


def _before(a: Range, b: Range) -> bool:
    order = _order(a.high, b.low)
    return order < 0 or (order == 0 and not (a.high_closed and b.low_closed))


def _meets(a: Range, b: Range) -> bool:
    return a.high_closed and b.low_closed and _order(a.high, b.low) == 0


def _overlaps(a: Range, b: Range) -> bool:
    return not _before(a, b) and not _before(b, a)


def _starts_first(a: Range, b: Range) -> bool:
    order = _order(a.low, b.low)
    return order < 0 or (order == 0 and a.low_closed and not b.low_closed)


def _ends_last(a: Range, b: Range) -> bool:
    order = _order(a.high, b.high)
    return order > 0 or (order == 0 and a.high_closed and not b.high_closed)


def _includes(a: Range, b: Range) -> bool:
    return not _starts_first(b, a) and not _ends_last(b, a)


def _starts(a: Range, b: Range) -> bool:
    return _order(a.low, b.low) == 0 and a.low_closed == b.low_closed and not _ends_last(a, b)


def _finishes(a: Range, b: Range) -> bool:
    return _order(a.high, b.high) == 0 and a.high_closed == b.high_closed and not _starts_first(a, b)


def _same(a: Range, b: Range) -> bool:
    return _starts(a, b) and _finishes(a, b)


_relation("before", "pp pr rp rr", _before)
_relation("after", "pp pr rp rr", lambda a, b: _before(b, a))
_relation("meets", "rr", _meets)
_relation("met by", "rr", lambda a, b: _meets(b, a))
_relation("overlaps", "rr", _overlaps)
_relation("overlaps before", "rr", lambda a, b: _overlaps(a, b) and not _starts_first(b, a) and not _ends_last(a, b))
_relation("overlaps after", "rr", lambda a, b: _overlaps(a, b) and not _starts_first(a, b) and not _ends_last(b, a))
_relation("finishes", "pr rr", _finishes)
_relation("finished by", "rp rr", lambda a, b: _finishes(b, a))
_relation("includes", "rp rr", _includes)
_relation("during", "pr rr", lambda a, b: _includes(b, a))
_relation("starts", "pr rr", _starts)
_relation("started by", "rp rr", lambda a, b: _starts(b, a))
_relation("coincides", "pp rr", _same)


@builtin("range(from: string) -> range?")
def _(run: Any, text: str) -> Range | None:
    """A range written as text; its ends are constants."""
    try:
        written = parser.parse_text(text, ("date and time",))
    except ExpressionError:
        return None
    if not isinstance(written, tree.Interval) or written.unary or written.low is None or written.high is None:
        return None
    low, high = _constant(run, written.low), _constant(run, written.high)
    order = compare(low, high)
    return Range(low, high, written.low_closed, written.high_closed) if order is not None and order <= 0 else None


def _constant(run: Any, node: tree.Node) -> Any:
    match node:
        case tree.Literal(value=value):
            return value
        case tree.Negate(operand=tree.Literal(value=value)):
            return arithmetic.negate(value)
        case tree.Call(function=tree.Name(name=name), arguments=(tree.Literal(value=str(text)),)) if name in _CONSTANTS:
            return BUILTINS[name](run, [text])
    return None


_CONSTANTS = {"date", "time", "date and time", "duration"}
