"""The rights of one actor, read once and asked many times."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from guanxi.platform.access.models.role import Duty, FieldRule, RoleGrant, Scope

if TYPE_CHECKING:
    from guanxi.platform.access.actor import Actor


@dataclass(frozen=True)
class SetOf:
    """The set that a grant reaches: records of ``entity``, with what hangs on them where they are customers."""

    id: int
    entity: str
    of_customers: bool


@dataclass(frozen=True)
class Grant:
    role_id: int
    entity: str
    actions: frozenset[str]
    scope: str
    set_of: SetOf | None = None

    def covers(self, entity: str, action: str) -> bool:
        return self.names(entity) and ("*" in self.actions or action in self.actions)

    def names(self, entity: str) -> bool:
        return self.entity in ("*", entity) or (self.entity.endswith(".*") and entity.startswith(self.entity[:-1]))


@dataclass(frozen=True)
class Grants:
    """``rules``: (entity, field) → {role id: rule}."""

    grants: tuple[Grant, ...]
    rules: dict[tuple[str, str], dict[int, str]] = field(default_factory=dict)

    def scopes(self, entity: str, action: str) -> frozenset[str]:
        """How far the actor may go with this action; empty: not at all."""
        return frozenset(grant.scope for grant in self.grants if grant.covers(entity, action))

    def sets(self, entity: str, action: str) -> list[SetOf]:
        """The sets of records to which grants of this action are limited."""
        found = {grant.set_of for grant in self.grants if grant.set_of and grant.covers(entity, action)}
        return sorted(found, key=lambda one: one.id)

    @cached_property
    def _hidden(self) -> dict[str, frozenset[str]]:
        return self._ruled({FieldRule.Rule.HIDE})

    @cached_property
    def _frozen(self) -> dict[str, frozenset[str]]:
        return self._ruled({FieldRule.Rule.HIDE, FieldRule.Rule.READ})

    def hidden(self, entity: str) -> frozenset[str]:
        """Fields that every role giving sight of the entity hides."""
        return self._hidden.get(entity, frozenset())

    def frozen(self, entity: str) -> frozenset[str]:
        """Fields that no role lets the actor change."""
        return self._frozen.get(entity, frozenset())

    def _ruled(self, rules: Iterable[str]) -> dict[str, frozenset[str]]:
        wanted, found = set(rules), defaultdict(set)
        for (entity, key), by_role in self.rules.items():
            seeing = {grant.role_id for grant in self.grants if grant.covers(entity, "view")}
            if seeing and all(by_role.get(role) in wanted for role in seeing):
                found[entity].add(key)
        return {entity: frozenset(keys) for entity, keys in found.items()}


#: What a grant says of its set, in the order of SetOf.
SET_COLUMNS = ("record_set_id", "record_set__entity", "record_set__of_customers")


def grants_of(actor: "Actor") -> Grants:
    """Two queries: the grants and the field rules of the user's active roles. Who is out of use has none."""
    if actor.unrestricted:
        return Grants((Grant(0, "*", frozenset({"*"}), Scope.ALL),))
    if actor.stands_for is None:
        return Grants(())
    mine: dict[str, Any] = {
        "role__active": True,
        "role__user_links__user": actor.stands_for,
        "role__user_links__user__is_active": True,
    }
    if actor.on_behalf_of_id:
        mine["role__duty"] = Duty.BUSINESS  # the three duties of control are nobody's to lend
    grants = tuple(
        Grant(role_id, entity, frozenset(actions), scope, SetOf(*members) if members[0] else None)
        for role_id, entity, actions, scope, *members in RoleGrant.objects.filter(**mine).values_list(
            "role_id", "entity", "actions", "scope", *SET_COLUMNS
        )
    )
    rules: dict[tuple[str, str], dict[int, str]] = defaultdict(dict)
    for role_id, entity, key, rule in FieldRule.objects.filter(**mine).values_list(
        "role_id", "entity", "field", "rule"
    ):
        rules[entity, key][role_id] = rule
    return Grants(grants, dict(rules))
