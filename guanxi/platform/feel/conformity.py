"""Types as they are written in expressions and models, and whether a value is of a type."""

from typing import Any

from guanxi.platform.feel import types
from guanxi.platform.feel.temporal import offset_of
from guanxi.platform.feel.tree import TypeName
from guanxi.platform.feel.types import Type
from guanxi.platform.feel.values import Function, Range, kind_of

#: Every name a simple type is known by.
NAMED: dict[str, Type] = {
    "number": types.number(),
    "string": types.STRING,
    "boolean": types.BOOLEAN,
    "date": types.DATE,
    "time": types.TIME,
    "date and time": types.DATETIME,
    "dateTime": types.DATETIME,
    "days and time duration": types.DAYS,
    "day and time duration": types.DAYS,
    "dayTimeDuration": types.DAYS,
    "years and months duration": types.MONTHS,
    "year and month duration": types.MONTHS,
    "yearMonthDuration": types.MONTHS,
    "Any": types.ANY,
    "Null": types.NULL,
    "list": types.list_of(types.ANY),
    "context": types.CONTEXT,
    "function": types.FUNCTION,
    "range": types.range_of(types.ANY),
}


def named_type(written: TypeName, known: dict[str, Type] | None = None) -> Type | None:
    """The type that a name means, or None for a name that means none."""
    inner = [named_type(one, known) for one in written.parameters]
    if any(one is None for one in inner):
        return None
    parts = [one for one in inner if one is not None]
    match written.name:
        case "list" if len(parts) == 1:
            return types.list_of(parts[0])
        case "range" if len(parts) == 1:
            return types.range_of(parts[0])
        case "context" if written.names and len(written.names) == len(parts):
            return types.context_of(dict(zip(written.names, parts, strict=True)))
        case "function" if parts:
            return Type("function", parameters=tuple(parts[:-1]), result=parts[-1])
    if parts:
        return None
    return (known or {}).get(written.name) or NAMED.get(written.name)


def fits(value: Any, kind: Type) -> bool:
    """Whether a value is of a type; null is of none but Null and, unless asked for by ``instance of``, any."""
    if kind.kind == "any":
        return value is not None
    if kind.kind == "null":
        return value is None
    if kind_of(value) != kind.kind:
        return False
    match value:
        case list():
            return kind.item is None or all(_fits_or_null(one, kind.item) for one in value)
        case dict():
            return kind.fields is None or all(
                name in value and _fits_or_null(value[name], one) for name, one in kind.fields
            )
        case Range():
            ends = [one for one in (value.low, value.high) if one is not None]
            return (
                kind.item is None
                or kind.item.kind == "any"
                or (bool(ends) and all(fits(one, kind.item) for one in ends))
            )
        case Function():
            return kind.parameters is None or len(kind.parameters) == len(value.parameters)
    return kind.zoned is None or (offset_of(value) is not None) == kind.zoned


def _fits_or_null(value: Any, kind: Type) -> bool:
    return value is None or fits(value, kind)


def coerced(value: Any, kind: Type) -> Any:
    """The value as a type asks for it: a list of one is its element, one value a list of one, a day a moment; what fits
    in no way is None."""
    if value is None or kind.kind == "any" or fits(value, kind):
        return value
    if isinstance(value, list) and len(value) == 1 and kind.kind != "list" and fits(value[0], kind):
        return value[0]
    if kind.kind == "list" and (kind.item is None or fits(value, kind.item)):
        return [value]
    return None
