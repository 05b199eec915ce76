"""Deciding: what a decision needs is worked out first, each once."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from django.utils.translation import gettext as _

from guanxi.platform.feel import conformity
from guanxi.platform.feel.dmn.logic import function
from guanxi.platform.feel.dmn.model import Decision, Knowledge, Model
from guanxi.platform.feel.dmn.xml import ModelError
from guanxi.platform.feel.running import Run
from guanxi.platform.feel.values import Function, from_python


class Deciding:
    """One use of a model with given values; every decision is worked out at most once."""

    def __init__(self, model: Model, values: Mapping[str, Any], *, now: datetime, zone: tzinfo) -> None:
        self.model = model
        self.values = {name: from_python(value, zone) for name, value in values.items()}
        self.run = Run(now, zone)
        self.done: dict[str, Any] = {}
        self.doing: list[str] = []

    def decide(self, name: str) -> Any:
        """The result of a decision. Raises ModelError for one that does not exist."""
        decision = self.model.decision(name)
        if decision is None:
            raise ModelError(_("The model has no decision “%(name)s”.") % {"name": name})
        return self._decided(decision)

    def _decided(self, decision: Decision) -> Any:
        if decision.id in self.done:
            return self.done[decision.id]
        if decision.id in self.doing:
            raise ModelError(_("“%(name)s” needs itself. Remove one of the arrows.") % {"name": decision.name})
        self.doing.append(decision.id)
        names = {**self._needed(decision), **self._known(decision.knowledge)}
        value = decision.logic(self.run, names) if decision.logic else None
        if decision.type is not None:
            value = conformity.coerced(value, decision.type)
        self.doing.pop()
        self.done[decision.id] = value
        return value

    def _needed(self, decision: Decision) -> dict[str, Any]:
        found = {}
        for id_ in decision.needs:
            if (given := self.model.given.get(id_)) is not None:
                value = self.values.get(given.name)
                found[given.name] = conformity.coerced(value, given.type) if given.type else value
            elif (other := self.model.decisions.get(id_)) is not None:
                found[other.name] = self._decided(other)
        return found

    def _known(self, ids: tuple[str, ...], depth: int = 0) -> dict[str, Function]:
        found = {}
        for id_ in ids:
            one = self.model.knowledge.get(id_)
            if one is not None and depth < 50:
                found[one.name] = self._function(one, depth)
        return found

    def _function(self, one: Knowledge, depth: int) -> Function:
        names: dict[str, Any] = self._known(one.knowledge, depth + 1) if one.knowledge != (one.id,) else {}
        made = function(one.parameters, one.logic, names)
        names[one.name] = made  # it may call itself
        if one.type is None:
            return made
        kind = one.type
        return Function(made.parameters, lambda run, *given: conformity.coerced(made.call(run, *given), kind))
