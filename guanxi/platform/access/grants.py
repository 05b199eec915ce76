"""The rights of one actor, read once and asked many times."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import BigIntegerField, Model

from guanxi.platform.access.beside import BesideIds
from guanxi.platform.access.models.role import Duty, FieldRule, RoleGrant, Scope
from guanxi.platform.access.words import split
from guanxi.platform.bulk.prepared import Prepared, Slot

if TYPE_CHECKING:
    from guanxi.platform.access.actor import Actor


@dataclass(frozen=True)
class SetOf:
    """The set that a grant reaches: records of ``entity``, with what hangs on them where they are customers. ``live`` as in
    RecordSet."""

    id: int
    entity: str
    of_customers: bool
    active: bool = True
    live: str = ""

    @property
    def terms(self) -> tuple[tuple[str, Any], ...]:
        """The scope columns of a live set with their values; a tuple means one of these."""
        pairs = [term for term in self._live if len(term) == 2]
        return tuple((column, tuple(value) if isinstance(value, list) else value) for column, value in pairs)

    @property
    def beside(self) -> tuple[BesideIds, ...]:
        """What a live set asks of values that lie beside the records."""
        return tuple(
            BesideIds(table, name, operator, tuple(values), self.entity, self.of_customers)
            for table, name, operator, values in (term for term in self._live if len(term) == 4)
        )

    @property
    def _live(self) -> list[list[Any]]:
        return json.loads(self.live) if self.live else []


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


#: Kinds of sensitive data that a role sees masked unless a rule says otherwise.
MASKED_BY_DEFAULT = frozenset({"contact", "identity", "financial"})
#: From the most to the least that is seen of a field; a person sees the most that one of their roles allows.
_SIGHT = {FieldRule.Rule.SHOW: 0, FieldRule.Rule.READ: 0, FieldRule.Rule.MASK: 1, FieldRule.Rule.HIDE: 2}
_UNTOUCHABLE = frozenset({FieldRule.Rule.HIDE, FieldRule.Rule.READ})
NO_FIELDS: frozenset[str] = frozenset()


class FieldRights(NamedTuple):
    """Keys of the fields of one entity that an actor does not see at all, sees masked, may not change."""

    hidden: frozenset[str] = NO_FIELDS
    masked: frozenset[str] = NO_FIELDS
    frozen: frozenset[str] = NO_FIELDS


@dataclass(frozen=True)
class Grants:
    """``rules``: (entity, field) as in FieldRule → {role id: rule}; None for the system, which sees everything."""

    grants: tuple[Grant, ...]
    rules: dict[tuple[str, str], dict[int, str]] | None = field(default_factory=dict)

    def scopes(self, entity: str, action: str) -> frozenset[str]:
        """How far the actor may go with this action; empty: not at all. Worked out once."""
        found = self._scopes.get((entity, action))
        if found is None:
            found = frozenset(grant.scope for grant in self.grants if grant.covers(entity, action))
            self._scopes[entity, action] = found
        return found

    @cached_property
    def _scopes(self) -> dict[tuple[str, str], frozenset[str]]:
        return {}

    def sets(self, entity: str, action: str) -> list[SetOf]:
        """The sets of records to which grants of this action are limited."""
        found = {grant.set_of for grant in self.grants if grant.set_of and grant.covers(entity, action)}
        return sorted(found, key=lambda one: one.id)

    def fields(self, entity: str, holder: str, sensitivities: Mapping[str, str]) -> FieldRights:
        """What the rules say of the fields of an entity. ``holder`` is the entity whose grants count (the parent of a
        line), ``sensitivities`` the kind of sensitive data of every field, "" for others."""
        rules = self.rules
        if rules is None:
            return FieldRights()
        # Somebody whose roles say nothing of the entity is as one who has a role without rules.
        roles = {grant.role_id for grant in self.grants if grant.covers(holder, "view")} or {0}
        entities = (entity, f"{entity.partition('.')[0]}.*", "*")
        named = {field for one, field in rules if one in entities}
        hidden: set[str] = set()
        masked: set[str] = set()
        frozen: set[str] = set()
        for key, sensitivity in sensitivities.items():
            words = (key, f"@{sensitivity}", "@") if sensitivity else (key,)
            usual = FieldRule.Rule.MASK if sensitivity in MASKED_BY_DEFAULT else FieldRule.Rule.SHOW
            if named.isdisjoint(words):
                met = {str(usual)}
            else:
                places = [rules[one, word] for word in words for one in entities if (one, word) in rules]
                met = {next((place[role] for place in places if role in place), usual) for role in roles}
            sight = min(_SIGHT[FieldRule.Rule(rule)] for rule in met)
            if sight:
                (hidden if sight == 2 else masked).add(key)
            if met <= _UNTOUCHABLE:
                frozen.add(key)
        return FieldRights(frozenset(hidden), frozenset(masked), frozenset(frozen))


#: What a grant says of its set, in the order of SetOf.
SET_COLUMNS = (
    "record_set_id",
    "record_set__entity",
    "record_set__of_customers",
    "record_set__active",
    "record_set__live",
)


def grants_of(actor: "Actor") -> Grants:
    """Two queries: the grants and the field rules of the user's active roles. Who is out of use has none."""
    if actor.unrestricted:
        return Grants((Grant(0, "*", frozenset({"*"}), Scope.ALL),), None)
    if actor.stands_for is None:
        return Grants(())
    business = actor.on_behalf_of_id is not None  # the three duties of control are nobody's to lend
    whose = {"user": actor.stands_for}
    grants = tuple(
        Grant(role_id, entity, frozenset(split(actions)), scope, _set_of(*members))
        for role_id, entity, actions, scope, *members in GRANTS[business].rows(whose)
    )
    rules: dict[tuple[str, str], dict[int, str]] = defaultdict(dict)
    for role_id, entity, key, rule in RULES[business].rows(whose):
        rules[entity, key][role_id] = rule
    return Grants(grants, dict(rules))


def _set_of(pk: int, entity: str, of_customers: bool, active: bool, live: str) -> SetOf | None:
    return SetOf(pk, entity, bool(of_customers), bool(active), live) if pk else None


def _of_roles(model: type[Model], columns: tuple[str, ...], *, business: bool) -> Prepared:
    """Rows of the active roles of a user who is active; ``business``: of those roles that may be lent."""
    lent = {"role__duty": Duty.BUSINESS} if business else {}
    links = {"role__user_links__user": Slot("user", BigIntegerField()), "role__user_links__user__is_active": True}
    return Prepared(lambda: model._default_manager.filter(role__active=True, **links, **lent).values_list(*columns))


GRANTS, RULES = (
    {lent: _of_roles(model, columns, business=lent) for lent in (False, True)}
    for model, columns in (
        (RoleGrant, ("role_id", "entity", "actions", "scope", *SET_COLUMNS)),
        (FieldRule, ("role_id", "entity", "field", "rule")),
    )
)
