"""Formula fields: FEEL over the other fields of a record, worked out whenever the record is saved, kept beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.platform.access import kinds
from guanxi.platform.access.fields import Field
from guanxi.platform.customizing.choices import Result
from guanxi.platform.customizing.described import Described, described
from guanxi.platform.customizing.over_fields import WrongExpression, checked, given, readable
from guanxi.platform.entities.entity import Entity
from guanxi.platform.feel import types
from guanxi.platform.feel.expressions import Expression, evaluate, parse
from guanxi.platform.feel.faults import ExpressionError, TooMuch
from guanxi.platform.feel.tree import names_used

#: What changes without any record being saved cannot be kept with one.
MOVING = frozenset({"now", "today"})
#: The largest number that is kept, as for decimal fields.
LARGEST = Decimal(10) ** 14
_RESULTS = {
    types.NUMBER_: Result.DECIMAL,
    types.STRING_: Result.TEXT,
    types.BOOLEAN_: Result.BOOLEAN,
    types.DATE_: Result.DATE,
    types.DATETIME_: Result.DATETIME,
}


@dataclass(frozen=True)
class Formula:
    """One formula with the fields that it reads."""

    field: Field
    expression: Expression
    reads: Mapping[str, Field]

    def value(self, record: Any) -> Any:
        """What it gives for a record, as the field holds it; nothing where it has no answer."""
        zone = timezone.get_default_timezone()
        try:
            found = evaluate(self.expression, given(self.reads, record), now=timezone.now(), zone=zone)
        except TooMuch:
            return self.field.nothing
        return _kept(self.field, found)


def result_of(entity: Entity, text: str) -> Result:
    """What a formula gives. Raises WrongExpression."""
    expression, found = checked(entity, text)
    if moving := MOVING & names_used(expression.tree):
        raise WrongExpression(
            _("“%(name)s” changes every day, but the result is kept with the record. Use it in filters instead.")
            % {"name": sorted(moving)[0]}
        )
    if found.kind not in _RESULTS:
        raise WrongExpression(
            _("A formula gives a number, a text, a date, a moment, or yes or no. This one gives: %(kind)s.")
            % {"kind": found.label}
        )
    return _RESULTS[found.kind]


def formulas_of(entity: Entity) -> list[Formula]:
    """The formulas of an entity. One that no longer fits its fields gives nothing until somebody mends it."""
    fields = readable(entity)
    return [formula for one in described(entity) if one.formula and (formula := _formula(one, fields))]


def _formula(one: Described, fields: Mapping[str, Field]) -> Formula | None:
    try:
        expression = parse(one.formula, fields)
    except ExpressionError:
        return None
    return Formula(one.field, expression, {key: fields[key] for key in names_used(expression.tree) if key in fields})


def work_out(formulas: Sequence[Formula], records: Sequence[Any]) -> None:
    """Set the results in the records."""
    for formula in formulas:
        for record in records:
            value = formula.value(record)
            if value != formula.field.get(record):
                formula.field.put(record, value)


def _kept(field: Field, value: Any) -> Any:
    """A result as its field holds it: numbers rounded half up to its places; nothing for what does not fit."""
    if value is None:
        return field.nothing
    if field.kind is kinds.DECIMAL:
        return _rounded(value, field.decimals or 0)
    if field.kind is kinds.TEXT:
        return str(value)[: field.max_length]
    return value


def _rounded(value: Decimal, places: int) -> Decimal | None:
    try:
        number = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    except InvalidOperation:
        return None
    return number if abs(number) < LARGEST else None
