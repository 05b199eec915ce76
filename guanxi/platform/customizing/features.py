"""Custom fields, rules over fields and layouts, as features of every entity that takes them."""

from collections.abc import Collection, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.kinds import Invalid
from guanxi.platform.customizing import layouts, rules
from guanxi.platform.customizing.described import Described, described
from guanxi.platform.customizing.formulas import formulas_of, work_out
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.features import Feature, register_feature
from guanxi.platform.entities.layout import Parts
from guanxi.platform.entities.options import Section


class CustomFields(Feature):
    key = "customizing.fields"

    def fields(self, entity: Entity) -> list[Field]:
        return [one.field for one in described(entity)]

    def sections(self, entity: Entity) -> list[Section]:
        keys = [one.field.key for one in described(entity)]
        return [Section(_("Further details"), *keys, key="custom")] if keys else []

    def starting(self, entity: Entity, actor: Actor) -> dict[str, Any]:
        return {one.field.key: value for one in described(entity) if one.start and (value := _start(one)) is not None}

    def derive(self, entity: Entity, records: Sequence[Any]) -> None:
        if any(one.formula for one in described(entity)):
            work_out(registry.cached(("formulas", entity.key), lambda: formulas_of(entity)), records)


def _start(one: Described) -> Any:
    """The starting value; None where its text fits no more, for example because its choice has gone."""
    try:
        return one.field.parse(one.start)
    except Invalid:
        return None


class FormRules(Feature):
    key = "customizing.rules"

    def refuses(self, entity: Entity) -> bool:
        return bool(rules.rules_of(entity))

    def refusals(
        self, entity: Entity, record: Any, actor: Actor, changed: Collection[str] | None, handed_in: Collection[str]
    ) -> dict[str, str]:
        return rules.refusals(entity, record, actor, changed, handed_in)


class Layouts(Feature):
    key = "customizing.layouts"

    def arrange(self, entity: Entity, actor: Actor, place: str, parts: Parts) -> Parts:
        changes = layouts.changes_for(entity, actor)
        return layouts.arrange(entity, changes, place, parts) if changes else parts

    def names(self, entity: Entity, actor: Actor, place: str) -> dict[str, str]:
        return layouts.names(layouts.changes_for(entity, actor), place)


register_feature(CustomFields())
register_feature(FormRules())
register_feature(Layouts())
