"""Trying an expression on values that somebody types: what it gives, or what is wrong with it. For previews only: nothing
is read from the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.utils.translation import gettext as _

from guanxi.platform.feel import types
from guanxi.platform.feel.expressions import check, evaluate_in, parse
from guanxi.platform.feel.faults import ExpressionError, TooMuch
from guanxi.platform.feel.running import Run
from guanxi.platform.feel.types import Type
from guanxi.platform.feel.values import text_of

MOST_NAMES = 200


@dataclass(frozen=True)
class Tried:
    """``value`` and ``kind`` of what came out, or the ``error`` and where in the text it is."""

    value: str = ""
    kind: str = ""
    error: str = ""
    at: int = 0
    to: int = 0


def attempt(text: str, names: Mapping[str, str], *, now: datetime, zone: tzinfo) -> Tried:
    """Check and evaluate an expression. ``names`` gives each name a value written as an expression, "null" if empty."""
    if len(names) > MOST_NAMES:
        return Tried(error=_("At most %(limit)d names can be tried at once.") % {"limit": MOST_NAMES})
    run = Run(now, zone)  # one for all, so that many names make no more work than one
    try:
        values = {name: evaluate_in(run, parse(literal), {}) for name, literal in names.items()}
        kinds = {name: _kind(literal) for name, literal in names.items()}
        expression = parse(text, names)
        kind = check(expression, kinds)
        value = evaluate_in(run, expression, values)
    except ExpressionError as error:
        return Tried(error=error.message, at=error.at, to=error.to)
    except TooMuch as error:
        return Tried(error=str(error))
    return Tried(value=text_of(value, inside=True), kind=kind.label)


def _kind(literal: str) -> Type:
    """The type of a value as it is written; nothing may be of any."""
    kind = check(parse(literal), {})
    return types.ANY if kind.kind == "null" else kind.maybe()
