"""Retention: rules of the clean-up that empty personal data, and legal holds that no clean-up touches."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.kinds import Choice
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.query import Query, condition, read_filter
from guanxi.platform.keeping.choices import CleanupAction
from guanxi.platform.keeping.cleaning import Means, register_keeper, register_means
from guanxi.platform.keeping.models import CleanupRule
from guanxi.platform.privacy import holding
from guanxi.platform.privacy.choices import DataClass
from guanxi.platform.privacy.emptying import empty, fields_of_kind
from guanxi.platform.privacy.marks import ERASED
from guanxi.platform.privacy.persons import system
from guanxi.platform.privacy.register import days_kept

register_keeper(holding.held)


def kinds_of_data() -> list[Choice]:
    return [Choice(value, label) for value, label in DataClass.choices]


def narrow(rule: CleanupRule, entity: Entity, rows: QuerySet) -> QuerySet:
    """Those of the rows that hold anything to empty, so that nothing is emptied twice."""
    tests = [_holds_something(entity, field) for field in fields_of_kind(entity, rule.data) if field.operators]
    actor = system()
    query = Query(filter=read_filter(entity, actor, ["or", *tests]))
    return rows.filter(condition(entity, actor, query))


def _holds_something(entity: Entity, field: Field) -> list[Any]:
    if field.required and field.key == entity.title_field:
        return ["ne", field.key, ERASED]
    return ["filled", field.key]


def carry_out(rule: CleanupRule, entity: Entity, records: Sequence[Any], actor: Actor, batch: uuid.UUID) -> int:
    fields = fields_of_kind(entity, rule.data)
    return empty(entity, records, fields, actor, reason=rule.name, batch=batch) if records else 0


def problem(rule: CleanupRule) -> dict[str, str]:
    """What is wrong with a rule that empties personal data: there is none, or it keeps them longer than was promised."""
    entity = registry.get(rule.target)
    if not fields_of_kind(entity, rule.data):
        return {"data": _("These records have no such data.")}
    promised = days_kept(entity.key, rule.data)
    if promised is not None and rule.days > promised:
        return {
            "days": _("The register of personal data promises to keep them for %(days)s days at most.")
            % {"days": promised}
        }
    return {}


register_means(CleanupAction.ANONYMISE, Means("edit", narrow, carry_out, problem, kinds_of_data))
