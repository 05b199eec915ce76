"""The evaluator: a tree becomes closures once, which are then run on values. What has no answer is null, as FEEL has it;
only work without bounds is refused (TooMuch)."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from guanxi.platform.feel import arithmetic, conformity, iteration, limits, tree
from guanxi.platform.feel.functions import BUILTINS
from guanxi.platform.feel.properties import property_of
from guanxi.platform.feel.running import Compiled, Scope
from guanxi.platform.feel.tree import Node
from guanxi.platform.feel.values import Function, Range, compare, equal, is_in


def compiled(node: Node) -> Compiled:
    """The closure that evaluates a tree."""
    return _COMPILERS[type(node)](node)


def _size(node: Node) -> int:
    return sum(1 for _ in node.walk())


# --- values -----------------------------------------------------------------------------------------------------------
def _literal(node: tree.Literal) -> Compiled:
    value = node.value
    return lambda scope: value


def _name(node: tree.Name) -> Compiled:
    name = node.name
    return lambda scope: scope.get(name)


def _list(node: tree.ListOf) -> Compiled:
    if all(isinstance(one, tree.Literal) for one in node.items):
        constant = [one.value for one in node.items if isinstance(one, tree.Literal)]
        return lambda scope: constant  # nothing changes a list, so one serves all evaluations
    items = [compiled(one) for one in node.items]
    return lambda scope: scope.run.budget.made([item(scope) for item in items])


def _context(node: tree.ContextOf) -> Compiled:
    entries = [(key, compiled(value)) for key, value in node.entries]
    if len({key for key, _ in entries}) != len(entries):
        return lambda scope: None

    def run(scope: Scope) -> Any:
        made: dict[str, Any] = {}
        within = scope.inner(made)
        for key, value in entries:
            made[key] = value(within)
        # A copy, because functions that were made within keep the scope and with it the growing context.
        return scope.run.budget.made(dict(made))

    return run


def _interval(node: tree.Interval) -> Compiled:
    low = compiled(node.low) if node.low else None
    high = compiled(node.high) if node.high else None
    if isinstance(node.low, tree.Literal) and isinstance(node.high, tree.Literal):
        ends = node.low.value, node.high.value
        ordered = None in ends or compare(*ends) is not None
        constant = Range(*ends, node.low_closed, node.high_closed, node.unary) if ordered else None
        return lambda scope: constant

    def run(scope: Scope) -> Any:
        ends = low(scope) if low else None, high(scope) if high else None
        if low and high and None not in ends and compare(*ends) is None:
            return None
        return Range(*ends, node.low_closed, node.high_closed, node.unary)

    return run


# --- operators --------------------------------------------------------------------------------------------------------
def _chain(node: tree.Chain) -> Compiled:
    first = compiled(node.first)
    rest = [(arithmetic.OPERATIONS[operator], compiled(operand)) for operator, operand in node.rest]

    def run(scope: Scope) -> Any:
        value = first(scope)
        for operation, operand in rest:
            value = operation(value, operand(scope))
            if type(value) is str:
                scope.run.budget.text(value)
        return value

    return run


def _negate(node: tree.Negate) -> Compiled:
    operand = compiled(node.operand)
    return lambda scope: arithmetic.negate(operand(scope))


def _logic(node: tree.Logic) -> Compiled:
    parts = [compiled(one) for one in node.parts]
    decisive = node.operator == "or"

    def run(scope: Scope) -> Any:
        answer: bool | None = not decisive
        for part in parts:
            value = part(scope)
            if value is decisive:
                return decisive
            if value is not (not decisive):
                answer = None
        return answer

    return run


def compared(operator: str, one: Any, other: Any) -> bool | None:
    """The answer of ``= != < <= > >=``."""
    if operator in ("=", "!="):
        same = equal(one, other)
        return same if same is None or operator == "=" else not same
    order = compare(one, other)
    if order is None:
        return None
    return (
        order < 0 or (order == 0 and "=" in operator)
        if operator[0] == "<"
        else order > 0 or (order == 0 and "=" in operator)
    )


def _compare(node: tree.Compare) -> Compiled:
    left, right, operator = compiled(node.left), compiled(node.right), node.operator
    return lambda scope: compared(operator, left(scope), right(scope))


def _between(node: tree.Between) -> Compiled:
    value, low, high = compiled(node.value), compiled(node.low), compiled(node.high)

    def run(scope: Scope) -> Any:
        found = value(scope)
        answers = compared(">=", found, low(scope)), compared("<=", found, high(scope))
        if False in answers:
            return False
        return None if None in answers else True

    return run


def _in(node: tree.In) -> Compiled:
    value = compiled(node.value)
    tests = [(one.operator, compiled(one.operand)) for one in node.tests]

    def run(scope: Scope) -> Any:
        found = value(scope)
        answer: bool | None = False
        for operator, operand in tests:
            one = _tested(operator, found, operand(scope))
            if one is True:
                return not node.negated
            if one is None:
                answer = None
        return answer if answer is None else node.negated

    return run


def _tested(operator: str, value: Any, operand: Any) -> bool | None:
    if operator == "in":
        return is_in(value, operand)
    if operator == "true":
        return operand if isinstance(operand, bool) else None
    return compared(operator, value, operand)


def _instance_of(node: tree.InstanceOf) -> Compiled:
    value, kind = compiled(node.value), conformity.named_type(node.type)
    return lambda scope: conformity.fits(value(scope), kind) if kind else None


# --- access -----------------------------------------------------------------------------------------------------------
def _path(node: tree.Path) -> Compiled:
    source, name = compiled(node.source), node.name

    def run(scope: Scope) -> Any:
        value = source(scope)
        if isinstance(value, list):
            scope.run.budget.spend(len(value))
            return scope.run.budget.made([property_of(one, name) for one in value])
        return property_of(value, name)

    return run


def _filter(node: tree.Filter) -> Compiled:
    source, condition = compiled(node.source), compiled(node.condition)
    cost = _size(node.condition)

    def run(scope: Scope) -> Any:
        found = source(scope)
        items = found if isinstance(found, list) else [] if found is None else [found]
        if not items:
            # Nothing to try the condition on: only a plain position tells an element from a selection.
            return None if isinstance(condition(scope), Decimal) else []
        chosen = []
        for item in items:
            scope.run.budget.spend(cost)
            names = {"item": item, **item} if isinstance(item, dict) else {"item": item}
            answer = condition(scope.inner(names))
            if isinstance(answer, Decimal):
                return _element(items, answer)
            if answer is True:
                chosen.append(item)
        return scope.run.budget.made(chosen)

    return run


def _element(items: list, position: Decimal) -> Any:
    if position != position.to_integral_value() or not 0 < abs(position) <= len(items):
        return None
    index = int(position)
    return items[index - 1 if index > 0 else index]


def _call(node: tree.Call) -> Compiled:
    callee = compiled(node.function)
    arguments, names = [compiled(one) for one in node.arguments], node.names
    known = BUILTINS.get(node.function.name) if isinstance(node.function, tree.Name) else None

    def run(scope: Scope) -> Any:
        function = callee(scope)
        if not isinstance(function, Function):
            return None
        given = [one(scope) for one in arguments]
        if function.built_in is not None:
            scope.run.budget.spend(1)
            return function.built_in(scope.run, given, names)
        if names:
            if sorted(names) != sorted(function.parameters):
                return None
            given = [given[names.index(one)] for one in function.parameters]
        return scope.run.call(function, given) if len(given) == len(function.parameters) else None

    if known is None:
        return run
    name = known.name

    def run_known(scope: Scope) -> Any:
        if _is_shadowed(scope, name):
            return run(scope)
        scope.run.budget.spend(1)
        return known(scope.run, [one(scope) for one in arguments], names)

    return run_known


def _is_shadowed(scope: Scope | None, name: str) -> bool:
    while scope is not None:
        if name in scope.names:
            return True
        scope = scope.around
    return False


# --- statements -------------------------------------------------------------------------------------------------------
def _if(node: tree.If) -> Compiled:
    condition, then, otherwise = compiled(node.condition), compiled(node.then), compiled(node.otherwise)
    return lambda scope: then(scope) if condition(scope) is True else otherwise(scope)


Source = tuple[str, Compiled, Compiled | None]


def _sources(iterations: tuple[tree.Iteration, ...]) -> list[Source]:
    return [(one.name, compiled(one.source), compiled(one.end) if one.end else None) for one in iterations]


def _bindings(sources: list[Source], scope: Scope, depth: int = 0) -> Iterator[Scope | None]:
    """The scopes of all turns of a loop; a None says that there is nothing to go through."""
    name, source, end = sources[depth]
    items = iteration.steps(source(scope), end(scope)) if end else iteration.items(source(scope))
    if items is None:
        yield None
        return
    for item in items:
        scope.run.budget.spend(1)
        within = scope.inner({name: item})
        if depth + 1 < len(sources):
            yield from _bindings(sources, within, depth + 1)
        else:
            yield within


def _for(node: tree.For) -> Compiled:
    sources, body, cost = _sources(node.iterations), compiled(node.body), _size(node.body)

    def run(scope: Scope) -> Any:
        results: list[Any] = []
        for within in _bindings(sources, scope):
            if within is None:
                return None
            scope.run.budget.spend(cost)
            if uses_partial:
                # A copy, because a turn may keep what it sees of the earlier ones in what it gives.
                scope.run.budget.spend(len(results) >> 3)
                within = within.inner({"partial": list(results)})
            results.append(body(within))
            if len(results) > limits.LIST:
                break
        return scope.run.budget.made(results)

    uses_partial = "partial" in tree.names_used(node.body)
    return run


def _quantified(node: tree.Quantified) -> Compiled:
    sources, body, cost = _sources(node.iterations), compiled(node.body), _size(node.body)

    def run(scope: Scope) -> Any:
        answer: bool | None = node.every
        for within in _bindings(sources, scope):
            if within is None:
                return None
            scope.run.budget.spend(cost)
            value = body(within)
            if value is (not node.every):
                return not node.every
            if value is not node.every:
                answer = None
        return answer

    return run


def _function(node: tree.Function) -> Compiled:
    body = compiled(node.body) if node.body is not None else None
    kinds = [conformity.named_type(one) if one else None for one in node.types]
    cost = _size(node.body) if node.body is not None else 0

    def run(scope: Scope) -> Any:
        def call(run_: Any, *given: Any) -> Any:
            run_.budget.spend(cost)
            if body is None or len(given) != len(node.parameters):
                return None
            taken = {}
            for name, kind, value in zip(node.parameters, kinds, given, strict=True):
                taken[name] = conformity.coerced(value, kind) if kind else value
                if taken[name] is None and value is not None:
                    return None
            return body(Scope(run_, taken, scope))

        return Function(node.parameters, call)

    return run


_COMPILERS: dict[type, Callable[[Any], Compiled]] = {
    tree.Literal: _literal,
    tree.Name: _name,
    tree.ListOf: _list,
    tree.ContextOf: _context,
    tree.Interval: _interval,
    tree.Chain: _chain,
    tree.Negate: _negate,
    tree.Logic: _logic,
    tree.Compare: _compare,
    tree.Between: _between,
    tree.In: _in,
    tree.InstanceOf: _instance_of,
    tree.Path: _path,
    tree.Filter: _filter,
    tree.Call: _call,
    tree.If: _if,
    tree.For: _for,
    tree.Quantified: _quantified,
    tree.Function: _function,
}
