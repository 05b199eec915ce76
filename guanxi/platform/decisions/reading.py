"""A decision model as it is used: which decision answers, and what is wrong with it before it may."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _

from guanxi.platform.feel import tree, types
from guanxi.platform.feel.checking import Checker
from guanxi.platform.feel.dmn import proving
from guanxi.platform.feel.dmn.model import Decision, Model, Table
from guanxi.platform.feel.dmn.reading import read_model
from guanxi.platform.feel.dmn.xml import ModelError
from guanxi.platform.feel.faults import ExpressionError
from guanxi.platform.feel.types import Type
from guanxi.platform.feel.values import text_of

#: Policies under which two rules for the same values contradict each other.
ALONE, AGREEING = "UNIQUE", "ANY"


@dataclass(frozen=True)
class Ready:
    """A model and the decision of it that answers."""

    model: Model
    answer: Decision


@dataclass(frozen=True)
class Trouble:
    """What is wrong at ``where`` (a decision of the model); what ``stops`` keeps the version from being published."""

    where: str
    message: str
    stops: bool = True


def ready(source: str, answer: str = "") -> Ready:
    """A model with the decision that answers. Raises ModelError."""
    model = _model(source)
    return Ready(model, _answering(model, answer))


@lru_cache(maxsize=64)
def _model(source: str) -> Model:
    if not source.strip():
        raise ModelError(_("There is no model yet. Paste the content of a DMN file."))
    return read_model(source.encode())


def _answering(model: Model, name: str) -> Decision:
    if name:
        found = model.decision(name)
        if found is None:
            known = ", ".join(one.name for one in model.decisions.values())
            raise ModelError(
                _("The model has no decision “%(name)s”. It has: %(known)s.") % {"name": name, "known": known}
            )
        return found
    needed = {id_ for one in model.decisions.values() for id_ in one.needs}
    last = [one for one in model.decisions.values() if one.id not in needed]
    if len(last) != 1:
        known = ", ".join(one.name for one in last or model.decisions.values())
        raise ModelError(
            _("Name the decision that answers: %(known)s.") % {"known": known}
            if known
            else _("The model decides nothing. Add a decision table.")
        )
    return last[0]


def troubles(source: str, answer: str = "") -> list[Trouble]:
    """Everything that is wrong with a model, what stops it first."""
    try:
        found = ready(source, answer)
    except ModelError as error:
        return [Trouble("", str(error))]
    each = [
        *(Trouble(fault.where, f"{fault.message} ({fault.text})") for fault in found.model.faults),
        *_turning(found.model),
    ]
    if not each:
        for decision in found.model.decisions.values():
            each += _of(found.model, decision)
    return sorted(each, key=lambda one: not one.stops)


def _turning(model: Model) -> Iterator[Trouble]:
    """Decisions that need themselves, or something that is not there."""
    for decision in model.decisions.values():
        reached, waiting = set(), list(decision.needs)
        while waiting:
            id_ = waiting.pop()
            if id_ == decision.id:
                yield Trouble(
                    decision.name,
                    _("“%(name)s” needs itself. Remove one of the arrows.") % {"name": decision.name},
                )
                break
            if id_ not in reached:
                reached.add(id_)
                waiting += model.decisions[id_].needs if id_ in model.decisions else ()
        if any(id_ not in model.given and id_ not in model.decisions for id_ in decision.needs):
            yield Trouble(decision.name, _("An arrow leads here from something that the model does not hold."))


def _of(model: Model, decision: Decision) -> Iterator[Trouble]:
    if decision.logic is None:
        yield Trouble(decision.name, _("Nothing is decided here. Write a table or an expression."))
    if decision.table is None:
        return
    wrong = list(_mistyped(model, decision, decision.table))
    yield from wrong
    if not wrong:
        yield from _rules(decision.name, decision.table)


def _names(model: Model, decision: Decision) -> Mapping[str, Type]:
    """The types of what a decision reads; what says no type may be of any."""
    found = {}
    for id_ in decision.needs:
        needed = model.given.get(id_) or model.decisions[id_]
        found[needed.name] = (needed.type or types.ANY).maybe()
    for id_ in decision.knowledge:
        if known := model.knowledge.get(id_):
            found[known.name] = types.ANY
    return found


def _mistyped(model: Model, decision: Decision, table: Table) -> Iterator[Trouble]:
    """Cells that can never hold, because kinds do not go together."""
    names = _names(model, decision)
    for number, rule in enumerate(table.rules, 1):
        for column, cell in zip(table.inputs, rule.cells, strict=False):
            asked = tree.substituted(cell.tree, "?", column.expression.tree) if cell.cell else column.expression.tree
            try:
                Checker().condition(asked, names) if cell.cell else Checker().type(asked, names)
            except ExpressionError as error:
                yield Trouble(
                    decision.name, _in_rule(number, cell.text if cell.cell else column.expression.text, error)
                )
        for result in rule.results:
            try:
                Checker().type(result.tree, names)
            except ExpressionError as error:
                yield Trouble(decision.name, _in_rule(number, result.text, error))


def _in_rule(number: int, text: str, error: ExpressionError) -> str:
    return _("Rule %(number)d, %(text)s: %(message)s") % {"number": number, "text": text, "message": error.message}


def _rules(name: str, table: Table) -> Iterator[Trouble]:
    """Rules that contradict each other, and values that none is for."""
    if not table.rules:
        yield Trouble(name, _("The table has no rules."))
        return
    proof = proving.prove(table)
    for overlap in proof.overlaps:
        same = proving.alike(table, overlap) if table.policy == AGREEING else False
        if table.policy not in (ALONE, AGREEING) or same:
            continue
        numbers = {
            "first": overlap.first + 1,
            "second": overlap.second + 1,
            "example": _example(table, overlap.example),
        }
        yield Trouble(
            name, _("Rules %(first)d and %(second)d both hold for %(example)s. Only one may.") % numbers, same is False
        )
    if proof.gap is not None:
        example = {"example": _example(table, proof.gap)}
        yield Trouble(name, _("No rule holds for %(example)s. The answer is then null.") % example, stops=False)
    if proof.open_columns:
        columns = ", ".join(_heading(table, number) for number in proof.open_columns)
        yield Trouble(
            name,
            _("Whether rules overlap or leave a gap is not known: %(columns)s asks more than a comparison with values.")
            % {"columns": columns},
            stops=False,
        )
    elif not proof.finished:
        yield Trouble(name, _("The table is too large to be looked through for gaps."), stops=False)


def _heading(table: Table, number: int) -> str:
    return table.inputs[number].label or table.inputs[number].expression.text


def _example(table: Table, values: tuple) -> str:
    """The values of an example; what any value does for is left out."""
    return ", ".join(
        f"{_heading(table, number)} = {text_of(value, inside=True)}"
        for number, value in enumerate(values)
        if value is not None or _asks_for_null(table, number)
    )


def _asks_for_null(table: Table, column: int) -> bool:
    return any(tree.NULL in rule.cells[column].tree.walk() for rule in table.rules)
