"""Expressions over the fields of a record: which fields they may read, of what type, and what a record gives for them."""

from collections.abc import Mapping
from typing import Any

from guanxi.platform.access import kinds
from guanxi.platform.access.fields import Field
from guanxi.platform.customizing.described import described
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.feel import types
from guanxi.platform.feel.expressions import Expression, check, parse
from guanxi.platform.feel.faults import ExpressionError
from guanxi.platform.feel.types import Type

_TEXTS = (kinds.TEXT, kinds.LONGTEXT, kinds.CODE, kinds.URL, kinds.CHOICE)
#: By the key of the kind: what is made out of a kind counts as that kind.
_TYPES = {
    kinds.INTEGER.key: types.number(18, 0),
    kinds.MONEY.key: types.number(18, 4),
    kinds.DATE.key: types.DATE,
    kinds.DATETIME.key: types.DATETIME,
    **{kind.key: types.STRING for kind in _TEXTS},
}


class WrongExpression(ValueError):
    """The expression cannot be used; the message says why and what to do. ``at`` and ``to`` are the part of the text."""

    def __init__(self, message: str, at: int = 0, to: int = 0) -> None:
        super().__init__(message)
        self.at, self.to = at, to


def readable(entity: Entity) -> dict[str, Field]:
    """The fields that an expression may read: stored, not themselves a formula, and not sensitive, because whoever sees the
    result would see what it was made of."""
    return registry.cached(("over_fields", entity.key), lambda: _readable(entity))


def _readable(entity: Entity) -> dict[str, Field]:
    formulas = {one.field.key for one in described(entity) if one.formula}
    return {
        key: field
        for key, field in entity.fields().items()
        if type_of(field) and not field.sensitivity and not field.sealed and key not in formulas and field.lookup
    }


def type_of(field: Field) -> Type | None:
    """The type of a field in expressions, None for kinds that have none there. What may be empty may be null."""
    if field.kind is kinds.BOOLEAN:
        return types.BOOLEAN
    if field.kind is kinds.DECIMAL:
        return types.number(18, field.decimals).maybe()
    found = _TYPES.get(field.kind.key)
    return found.maybe() if found else None


def checked(entity: Entity, text: str) -> tuple[Expression, Type]:
    """An expression over the fields of an entity, and what it gives. Raises WrongExpression."""
    fields = readable(entity)
    try:
        expression = parse(text, fields)
        found = check(expression, {key: kind for key, field in fields.items() if (kind := type_of(field))})
    except ExpressionError as error:
        part = text[error.at : error.to]
        message = f"{error.message} ({part})" if part.strip() else error.message
        raise WrongExpression(message, error.at, error.to) from error
    return expression, found


def given(fields: Mapping[str, Field], record: Any) -> dict[str, Any]:
    """The values that a record gives to an expression, nothing where a field is empty."""
    found = {}
    for key, field in fields.items():
        value = field.get(record)
        found[key] = None if field.is_empty(value) else value
    return found
