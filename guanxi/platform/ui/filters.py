"""Filters in words (chips) and as choices (the filter popover, which asks for them when it opens)."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.kinds import Invalid
from guanxi.platform.entities import links
from guanxi.platform.entities.entity import Entity
from guanxi.platform.feel.operators import OPERATORS, PERIODS
from guanxi.platform.ui.contexts import Chip
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
    named = _names(state, fields, actor)
    return [
        Chip(index=index, remove_url=state.url(filter=state.without(index)), **_words(node, fields, named))
        for index, node in enumerate(state.conditions())
    ]


def _words(node: list[Any], fields: dict[str, Field], named: dict[tuple[str, str], str]) -> dict[str, str]:
    head, *rest = node
    if head in ("and", "or"):
        joined = (_(" and ") if head == "and" else _(" or ")).join(_sentence(part, fields, named) for part in rest)
        return {"field": "", "operator": "", "value": joined}
    if head == "not":
        return {"field": _("Not"), "operator": "", "value": _sentence(rest[0], fields, named)}
    field = fields[rest[0]]
    return {
        "field": str(field.label),
        "operator": str(OPERATORS[head].label),
        "value": _value(head, field, rest[1:], named),
    }


def _sentence(node: list[Any], fields: dict[str, Field], named: dict[tuple[str, str], str]) -> str:
    words = _words(node, fields, named)
    return " ".join(part for part in (words["field"], words["operator"], words["value"]) if part)


def _value(operator: str, field: Field, raw: list[Any], named: dict[tuple[str, str], str]) -> str:
    values = raw[0] if OPERATORS[operator].many and raw and isinstance(raw[0], list) else raw
    if operator == "period":
        return str(PERIODS.get(str(values[0]), values[0]))
    joint = _(" to ") if operator == "between" else _(", ")
    return joint.join(_one(field, value, named) for value in values)


def _one(field: Field, value: Any, named: dict[tuple[str, str], str]) -> str:
    if field.is_link:
        return named.get((field.key, str(value)), str(value))
    if field.kind is kinds.BOOLEAN:
        try:
            return str(kinds.YES if field.parse(value) else kinds.NO)
        except Invalid:
            return str(value)
    return str(field.choice_labels().get(str(value), value))


def _names(state: ListState, fields: dict[str, Field], actor: Actor) -> dict[tuple[str, str], str]:
    wanted: dict[str, set[int]] = {}
    for key, value in _link_values(state.filter, fields):
        wanted.setdefault(key, set()).add(value)
    return {
        (key, str(pk)): label
        for key, ids in wanted.items()
        for pk, label in links.labels(fields[key].target, ids, actor).items()
    }


def _link_values(node: Any, fields: dict[str, Field]) -> Iterator[tuple[str, int]]:
    if not isinstance(node, list) or not node:
        return
    if node[0] in ("and", "or", "not"):
        for part in node[1:]:
            yield from _link_values(part, fields)
    elif len(node) > 2 and node[1] in fields and fields[node[1]].is_link:
        for value in node[2] if isinstance(node[2], list) else node[2:]:
            if str(value).isdigit():
                yield node[1], int(value)
