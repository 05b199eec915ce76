"""Asking a decision: the version of the day answers, and says which rules held."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from django.utils.translation import gettext as _

from guanxi.platform.decisions.choices import State
from guanxi.platform.decisions.models import Decision, DecisionCase, DecisionVersion
from guanxi.platform.decisions.reading import Ready, ready
from guanxi.platform.entities import registry
from guanxi.platform.feel.dmn.graph import Deciding
from guanxi.platform.feel.dmn.xml import ModelError
from guanxi.platform.feel.expressions import evaluate_in, parse
from guanxi.platform.feel.faults import ExpressionError, TooMuch
from guanxi.platform.feel.running import Run
from guanxi.platform.feel.values import equal, text_of


class NoDecision(LookupError):
    """Nobody can answer; the message says why and what to do."""


@dataclass(frozen=True)
class Reason:
    """A table that was asked, and its rules that held, from 1; those after the first that counts are not looked at under the
    policy FIRST."""

    table: str
    rules: tuple[int, ...]


@dataclass(frozen=True)
class Answer:
    """``version`` is the number of the version that answered, 0 for a draft."""

    value: Any
    reasons: tuple[Reason, ...] = ()
    version: int = 0


def decide(key: str, values: Mapping[str, Any], *, now: datetime, zone: tzinfo, on: date | None = None) -> Answer:
    """The answer of a decision to given values, by the version that is valid on a day (the day of ``now``). Raises NoDecision;
    TooMuch for work without bounds."""
    version = version_on(key, on or now.astimezone(zone).date())
    found = answer(ready(version.source, version.answer), values, now=now, zone=zone)
    return Answer(found.value, found.reasons, version.number)


def answer(model: Ready, values: Mapping[str, Any], *, now: datetime, zone: tzinfo) -> Answer:
    """What a model answers."""
    deciding = Deciding(model.model, values, now=now, zone=zone)
    value = deciding.decide(model.answer.name)
    return Answer(
        value, tuple(Reason(table, tuple(number + 1 for number in rules)) for table, rules in deciding.run.told)
    )


def version_on(key: str, day: date) -> DecisionVersion:
    """The version that decides on a day. Raises NoDecision."""
    versions = registry.cached("decisions", _published).get(key, [])
    found = next((one for one in versions if one.valid_from and one.valid_from <= day), None)
    if found is None:
        raise NoDecision(
            _("No version of the decision “%(key)s” is valid on %(day)s. Publish one.") % {"key": key, "day": day}
        )
    return found


def _published() -> dict[str, list[DecisionVersion]]:
    """Key → the published versions, the latest first. One query per configuration version."""
    found: dict[str, list[DecisionVersion]] = {}
    rows = DecisionVersion.objects.filter(state=State.PUBLISHED, decision__active=True).select_related("decision")
    for version in rows.order_by("-valid_from", "-number"):
        found.setdefault(version.decision.key, []).append(version)
    return found


@dataclass(frozen=True)
class Tried:
    """How a version answers a case; ``error`` where it cannot."""

    case: DecisionCase
    passed: bool
    value: str = ""
    reasons: tuple[Reason, ...] = ()
    error: str = ""


def try_cases(decision: Decision, source: str, answering: str, *, now: datetime, zone: tzinfo) -> list[Tried]:
    """All cases of a decision on a model. Raises ModelError."""
    model = ready(source, answering)
    return [_tried(case, model, now, zone) for case in DecisionCase.objects.filter(decision=decision).order_by("pk")]


def _tried(case: DecisionCase, model: Ready, now: datetime, zone: tzinfo) -> Tried:
    run = Run(now, zone)
    try:
        given = evaluate_in(run, parse(case.given), {})
        expected = evaluate_in(run, parse(case.expected), {})
        found = answer(model, given if isinstance(given, dict) else {}, now=now, zone=zone)
    except ExpressionError as error:
        return Tried(case, False, error=error.message)
    except (TooMuch, ModelError) as error:
        return Tried(case, False, error=str(error))
    passed = found.value is None if expected is None else equal(found.value, expected) is True
    return Tried(case, passed, text_of(found.value, inside=True), found.reasons)
