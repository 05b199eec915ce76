"""The types of values that stand in the text."""

from datetime import datetime, time
from decimal import Decimal
from typing import Any

from guanxi.platform.feel import temporal, types
from guanxi.platform.feel.types import Type
from guanxi.platform.feel.values import kind_of


def type_of(value: Any) -> Type:
    """The type of a value: numbers with their digits, moments with whether they have a zone."""
    match value:
        case None:
            return types.NULL
        case Decimal():
            _sign, digits, exponent = value.as_tuple()
            shift = int(exponent)
            scale = max(-shift, 0)
            return types.number(max(len(digits) + max(shift, 0), scale), scale)
        case datetime() | time():
            return Type(kind_of(value), zoned=temporal.offset_of(value) is not None)
    return Type(kind_of(value))


def summed(one: Type, other: Type) -> Type:
    """The type of a sum or difference of numbers."""
    if one.digits is None or other.digits is None or one.scale is None or other.scale is None:
        return types.number()
    scale = max(one.scale, other.scale)
    return types.number(max(one.digits - one.scale, other.digits - other.scale) + 1 + scale, scale)


def multiplied(one: Type, other: Type) -> Type:
    """The type of a product of numbers."""
    if one.digits is None or other.digits is None or one.scale is None or other.scale is None:
        return types.number()
    return types.number(one.digits + other.digits, one.scale + other.scale)


def rounded(kind: Type, scale: int | None) -> Type:
    """The type of a number rounded to a scale that is known, or not."""
    if scale is None:
        return types.number()
    if kind.digits is None or kind.scale is None:
        return types.number(None, max(scale, 0))
    return types.number(max(kind.digits - kind.scale, -scale) + 1 + max(scale, 0), max(scale, 0))
