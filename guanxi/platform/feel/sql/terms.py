"""Values in SQL, with what the evaluator knows of them: their type, and for numbers the scale of the whole number that
stands for them."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    BigIntegerField,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    DecimalField,
    Expression,
    ExpressionWrapper,
    F,
    Q,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, NullIf
from django.db.models.lookups import IsNull
from django.utils.translation import gettext as _

from guanxi.platform.feel.checking import type_of
from guanxi.platform.feel.faults import ExpressionError
from guanxi.platform.feel.sql.functions import Arithmetic, Scaled
from guanxi.platform.feel.sql.pairs import Side
from guanxi.platform.feel.tree import Node
from guanxi.platform.feel.types import Type

#: As many digits as a whole number of 64 bits always holds, and as a float does (SQLite keeps decimals as floats).
MOST_DIGITS = 18
FLOAT_DIGITS = 15


class NotInSql(ExpressionError):
    """The expression is right but has no equal in SQL; the message says which part and what can be done."""


def not_in_sql(node: Node) -> NotInSql:
    return NotInSql(
        _("This part cannot be worked out by the database for many records at once. Write it more simply."),
        node.at,
        node.to,
    )


def too_many_digits(node: Node) -> NotInSql:
    return NotInSql(
        _(
            "The numbers here may have more than %(limit)d digits, which the database cannot compare exactly. Round them first."
        )
        % {"limit": MOST_DIGITS},
        node.at,
        node.to,
    )


@dataclass(frozen=True)
class SqlColumn:
    """Where a name is found in SQL. ``source`` is an ORM path or expression of what is stored; ``blank`` says that an
    empty text counts as null; ``scaled`` that a number is stored as a whole number of so many places (money)."""

    type: Type
    source: str | Combinable
    blank: bool = False
    scaled: int | None = None

    @property
    def expression(self) -> Combinable:
        return F(self.source) if isinstance(self.source, str) else self.source


@dataclass(frozen=True)
class Term:
    """``expression`` gives NULL exactly where the value is null. Numbers are whole numbers of 1/10**scale, durations whole
    milliseconds. ``constant`` is set where the value is known beforehand; ``native`` is a decimal column as it is stored,
    to be compared with constants so that an index serves."""

    expression: Combinable
    type: Type
    scale: int = 0
    known: bool = False
    constant: Any = None
    native: Combinable | None = None

    @property
    def digits(self) -> int:
        return self.type.digits or 0

    @property
    def is_nothing(self) -> bool:
        """Whether it is null for all rows."""
        return self.known and self.constant is None

    def is_null(self, answer: bool = True) -> Side:
        """The condition that it is (not) null."""
        if self.known:
            return (self.constant is None) is answer
        return Q(IsNull(self.native or self.expression, answer))

    def at(self, scale: int, node: Node) -> "Term":
        """The same number at another, not smaller scale."""
        if scale == self.scale:
            return self
        digits = self.digits + scale - self.scale
        if digits > MOST_DIGITS:
            raise too_many_digits(node)
        kind = replace(self.type, digits=digits, scale=scale)
        if self.known:
            return constant(self.constant, kind)
        factor = Value(10 ** (scale - self.scale), output_field=BigIntegerField())
        return Term(Arithmetic("*", wide(self.expression), wide(factor)), kind, scale)


def wide(expression: Any) -> Any:
    """In 64 bits: PostgreSQL reckons small columns and parameters in fewer."""
    return expression if isinstance(expression, Arithmetic) else Cast(expression, BigIntegerField())


def constant(value: Any, kind: Type | None = None) -> Term:
    """A value that is known beforehand. Raises ValueError for kinds that no column holds."""
    found = type_of(value)
    match value:
        case None:
            return Term(Value(None, output_field=BigIntegerField()), found, known=True)
        case bool():
            return Term(Value(value, output_field=BooleanField()), found, known=True, constant=value)
        case str():
            return Term(Value(value, output_field=CharField()), found, known=True, constant=value)
        case Decimal():
            return _number(value, kind or found)
        case timedelta():
            count = Value(value // timedelta(milliseconds=1), output_field=BigIntegerField())
            return Term(count, found, known=True, constant=value)
        case datetime():
            return Term(Value(value, output_field=DateTimeField()), found, known=True, constant=value)
        case date():
            return Term(Value(value, output_field=DateField()), found, known=True, constant=value)
    raise ValueError(value)


def _number(value: Decimal, kind: Type) -> Term:
    scale = kind.scale or 0
    whole = Value(int(value.scaleb(scale)), output_field=BigIntegerField())
    native = Value(value, output_field=DecimalField(max_digits=40, decimal_places=20))
    return Term(whole, kind, scale, known=True, constant=value, native=native)


def column(found: SqlColumn, node: Node) -> Term:
    """The value of a column."""
    source, kind = found.expression, found.type
    match kind.kind:
        case "number":
            return _number_column(found, node)
        case "string":
            text = NullIf(source, Value("")) if found.blank else source
            return Term(text, kind)
        case "boolean" | "date" | "date and time":
            return Term(source, kind)
    raise not_in_sql(node)


def _number_column(found: SqlColumn, node: Node) -> Term:
    kind, source, scale = found.type, found.expression, found.type.scale
    if kind.digits is None or scale is None or kind.digits > MOST_DIGITS:
        raise too_many_digits(node)
    if found.scaled is not None or scale == 0:
        whole: Expression = ExpressionWrapper(source, output_field=BigIntegerField())
        return Term(whole, kind, scale)
    if kind.digits > FLOAT_DIGITS:
        raise too_many_digits(node)
    return Term(Scaled(source, scale), kind, scale, native=source)
