"""Filters in words (chips) and as choices (the filter popover, which asks for them when it opens)."""

from typing import Any

from django.urls import reverse

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.entities.entity import Entity
from guanxi.platform.feel.operators import OPERATORS, PERIODS
from guanxi.platform.ui.contexts import Chip
from guanxi.platform.ui.filter_words import names, words
from guanxi.platform.ui.list_state import ListState
from guanxi.platform.ui.present import page_kind


def offers(entity: Entity, actor: Actor) -> bool:
    """Whether the reader may filter by anything."""
    return any(field.operators for field in entity.readable(actor).values())


def described(entity: Entity, actor: Actor) -> list[dict[str, Any]]:
    """Every field the reader may filter by, as data for filters.js. ``values`` of an operator: 0, 1, 2, or -1 for a
    list of any length; its ``choices`` are words it takes instead of the field's own (periods). ``picker`` (links, users): ?q= answers {"results": [{"value", "text", "hint"}]}."""
    return [
        {
            "key": key,
            "label": str(field.label),
            "kind": page_kind(field),
            "operators": [_operator(name) for name in field.operators],
            "choices": _choices(field),
            "picker": picker_url(field) if field.is_link else "",
        }
        for key, field in entity.readable(actor).items()
        if field.operators
    ]


def _operator(name: str) -> dict[str, Any]:
    operator = OPERATORS[name]
    periods = PERIODS.items() if name == "period" else ()
    return {
        "key": name,
        "label": str(operator.label),
        "values": -1 if operator.many else operator.high,
        "choices": [{"value": value, "label": str(label)} for value, label in periods],
    }


def _choices(field: Field) -> list[dict[str, str]]:
    if field.kind is kinds.BOOLEAN:
        return [{"value": "true", "label": str(kinds.YES)}, {"value": "false", "label": str(kinds.NO)}]
    return [{"value": choice.value, "label": str(choice.label)} for choice in field.choices()]


def picker_url(field: Field) -> str:
    """Where a picker of this link looks up its options."""
    module, _dot, name = field.target.partition(".")
    return reverse("picker", args=[module, name])


def chips(state: ListState, actor: Actor) -> list[Chip]:
    """The conditions in force as sentences. Link values are named in one query per target."""
    fields = state.entity.readable(actor)
    named = names([(fields, state.filter)], actor)
    return [
        Chip(index=index, remove_url=state.url(filter=state.without(index)), **words(node, fields, named))
        for index, node in enumerate(state.conditions())
    ]
