"""What the rules over fields mean for a form: how it begins, and what the browser needs to follow along while somebody types.
The truth is asked at the save; this is comfort."""

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.urls import reverse

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.kinds import Invalid
from guanxi.platform.customizing.rules import Rule, Ruling, rules_of, ruling
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.features import protected
from guanxi.platform.feel.literals import literal
from guanxi.platform.feel.values import from_python
from guanxi.platform.ui.present import Presenter

#: How the browser writes what stands in an input of this kind as an expression. Other inputs keep the value they came with.
_WRITTEN = {
    kinds.INTEGER.key: "number",
    kinds.DECIMAL.key: "number",
    kinds.MONEY.key: "number",
    kinds.DATE.key: "date",
    kinds.BOOLEAN.key: "boolean",
    **{kind.key: "text" for kind in (kinds.TEXT, kinds.LONGTEXT, kinds.CODE, kinds.URL, kinds.CHOICE)},
}


def filled(
    entity: Entity, record: Any, fields: Mapping[str, Field], values: Mapping[str, Any], raw: Mapping[str, Any]
) -> Any:
    """A copy of the record (of none: a new one) as the form shows it; what cannot be read is left as it was."""
    shown = copy.copy(record) if record is not None else entity.source.new()
    for key, field in fields.items():
        if field.set is None or (key not in raw and record is not None):
            continue
        try:
            field.put(shown, field.parse(raw[key]) if key in raw else values.get(key, field.nothing))
        except Invalid:
            continue
    return shown


def begin(entity: Entity, shown: Any, actor: Actor) -> Ruling:
    """What the rules say of the form as it is opened. All choices are there: the browser offers those that are left."""
    return replace(ruling(entity, shown, actor), offered={}) if rules_of(entity) else Ruling()


def locked(entity: Entity, actor: Actor, record: Any, fields: Mapping[str, Field]) -> dict[str, tuple[str, str]]:
    """Field → its value as a text, and why the actor may not change it by themselves (Feature.protects)."""
    own = entity.fields()
    held = {key: not own[key].is_empty(own[key].get(record)) for key in fields if key in own}
    reasons = protected(entity, record, actor, held)
    if not reasons:
        return {}
    readable = [field for key, field in entity.readable(actor).items() if key in reasons]
    presenter = Presenter(entity, actor, readable)
    presenter.load([record])
    texts = {field.key: presenter.text(field, field.get(record)) for field in readable}
    return {key: (texts.get(key, ""), reason) for key, reason in reasons.items()}


def described(entity: Entity, shown: Any, fields: Mapping[str, Field], actor: Actor, new: bool) -> dict[str, Any]:
    """The rules as the browser follows them; empty if there are none. A rule that reads what this person does not see is
    left to the server."""
    seen = {key for key, field in entity.readable(actor).items() if not field.is_masked}
    found = [
        _rule(rule, shown, fields, actor)
        for rule in rules_of(entity)
        if rule.field.key in fields and rule.reads.keys() <= seen and not (new and rule.effect == "lock")
    ]
    return {"url": reverse("expression_try"), "rules": found} if found else {}


def _rule(rule: Rule, shown: Any, fields: Mapping[str, Field], actor: Actor) -> dict[str, Any]:
    return {
        "field": rule.field.key,
        "effect": str(rule.effect),
        "text": rule.row.condition,
        "options": list(rule.row.options),
        "always": rule.field.required,
        "label": rule.label,
        "names": {
            key: {
                "kind": _WRITTEN.get(field.kind.key, "") if key in fields else "",
                "value": as_expression(field, shown, actor),
            }
            for key, field in rule.reads.items()
        },
    }


def as_expression(field: Field, record: Any, actor: Actor) -> str:
    """The value of a record as an expression that gives it again, for the preview."""
    value = field.get(record)
    return "null" if field.is_empty(value) else literal(from_python(value, actor.zone))
