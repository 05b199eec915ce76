"""A decision table as one value of SQL, for millions of rows: CASE WHEN in the order in which rules win."""

from datetime import datetime, tzinfo
from typing import Any

from django.db.models import BigIntegerField, Case, Q, Value, When
from django.db.models.lookups import Exact

from guanxi.platform.feel import tree, types
from guanxi.platform.feel.dmn.model import Rule, Table
from guanxi.platform.feel.sql.compiling import Columns, Compiling, join
from guanxi.platform.feel.sql.functions import Arithmetic
from guanxi.platform.feel.sql.pairs import Side, all_of, any_of, as_q
from guanxi.platform.feel.sql.terms import MOST_DIGITS, Term, not_in_sql, too_many_digits, wide
from guanxi.platform.feel.values import equal

#: More digits than a count of rules has.
_COUNT = types.number(5, 0)


def table_value(table: Table, columns: Columns, *, now: datetime, zone: tzinfo) -> Term:
    """What a table of one output decides for each row. ANY gives its first hit: that its rules agree is proved before it is
    published. Raises NotInSql for policies that give lists, MIN and MAX; ExpressionError for cells that are ill-typed."""
    if len(table.outputs) != 1 or not table.rules:
        raise not_in_sql(tree.NULL)
    compiling = Compiling(columns, now, zone)
    conditions = [_condition(compiling, table, rule) for rule in table.rules]
    results, kind, field = join(tree.NULL, [_result(compiling, rule.results[0].tree) for rule in table.rules])
    scale = max(one.scale for one in results)
    match table.policy, table.aggregation:
        case (("FIRST" | "ANY"), _):
            return Term(_first(list(zip(conditions, results, strict=True)), field), kind.maybe(), scale)
        case "PRIORITY", _:
            return Term(_first(_ranked(compiling, table, conditions, results), field), kind.maybe(), scale)
        case "UNIQUE", _:
            once = Q(Exact(_hits(conditions), Value(1)))
            chosen = _first(list(zip(conditions, results, strict=True)), field)
            return Term(Case(When(once, then=chosen), default=Value(None), output_field=field), kind.maybe(), scale)
        case "COLLECT", "COUNT":
            return Term(_hits(conditions), _COUNT)
        case "COLLECT", "SUM":
            return _sum(conditions, results)
    raise not_in_sql(tree.NULL)


def _condition(compiling: Compiling, table: Table, rule: Rule) -> Side:
    """When the rule hits: all its cells are true of their columns."""
    sides = []
    for column, cell in zip(table.inputs, rule.cells, strict=False):
        if cell.cell:
            asked = tree.substituted(cell.tree, "?", column.expression.tree)
            compiling.checker.condition(asked, compiling.types)
            sides.append(compiling.pair(asked).when_true)
    return all_of(sides)


def _result(compiling: Compiling, node: tree.Node) -> Term:
    compiling.checker.type(node, compiling.types)
    return compiling.term(node)


def _first(choices: list[tuple[Side, Term]], field: Any) -> Any:
    """The result of the first rule that hits."""
    cases: list[When] = []
    for side, term in choices:
        if side is True:
            return Case(*cases, default=term.expression, output_field=field) if cases else term.expression
        if side is not False:
            cases.append(When(as_q(side), then=term.expression))
    return Case(*cases, default=Value(None), output_field=field)


def _ranked(compiling: Compiling, table: Table, conditions: list[Side], results: list[Term]) -> list[tuple[Side, Term]]:
    """The rules with the output values that stand first in their list first; results must be constants."""
    values = table.outputs[0].values
    order = [compiling.term(one).constant for one in getattr(values.tree, "items", ())] if values else []
    if not all(term.known for term in results):
        raise not_in_sql(tree.NULL)

    def rank(pair: tuple[Side, Term]) -> int:
        places = [place for place, one in enumerate(order) if equal(one, pair[1].constant) is True]
        return places[0] if places else len(order)

    return sorted(zip(conditions, results, strict=True), key=rank)


def _whole(count: int) -> Any:
    return wide(Value(count, output_field=BigIntegerField()))


def _one_if(side: Side, then: Any) -> Any:
    return Case(When(as_q(side), then=then), default=_whole(0), output_field=BigIntegerField())


def _hits(conditions: list[Side]) -> Any:
    return Arithmetic("+", _whole(0), *(_one_if(side, _whole(1)) for side in conditions))


def _sum(conditions: list[Side], results: list[Term]) -> Term:
    """The sum of the results that hit; NULL if none does, or if one of them is null."""
    digits = max(term.digits for term in results) + len(str(len(results)))
    if digits > MOST_DIGITS or any(term.type.kind != "number" for term in results):
        raise too_many_digits(tree.NULL)
    scale = results[0].scale
    total = Arithmetic(
        "+", _whole(0), *(_one_if(c, wide(t.expression)) for c, t in zip(conditions, results, strict=True))
    )
    found = Case(When(as_q(any_of(conditions)), then=total), default=Value(None), output_field=BigIntegerField())
    return Term(found, types.number(digits, scale).maybe(), scale)
