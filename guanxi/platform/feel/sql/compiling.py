"""The walk from the checked tree to SQL. What needs no column is worked out beforehand and becomes a parameter; so there is
one "now" per statement, and months are added by the calendar of Python."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, BooleanField, Case, CharField, DateField, DateTimeField, Q, Value, When
from django.db.models.lookups import Exact

from guanxi.platform.feel import evaluator, tree, types
from guanxi.platform.feel.arithmetic import DAY
from guanxi.platform.feel.checking import Checker
from guanxi.platform.feel.expressions import Expression
from guanxi.platform.feel.faults import TooMuch
from guanxi.platform.feel.running import Run, Scope
from guanxi.platform.feel.sql import calls, numbers
from guanxi.platform.feel.sql.comparing import compare
from guanxi.platform.feel.sql.functions import Arithmetic, DaysBetween, Joined
from guanxi.platform.feel.sql.pairs import Pair, all_of, any_of, as_q, conjunction, disjunction
from guanxi.platform.feel.sql.terms import (
    MOST_DIGITS,
    SqlColumn,
    Term,
    column,
    constant,
    not_in_sql,
    too_many_digits,
    wide,
)
from guanxi.platform.feel.tree import Node
from guanxi.platform.feel.types import Type

Columns = Mapping[str, SqlColumn]
_MILLISECONDS = DAY // timedelta(milliseconds=1)


def condition(expression: Expression, columns: Columns, *, now: datetime, zone: tzinfo) -> Pair:
    """The rows where an expression is true, and those where it is false. Raises ExpressionError where it is ill-typed or
    no condition, NotInSql where the database cannot give the same answer."""
    compiling = Compiling(columns, now, zone)
    compiling.checker.condition(expression.tree, compiling.types)
    return compiling.pair(expression.tree)


def value(expression: Expression, columns: Columns, *, now: datetime, zone: tzinfo) -> Term:
    """What an expression gives, as a term to annotate or to write; numbers as whole numbers at the term's scale."""
    compiling = Compiling(columns, now, zone)
    compiling.checker.type(expression.tree, compiling.types)
    return compiling.term(expression.tree)


def join(node: Node, terms: list[Term]) -> tuple[list[Term], Type, Any]:
    """Terms that may stand in one column: at one scale, with their common type and field. Raises NotInSql."""
    kind = terms[0].type
    for term in terms[1:]:
        united = types.unite(kind, term.type)
        if united is None:
            raise not_in_sql(node)
        kind = united
    if kind.kind not in _FIELDS:
        raise not_in_sql(node)
    scale = max(term.scale for term in terms)
    same = [term if term.is_nothing or term.type.kind != "number" else term.at(scale, node) for term in terms]
    return same, kind, _FIELDS[kind.kind]()


class Compiling:
    """One compilation over columns, at a moment, in a zone."""

    def __init__(self, columns: Columns, now: datetime, zone: tzinfo) -> None:
        self.columns, self.now, self.zone = columns, now, zone
        self.types: dict[str, Type] = {name: one.type for name, one in columns.items()}
        self.checker = Checker()

    # --- conditions -------------------------------------------------------------------------------------------------
    def pair(self, node: Node) -> Pair:
        """The pair of a condition."""
        fixed = self.fixed(node)
        if fixed is not None:
            return Pair(fixed.constant is True, fixed.constant is False)
        made = _PAIRS.get(type(node))
        if made:
            return made(self, node)
        term = self._made(node)
        if isinstance(term, Pair):
            return term
        if term.known:
            return Pair(term.constant is True, term.constant is False)
        if term.type.kind != "boolean":
            raise not_in_sql(node)
        return Pair(*(Q(Exact(term.expression, Value(answer))) for answer in (True, False)))

    # --- values -----------------------------------------------------------------------------------------------------
    def term(self, node: Node) -> Term:
        """The term of a value."""
        fixed = self.fixed(node)
        if fixed is not None:
            return fixed
        found = self.pair(node) if type(node) in _PAIRS else self._made(node)
        return Term(found.as_value(), types.BOOLEAN.maybe()) if isinstance(found, Pair) else found

    def _made(self, node: Node) -> Term | Pair:
        made = _TERMS.get(type(node))
        if made is None:
            raise not_in_sql(node)
        return made(self, node)

    def fixed(self, node: Node) -> Term | None:
        """The value of a part in which no column occurs."""
        if tree.names_used(node) & self.columns.keys():
            return None
        try:
            found = evaluator.compiled(node)(Scope(Run(self.now, self.zone), {}))
            term = constant(found.normalize() if isinstance(found, Decimal) else found)
        except (ValueError, TooMuch) as error:
            raise not_in_sql(node) from error
        if term.digits > MOST_DIGITS:
            raise too_many_digits(node)
        return term


# --- conditions -------------------------------------------------------------------------------------------------------
def _logic(self: Compiling, node: tree.Logic) -> Pair:
    parts = [self.pair(one) for one in node.parts]
    return conjunction(parts) if node.operator == "and" else disjunction(parts)


def _compare(self: Compiling, node: tree.Compare) -> Pair:
    kinds = [self.checker.found[id(one)].kind for one in (node.left, node.right)]
    if kinds == ["boolean", "boolean"]:
        return _same_answer(self.pair(node.left), self.pair(node.right), node.operator)
    return compare(node, node.operator, self.term(node.left), self.term(node.right))


def _same_answer(one: Pair, other: Pair, operator: str) -> Pair:
    """``=`` between conditions: both true, both false, or both null."""
    pairs = [(one.when_true, other.when_true), (one.when_false, other.when_false), (one.unknown, other.unknown)]
    same = any_of(all_of(pair) for pair in pairs)
    different = any_of(
        all_of([side, against])
        for place, (side, _other) in enumerate(pairs)
        for index, (_one, against) in enumerate(pairs)
        if index != place
    )
    return Pair(same, different) if operator == "=" else Pair(different, same)


def _between(self: Compiling, node: tree.Between) -> Pair:
    value_ = self.term(node.value)
    return conjunction(
        [
            compare(node, ">=", value_, self.term(node.low)),
            compare(node, "<=", value_, self.term(node.high)),
        ]
    )


def _in(self: Compiling, node: tree.In) -> Pair:
    value_ = self.term(node.value)
    found = disjunction([_test(self, one, value_) for one in node.tests])
    return found.swapped() if node.negated else found


def _test(self: Compiling, test: tree.Test, value_: Term) -> Pair:
    if test.operator == "true":
        return self.pair(test.operand)
    if test.operator != "in":
        return compare(test, test.operator, value_, self.term(test.operand))
    return _within(self, test.operand, value_)


def _within(self: Compiling, operand: Node, value_: Term) -> Pair:
    match operand:
        case tree.ListOf(items=items):
            return disjunction([_within(self, one, value_) for one in items]) if items else Pair(False, True)
        case tree.Interval():
            return _interval(self, operand, value_)
    return compare(operand, "=", value_, self.term(operand))


def _interval(self: Compiling, node: tree.Interval, value_: Term) -> Pair:
    sides = []
    for end, closed, sign in ((node.low, node.low_closed, ">"), (node.high, node.high_closed, "<")):
        if end is not None:
            sides.append(compare(node, f"{sign}=" if closed else sign, value_, self.term(end)))
    return conjunction(sides)


# --- values -----------------------------------------------------------------------------------------------------------
def _name(self: Compiling, node: tree.Name) -> Term:
    found = self.columns.get(node.name)
    if found is None:
        raise not_in_sql(node)
    return column(found, node)


def _chain(self: Compiling, node: tree.Chain) -> Term:
    result = self.term(node.first)
    for operator, operand in node.rest:
        result = _step(operand, operator, result, self.term(operand))
    return result


def _step(node: Node, operator: str, one: Term, other: Term) -> Term:
    kinds = one.type.kind, other.type.kind
    if one.is_nothing or other.is_nothing:
        return constant(None)
    match operator, *kinds:
        case (("+" | "-"), "number", "number"):
            return numbers.add(node, operator, one, other)
        case "*", "number", "number":
            return numbers.multiply(node, one, other)
        case "+", "string", "string":
            return Term(Joined(one.expression, other.expression), types.STRING.maybe())
        case "-", "date", "date":
            days = DaysBetween(one.expression, other.expression)
            count = Value(_MILLISECONDS, output_field=BigIntegerField())
            return Term(Arithmetic("*", days, wide(count)), types.DAYS.maybe())
    raise not_in_sql(node)


def _negate(self: Compiling, node: tree.Negate) -> Term:
    term = self.term(node.operand)
    if term.is_nothing:
        return term
    if term.type.kind not in ("number", "days and time duration"):
        raise not_in_sql(node)
    return numbers.negate(term)


_FIELDS: dict[str, Callable[[], Any]] = {
    "string": CharField,
    "boolean": BooleanField,
    "date": DateField,
    "date and time": DateTimeField,
    "number": BigIntegerField,
    "days and time duration": BigIntegerField,
}


def _if(self: Compiling, node: tree.If) -> Term:
    when = as_q(self.pair(node.condition).when_true)
    then, otherwise = self.term(node.then), self.term(node.otherwise)
    sides, kind, field = join(node, [then, otherwise])
    found = Case(When(when, then=sides[0].expression), default=sides[1].expression, output_field=field)
    return Term(found, kind, max(one.scale for one in sides))


def _path(self: Compiling, node: tree.Path) -> Term:
    source = self.term(node.source)
    return source if source.is_nothing else calls.part(node, source, self.zone)


def _call(self: Compiling, node: tree.Call) -> Term | Pair:
    name = node.function.name if isinstance(node.function, tree.Name) else ""
    if node.names or name in self.columns:
        raise not_in_sql(node)
    if name == "not":
        return self.pair(node.arguments[0]).swapped()
    if name in calls.ROUNDING:
        return _rounding(self, node, name)
    made = calls.CALLS.get(name)
    if made is None:
        raise not_in_sql(node)
    terms = [self.term(one) for one in node.arguments]
    return constant(None) if any(one.is_nothing for one in terms) else made(node, terms, self.zone)


def _rounding(self: Compiling, node: tree.Call, name: str) -> Term:
    """A rounding; a division directly within it is done in whole numbers."""
    fixed = self.fixed(node.arguments[1]) if len(node.arguments) > 1 else constant(Decimal(0))
    scale = fixed.constant if fixed else None
    if not isinstance(scale, Decimal) or not 0 <= scale <= 10 or scale != int(scale):
        raise not_in_sql(node)
    inner = node.arguments[0]
    match inner:
        case tree.Chain(first=first, rest=(("/", divisor),)):
            one, other = self.term(first), self.term(divisor)
            if one.is_nothing or other.is_nothing:
                return constant(None)
            numbers.refuse_unknown(inner, one, other)
            return numbers.divided(node, name, one, other, int(scale))
    term = self.term(inner)
    if term.is_nothing:
        return term
    numbers.refuse_unknown(inner, term)
    return numbers.rounded(node, name, term, int(scale))


_PAIRS: dict[type, Callable[[Compiling, Any], Pair]] = {
    tree.Logic: _logic,
    tree.Compare: _compare,
    tree.Between: _between,
    tree.In: _in,
}
_TERMS: dict[type, Callable[[Compiling, Any], Any]] = {
    tree.Name: _name,
    tree.Chain: _chain,
    tree.Negate: _negate,
    tree.If: _if,
    tree.Path: _path,
    tree.Call: _call,
}
