"""The boxed expressions of a model: each becomes logic that runs on names and values."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from guanxi.platform.feel import conformity, limits
from guanxi.platform.feel.dmn import tables
from guanxi.platform.feel.dmn.model import Fault, Input, Logic, Output, Rule, Table
from guanxi.platform.feel.dmn.xml import Element, ModelError
from guanxi.platform.feel.expressions import Expression, evaluate_in, parse, unary
from guanxi.platform.feel.faults import ExpressionError, TooMuch
from guanxi.platform.feel.running import Run
from guanxi.platform.feel.types import Type
from guanxi.platform.feel.values import Function

BOXED = (
    "literalExpression", "decisionTable", "context", "relation", "list", "invocation", "functionDefinition",
    "conditional", "for", "some", "every", "filter",
)  # fmt: skip


class Reader:
    """Reads logic with the names and types of its model."""

    def __init__(self, names: frozenset[str], types: Mapping[str, Type], allowed: Mapping[str, str]) -> None:
        self.names, self.types, self.allowed = names, types, allowed
        self.faults: list[Fault] = []
        self.where = ""

    def expression(self, text: str) -> Expression:
        """The expression of a text; one that cannot be read is noted and null."""
        return self._read(parse, text)

    def _read(self, door: Callable[[str, frozenset[str]], Expression], text: str) -> Expression:
        try:
            return door(text, self.names)
        except ExpressionError as error:
            self.faults.append(Fault(self.where, text, error.message))
            return parse("null", ())

    def type(self, reference: str) -> Type | None:
        """The type of a reference such as ``feel:string`` or of an item definition; None for none."""
        name = reference.removeprefix("feel:").strip()
        return self.types.get(name) or conformity.NAMED.get(name) if name else None

    def logic_of(self, element: Element) -> Logic | None:
        """The logic within an element; None if it has none."""
        boxed = element.one(*BOXED)
        return self.logic(boxed) if boxed else None

    def logic(self, element: Element) -> Logic:
        """The logic of one boxed expression."""
        made = getattr(self, f"_{element.name}", None)
        if made is None:
            raise ModelError(_("“%(kind)s” is no kind of logic that is known here.") % {"kind": element.name})
        return self._typed(made(element), self.type(element.get("typeRef")))

    def _typed(self, logic: Logic, kind: Type | None) -> Logic:
        if kind is None:
            return logic
        return lambda run, names: conformity.coerced(logic(run, names), kind)

    def _inner(self, element: Element, name: str) -> Logic:
        part = element.one(name)
        logic = self.logic_of(part) if part else None
        return logic or (lambda run, names: None)

    # --- the kinds --------------------------------------------------------------------------------------------------
    def _literalExpression(self, element: Element) -> Logic:
        text = element.words("text")
        if not text:
            return lambda run, names: None
        expression = self.expression(text)
        return lambda run, names: evaluate_in(run, expression, names)

    def _decisionTable(self, element: Element) -> Logic:
        table, where = self.table(element), self.where
        return lambda run, names: tables.decide(table, run, names, where)

    def _context(self, element: Element) -> Logic:
        entries = []
        for entry in element.all("contextEntry"):
            variable = entry.one("variable")
            logic = self.logic_of(entry) or (lambda run, names: None)
            kind = self.type(variable.get("typeRef")) if variable else None
            entries.append((variable.get("name") if variable else None, self._typed(logic, kind)))

        def run_(run: Run, names: Mapping[str, Any]) -> Any:
            made: dict[str, Any] = {}
            for name, logic in entries:
                value = logic(run, {**names, **made})
                if name is None:
                    return value
                made[name] = value
            return run.budget.made(made)

        return run_

    def _relation(self, element: Element) -> Logic:
        columns = [one.get("name") for one in element.all("column")]
        rows = [[self.logic(cell) for cell in row.all(*BOXED)] for row in element.all("row")]
        return lambda run, names: run.budget.made(
            [{name: cell(run, names) for name, cell in zip(columns, row, strict=False)} for row in rows]
        )

    def _list(self, element: Element) -> Logic:
        items = [self.logic(one) for one in element.all(*BOXED)]
        return lambda run, names: run.budget.made([one(run, names) for one in items])

    def _invocation(self, element: Element) -> Logic:
        callee = self.logic_of(element) or (lambda run, names: None)
        bindings = []
        for binding in element.all("binding"):
            parameter = binding.one("parameter")
            logic = self.logic_of(binding) or (lambda run, names: None)
            bindings.append((parameter.get("name") if parameter else "", logic))

        def run_(run: Run, names: Mapping[str, Any]) -> Any:
            function = callee(run, names)
            if not isinstance(function, Function):
                return None
            given = {name: logic(run, names) for name, logic in bindings}
            if function.built_in is not None:
                return function.built_in(run, list(given.values()), tuple(given))
            if given.keys() - set(function.parameters):
                return None
            return run.call(function, [given.get(name) for name in function.parameters])

        return run_

    def _functionDefinition(self, element: Element) -> Logic:
        parameters = self.parameters(element)
        body = self.body(element)
        return lambda run, names: function(parameters, body, names)

    def body(self, element: Element) -> Logic | None:
        """What a function does, read with the names of its parameters; None for functions of other languages."""
        outside = self.names
        self.names = outside | {name for name, _kind in self.parameters(element)}
        try:
            return self.logic_of(element) if element.get("kind", "FEEL") == "FEEL" else None
        finally:
            self.names = outside

    def parameters(self, element: Element) -> tuple[tuple[str, Type | None], ...]:
        """The formal parameters of a function."""
        return tuple((one.get("name"), self.type(one.get("typeRef"))) for one in element.all("formalParameter"))

    def _conditional(self, element: Element) -> Logic:
        condition, then, otherwise = (self._inner(element, name) for name in ("if", "then", "else"))
        return lambda run, names: then(run, names) if condition(run, names) is True else otherwise(run, names)

    def _filter(self, element: Element) -> Logic:
        source, match = self._inner(element, "in"), self._inner(element, "match")

        def run_(run: Run, names: Mapping[str, Any]) -> Any:
            found = source(run, names)
            items = found if isinstance(found, list) else [] if found is None else [found]
            run.budget.spend(len(items))
            inner = [{**names, "item": one, **(one if isinstance(one, dict) else {})} for one in items]
            return [item for item, scope in zip(items, inner, strict=True) if match(run, scope) is True]

        return run_

    def _for(self, element: Element) -> Logic:
        turns, body = self._turns(element), self._inner(element, "return")

        def run_(run: Run, names: Mapping[str, Any]) -> Any:
            items, name = turns(run, names)
            if items is None:
                return None
            results: list[Any] = []
            for item in items[: limits.LIST]:
                run.budget.spend(1)
                results.append(body(run, {**names, name: item, "partial": list(results)}))
            return run.budget.made(results)

        return run_

    def _some(self, element: Element) -> Logic:
        turns, body = self._turns(element), self._inner(element, "satisfies")
        every = element.name == "every"

        def run_(run: Run, names: Mapping[str, Any]) -> Any:
            items, name = turns(run, names)
            if items is None:
                return None
            run.budget.spend(len(items))
            answers = [body(run, {**names, name: item}) for item in items]
            if (not every) in answers:
                return not every
            return every if all(one is every for one in answers) else None

        return run_

    _every = _some

    def _turns(self, element: Element) -> Any:
        source, name = self._inner(element, "in"), element.get("iteratorVariable")

        def run_(run: Run, names: Mapping[str, Any]) -> tuple[list[Any] | None, str]:
            found = source(run, names)
            return (found if isinstance(found, list) or found is None else [found]), name

        return run_

    # --- tables -----------------------------------------------------------------------------------------------------
    def table(self, element: Element) -> Table:
        """A decision table with all its cells read."""
        inputs = tuple(self._input(one) for one in element.all("input"))
        outputs = tuple(self._output(one, element) for one in element.all("output"))
        rules = tuple(
            Rule(
                tuple(self._read(unary, cell.words("text")) for cell in rule.all("inputEntry")),
                tuple(self._result(cell) for cell in rule.all("outputEntry")),
            )
            for rule in element.all("rule")
        )
        policy = element.get("hitPolicy", "UNIQUE").upper()
        return Table(inputs, outputs, rules, policy, element.get("aggregation").upper())

    def _input(self, element: Element) -> Input:
        values = element.words("inputValues", "text")
        expression = self.expression(element.words("inputExpression", "text") or "null")
        return Input(expression, element.get("label"), self.expression(f"[{values}]") if values else None)

    def _output(self, element: Element, table: Element) -> Output:
        values = element.words("outputValues", "text") or self._allowed(element, table)
        default = element.words("defaultOutputEntry", "text")
        return Output(
            element.get("name"),
            self.expression(f"[{values}]") if values else None,
            self.expression(default) if default else None,
        )

    def _allowed(self, element: Element, table: Element) -> str:
        """The allowed values of the type of an output, where the table itself ranks none."""
        own = self.allowed.get(element.get("typeRef"))
        return (
            own
            or self.allowed.get(f"{table.get('typeRef')}.{element.get('name')}")
            or self.allowed.get(table.get("typeRef"), "")
        )

    def _result(self, element: Element) -> Expression:
        text = element.words("text")
        return self.expression(text if text and text != "-" else "null")


def function(parameters: tuple[tuple[str, Type | None], ...], body: Logic | None, names: Mapping[str, Any]) -> Function:
    """A function over what is known where it stands."""

    def call(run: Run, *given: Any) -> Any:
        if body is None or len(given) != len(parameters):
            return None
        taken = {}
        for (name, kind), value in zip(parameters, given, strict=True):
            taken[name] = conformity.coerced(value, kind) if kind else value
            if taken[name] is None and value is not None:
                return None
        try:
            return body(run, {**names, **taken})
        except RecursionError as error:
            raise TooMuch from error

    return Function(tuple(name for name, _kind in parameters), call)
