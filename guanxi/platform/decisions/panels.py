"""On the page of a version: its tables as people read them, what is wrong with it, and how it answers the test cases."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.decisions.deciding import try_cases
from guanxi.platform.decisions.models import DecisionVersion
from guanxi.platform.decisions.reading import ready, troubles
from guanxi.platform.entities.options import Panel
from guanxi.platform.entities.registry import extend
from guanxi.platform.feel.dmn.model import Decision, Table
from guanxi.platform.feel.dmn.xml import ModelError

#: Rules of one table that the page shows.
SHOWN = 200


def tables(actor: Actor, version: DecisionVersion) -> dict[str, Any]:
    """Every decision of the model, the one that answers last."""
    try:
        found = ready(version.source, version.answer)
    except ModelError as error:
        return {"error": str(error)}
    others = [one for one in found.model.decisions.values() if one.id != found.answer.id]
    return {"decisions": [_decision(one) for one in [*others, found.answer]], "given": found.model.given.values()}


def _decision(decision: Decision) -> dict[str, Any]:
    return {"name": decision.name, "table": _table(decision.table) if decision.table else None}


def _table(table: Table) -> dict[str, Any]:
    rules = [
        {"number": number, "cells": [cell.text if cell.cell else "–" for cell in rule.cells], "results": rule.results}
        for number, rule in enumerate(table.rules[:SHOWN], 1)
    ]
    return {
        "policy": f"{table.policy} {table.aggregation}".strip(),
        "inputs": [one.label or one.expression.text for one in table.inputs],
        "outputs": [one.name for one in table.outputs],
        "rules": rules,
        "more": max(0, len(table.rules) - SHOWN),
    }


def check(actor: Actor, version: DecisionVersion) -> dict[str, Any]:
    """What is wrong, and the answers to the test cases with the rules that held."""
    found = troubles(version.source, version.answer)
    try:
        tried = try_cases(version.decision, version.source, version.answer, now=actor.now(), zone=actor.zone)
    except ModelError:
        tried = []
    return {"troubles": found, "tried": tried, "passed": sum(one.passed for one in tried)}


extend(
    "decisions.decisionversion",
    tab=Panel("tables", _("Tables"), "decisions/decisionversion/tables.html", tables, place="tab"),
)
extend("decisions.decisionversion", panel=Panel("check", _("Check"), "decisions/decisionversion/check.html", check))
