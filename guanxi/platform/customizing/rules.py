"""Rules over fields: while a condition holds, a field is shown, must be filled, stays as it is, or offers only some choices.

The truth is asked when a record is saved, by whatever door (features.FormRules); pages ask ``ruling`` for comfort.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import OperationalError, ProgrammingError
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.customizing.choices import Effect
from guanxi.platform.customizing.described import customizable
from guanxi.platform.customizing.models import FormRule
from guanxi.platform.customizing.over_fields import WrongExpression, checked, given, readable
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.feel import types
from guanxi.platform.feel.expressions import Expression, evaluate
from guanxi.platform.feel.faults import TooMuch
from guanxi.platform.feel.tree import names_used
from guanxi.platform.refdata.fields import label_of

CHOOSING = (kinds.CHOICE, kinds.MULTICHOICE)


class WrongRule(ValueError):
    """The rule cannot be used: ``part`` (a field of the rule's form) is wrong, and the message says why and what to do."""

    def __init__(self, part: str, message: str) -> None:
        super().__init__(message)
        self.part = part


@dataclass(frozen=True)
class Rule:
    """One rule that fits its fields. ``reads`` are those of its condition."""

    row: FormRule
    field: Field
    expression: Expression
    reads: Mapping[str, Field]

    @property
    def effect(self) -> Effect:
        return Effect(self.row.effect)

    @property
    def label(self) -> str:
        """Its name in the reader's language."""
        return label_of(self.row.labels, self.row.key)

    def holds(self, record: Any, actor: Actor) -> bool:
        """Whether the condition is true; one that has no answer is not."""
        zone = timezone.get_default_timezone()
        try:
            return evaluate(self.expression, given(self.reads, record), now=actor.now(), zone=zone) is True
        except TooMuch:
            return False

    def asked(self, touched: Collection[str]) -> bool:
        """Whether a change of these fields concerns the rule."""
        return self.field.key in touched or not self.reads.keys().isdisjoint(touched)


@dataclass
class Ruling:
    """What the rules say of one record as it is: keys of fields, and the choices that are left of some."""

    hidden: set[str] = field(default_factory=set)
    needed: set[str] = field(default_factory=set)
    locked: set[str] = field(default_factory=set)
    offered: dict[str, frozenset[str]] = field(default_factory=dict)


def read(entity: Entity, row: FormRule) -> Rule:
    """A rule with its parts checked against the entity's fields. Raises WrongRule."""
    target = entity.fields().get(row.field)
    if target is None:
        raise WrongRule("field", _("There is no field “%(field)s”. Choose another one.") % {"field": row.field})
    try:
        expression, found = checked(entity, row.condition)
    except WrongExpression as error:
        raise WrongRule("condition", str(error)) from error
    if found.kind != types.BOOLEAN_:
        message = _("A condition answers yes or no. This one gives: %(kind)s.") % {"kind": found.label}
        raise WrongRule("condition", message)
    fields = readable(entity)
    rule = Rule(row, target, expression, {key: fields[key] for key in names_used(expression.tree) if key in fields})
    _refuse_misfit(rule)
    return rule


def _refuse_misfit(rule: Rule) -> None:
    """Raise WrongRule for an effect that the field cannot have."""
    if rule.field.readonly or not rule.field.set:
        raise WrongRule("field", _("Nobody fills in this field, so no rule can be about it."))
    if rule.effect is Effect.SHOW and rule.field.required:
        raise WrongRule(
            "effect", _("This field must always be filled. Make it optional first, and then let a rule ask for it.")
        )
    if rule.effect is Effect.SHOW and rule.field.key in rule.reads:
        raise WrongRule("condition", _("Whether a field is shown cannot depend on the field itself."))
    if rule.effect is not Effect.LIMIT:
        if rule.row.options:
            raise WrongRule("options", _("Only a rule that limits choices names choices."))
        return
    if rule.field.kind not in CHOOSING:
        raise WrongRule("field", _("Only a choice can be limited to some of its values."))
    known = {choice.value for choice in rule.field.choices()}
    if not rule.row.options or not known.issuperset(rule.row.options):
        raise WrongRule(
            "options",
            _("Name at least one of these values: %(values)s.") % {"values": ", ".join(sorted(known))},
        )


def rules_of(entity: Entity) -> tuple[Rule, ...]:
    """The active rules of an entity that fit its fields. What no longer fits is left out, and the list of rules tells so."""
    if not customizable(entity):
        return ()
    rows = registry.cached("form_rules", _rows).get(entity.key)
    return registry.cached(("form_rules", entity.key), lambda: _fitting(entity, rows)) if rows else ()


def _rows() -> dict[str, list[FormRule]]:
    """Entity key → its active rules in their order. One query, none before anybody has configured anything."""
    found: dict[str, list[FormRule]] = defaultdict(list)
    if registry.configuration_version():
        try:
            for row in FormRule.objects.filter(active=True).order_by("pk"):
                found[row.entity].append(row)
        except (OperationalError, ProgrammingError):
            return {}  # an upgrade that has not come to this room's second migration yet
    return found


def _fitting(entity: Entity, rows: list[FormRule]) -> tuple[Rule, ...]:
    found = []
    for row in rows:
        try:
            found.append(read(entity, row))
        except WrongRule:
            continue
    return tuple(found)


def trouble(row: FormRule) -> str:
    """Why a stored rule is not applied; empty if it is."""
    entity = registry.find(row.entity)
    if entity is None:
        return _("This kind of record is not installed.")
    try:
        read(entity, row)
    except WrongRule as error:
        return str(error)
    return ""


def ruling(entity: Entity, record: Any, actor: Actor) -> Ruling:
    """What the rules say of a record as it is."""
    found = Ruling()
    for rule in rules_of(entity):
        key, holds = rule.field.key, rule.holds(record, actor)
        if rule.effect is Effect.SHOW and not holds:
            found.hidden.add(key)
        elif rule.effect is Effect.REQUIRE and holds:
            found.needed.add(key)
        elif rule.effect is Effect.LOCK and holds:
            found.locked.add(key)
        elif rule.effect is Effect.LIMIT and holds:
            options = frozenset(rule.row.options)
            found.offered[key] = found.offered.get(key, options) & options
    found.needed -= found.hidden
    return found


def refusals(
    entity: Entity, record: Any, actor: Actor, changed: Collection[str] | None, handed_in: Collection[str]
) -> dict[str, str]:
    """Field key → what the rules have against a record about to be saved. ``changed`` is None for a new one; a rule is asked
    only where something that concerns it was changed or handed in, so that old records can still be given away."""
    touched = None if changed is None else {*changed, *handed_in}
    found: dict[str, str] = {}
    hidden: set[str] = set()
    asked = [rule for rule in rules_of(entity) if touched is None or rule.asked(touched)]
    for rule in sorted(asked, key=lambda rule: rule.effect is not Effect.SHOW):
        key, holds = rule.field.key, rule.holds(record, actor)
        if rule.effect is Effect.SHOW:
            if not holds:
                hidden.add(key)
                if message := _unused(entity, rule, record, actor, changed):
                    found.setdefault(key, message)
        elif holds and key not in hidden and (message := _broken(entity, rule, record, actor, changed)):
            found.setdefault(key, message)
    return found


def _unused(entity: Entity, rule: Rule, record: Any, actor: Actor, changed: Collection[str] | None) -> str:
    """What is said about a value in a field that is not shown. What was there before, or was given at the start, may stay."""
    value = rule.field.get(record)
    if rule.field.is_empty(value) or value is False:
        return ""
    kept = rule.field.key not in changed if changed is not None else value == _start(entity, rule.field, actor)
    if kept:
        return ""
    return _("“%(field)s” is not used here (%(rule)s). Leave it empty.") % _named(rule)


def _start(entity: Entity, field: Field, actor: Actor) -> Any:
    return entity.starting(actor).get(field.key, field.start())


def _broken(entity: Entity, rule: Rule, record: Any, actor: Actor, changed: Collection[str] | None) -> str:
    """What is said of a field whose rule holds; empty if the record keeps to it."""
    key, value = rule.field.key, rule.field.get(record)
    if rule.effect is Effect.REQUIRE:
        # Who may not fill a field is not asked for it: they could not save anything.
        may = actor.unrestricted or key in entity.settable(actor)
        return _("“%(field)s” is needed here (%(rule)s).") % _named(rule) if may and rule.field.is_empty(value) else ""
    if rule.effect is Effect.LOCK:
        return _("“%(field)s” cannot be changed here (%(rule)s).") % _named(rule) if changed and key in changed else ""
    if changed is not None and key not in changed:
        return ""
    chosen = set(value or ()) if rule.field.kind is kinds.MULTICHOICE else {value} - {None, ""}
    if chosen <= set(rule.row.options):
        return ""
    labels = rule.field.choice_labels()
    offered = ", ".join(str(labels[option]) for option in rule.row.options)
    return _("“%(field)s” offers here only: %(choices)s (%(rule)s).") % {**_named(rule), "choices": offered}


def _named(rule: Rule) -> dict[str, str]:
    return {"field": str(rule.field.label), "rule": rule.label}
