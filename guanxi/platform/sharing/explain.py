"""Effective access, from both sides: what a person may do and why; who reaches a record and why.

Told from the same data as the gate decides by, not from a second set of rules: ``test_explain`` compares the two.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import IntegerField, Q, QuerySet, Value
from django.utils.translation import gettext as _

from guanxi.platform.access import gate
from guanxi.platform.access.actions import READ_ACTIONS, label_of
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.grants import SET_COLUMNS, Grant, SetOf
from guanxi.platform.access.memberships import Level, Subject, levels_for, provider, providers
from guanxi.platform.access.models import Deputyship, RecordSet, RecordSetMember, Role, RoleGrant, User
from guanxi.platform.access.models.record import DEPARTMENT_COLUMNS, REGION_COLUMNS
from guanxi.platform.access.models.role import Scope
from guanxi.platform.commands import command as commands
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import EntityKind

PAGE = 50
#: More reasons than this one person cannot have for one record.
REASONS = 20


@dataclass(frozen=True)
class Reason:
    """One source of right in words: how far, and through which role or membership."""

    reach: str
    via: str


@dataclass(frozen=True)
class Allowed:
    """Actions (labels) that are open for the same reasons."""

    actions: tuple[str, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Explained:
    """What somebody may do with one kind of record."""

    entity: Entity
    allowed: tuple[Allowed, ...]
    hidden: tuple[str, ...]
    masked: tuple[str, ...]
    frozen: tuple[str, ...]


# --- a person ---------------------------------------------------------------------------------------------
def of_person(actor: Actor) -> list[Explained]:
    """Every kind of record that the actor may see; parts of records have the rights of the record."""
    roles = {role.pk: str(role) for role in Role.objects.filter(pk__in={one.role_id for one in actor.grants.grants})}
    found = []
    for entity in registry.entities():
        if entity.parent_entity() is None and gate.permits(actor, entity, "view"):
            fields, (hidden, masked, frozen) = entity.fields(), entity.field_rights(actor)
            found.append(
                Explained(
                    entity,
                    tuple(_allowed(actor, entity, roles)),
                    tuple(str(fields[key].label) for key in fields if key in hidden),
                    tuple(str(fields[key].label) for key in fields if key in masked),
                    tuple(str(fields[key].label) for key in fields if key in frozen - hidden),
                )
            )
    return found


def _allowed(actor: Actor, entity: Entity, roles: dict[int, str]) -> Iterator[Allowed]:
    by_reasons: dict[tuple[Reason, ...], list[str]] = defaultdict(list)
    for action in _actions(entity):
        if gate.permits(actor, entity, action):
            by_reasons[tuple(_reasons(actor, entity, action, roles))].append(label_of(entity.key, action))
    for reasons, actions in by_reasons.items():
        yield Allowed(tuple(actions), reasons)


def _actions(entity: Entity) -> list[str]:
    own = [command.name for command in commands.commands_of(entity) if not command.asks]
    return [*sorted(READ_ACTIONS, reverse=True), *own, "import", "approve"]


def _reasons(actor: Actor, entity: Entity, action: str, roles: dict[int, str]) -> Iterator[Reason]:
    covering = [one for one in actor.grants.grants if one.covers(entity.key, action)]
    for one in covering:
        reach = str(Scope(one.scope).label) if entity.scoped else _("All of them")
        yield Reason(reach, roles.get(one.role_id, ""))
    if entity.scoped and not any(one.scope == Scope.ALL for one in covering):
        reached = (*actor.memberships.reaching(entity.key, action), *_of_customers(actor, entity, action))
        for ids in reached:
            yield Reason(_("%(count)d by membership") % {"count": ids.rows().count()}, str(provider(ids.kind).label))


def _of_customers(actor: Actor, entity: Entity, action: str) -> Iterable[Any]:
    return actor.memberships.reaching("", action) if entity.customer_path else ()


# --- a record ---------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Reaching:
    """Somebody who sees a record, whether they may also change it, and the reasons; ``deputies`` act for them today."""

    user: User
    changes: bool
    reasons: tuple[Reason, ...]
    deputies: tuple[str, ...] = ()


def of_record(entity: Entity, record: Any, actor: Actor, after: int = 0) -> tuple[list[Reaching], int]:
    """A page of the people who see the record, by id, and the id to go on from (0: the end). Four statements beside
    those that look up roles, however many people there are."""
    ways = list(_ways(entity, record, actor))
    found: dict[int, set[int]] = defaultdict(set)
    rows = _union(ways, after)[: PAGE * REASONS] if ways else ()
    for pk, number in rows:
        found[pk].add(number)
    seeing = sorted(pk for pk, numbers in found.items() if any(ways[number].action == "view" for number in numbers))
    page, more = seeing[:PAGE], len(seeing) > PAGE or len(rows) == PAGE * REASONS
    users = User.objects.select_related("department").in_bulk(page)
    deputies = _deputies(page, actor)
    people = [
        Reaching(
            users[pk],
            any(ways[number].action == "edit" for number in found[pk]),
            tuple(dict.fromkeys(ways[number].reason for number in sorted(found[pk]))),
            tuple(deputies.get(pk, ())),
        )
        for pk in page
    ]
    return people, page[-1] if more and page else 0


@dataclass(frozen=True)
class _Way:
    """One way to a record: for which action, why, and whom it leads there."""

    action: str
    reason: Reason
    users: QuerySet[User]


def _ways(entity: Entity, record: Any, actor: Actor) -> Iterator[_Way]:
    grants = _grants(entity)
    roles = {role.pk: role for role in Role.objects.filter(pk__in={one.role_id for one in grants}, active=True)}
    holding = _sets_holding(entity, record, grants)
    for action in ("view", "edit"):
        covering = [one for one in grants if one.covers(entity.key, action) and one.role_id in roles]
        for one in covering:
            if one.set_of and one.set_of.id not in holding:
                continue
            reason = Reason(
                holding.get(one.set_of.id, "") if one.set_of else str(Scope(one.scope).label), str(roles[one.role_id])
            )
            users = User.objects.filter(_within(one.scope, record), is_active=True, role_links__role=one.role_id)
            yield _Way(action, reason, users)
        allowed = User.objects.filter(is_active=True, role_links__role__in={one.role_id for one in covering})
        for kind in providers():
            subject = Subject(entity.key, record.pk, entity.customer_of(record), actor.now(), actor.today())
            for level, users in kind.holders(subject):
                if level in levels_for(action):
                    reason = Reason(str(Level(level).label), str(kind.label))
                    yield _Way(action, reason, users.filter(pk__in=allowed.values("pk")))


def _sets_holding(entity: Entity, record: Any, grants: list[Grant]) -> dict[int, str]:
    """Set id → name, of the sets of the grants in which the record is, or the customer that it hangs on."""
    customer = entity.customer_of(record)
    found: dict[int, int | None] = {}
    live = []
    for one in {grant.set_of for grant in grants if grant.set_of}:
        member = record.pk if one.entity == entity.key else customer if one.of_customers else None
        found[one.id] = member
        if one.live and member and all(_is(record, *term) for term in one.terms):
            live.append((one, member))
    passing = _passing(live)
    rows = RecordSetMember.objects.filter(
        record_set__active=True, record_set__in=[pk for pk, of in found.items() if of]
    )
    names = rows.filter(record_id__in={of for of in found.values() if of})
    holding = dict(RecordSet.objects.filter(pk__in=passing, active=True).values_list("pk", "name")) if passing else {}
    for pk, name, member in names.values_list("record_set_id", "record_set__name", "record_id"):
        if found[pk] == member:
            holding[pk] = name
    return holding


def _passing(live: list[tuple[SetOf, int]]) -> list[int]:
    """The ids of the live sets of which a record passes what they ask of values beside it. One statement for all."""
    asked = [
        ids.rows()
        .filter(**{ids.host: member})
        .annotate(set_=Value(one.id, output_field=IntegerField()))
        .values_list("set_")
        for one, member in live
        for ids in one.beside
        if ids.known
    ]
    passed = Counter(pk for (pk,) in (asked[0].union(*asked[1:], all=True) if asked else ()))
    return [one.id for one, _member in live if passed[one.id] == len(one.beside)]


def _is(record: Any, column: str, value: Any) -> bool:
    """Whether a column of a record has the value, or one of them for a tuple."""
    return getattr(record, column) in (value if isinstance(value, tuple) else (value,))


def _grants(entity: Entity) -> list[Grant]:
    """Every grant that names the entity, its module or everything."""
    names = ("*", f"{entity.module}.*", entity.key)
    rows = RoleGrant.objects.filter(entity__in=names).order_by("role_id", "pk")
    return [
        Grant(role, name, frozenset(actions), scope, SetOf(*members) if members[0] else None)
        for role, name, actions, scope, *members in rows.values_list(
            "role_id", "entity", "actions", "scope", *SET_COLUMNS
        )
    ]


def _within(scope: str, record: Any) -> Q:
    """The users whose scope holds the record."""
    if scope in (Scope.ALL, Scope.SET):
        return Q()
    if scope == Scope.OWN:
        return Q(pk=record.owner_id or 0)
    if scope == Scope.DEPARTMENT:
        return Q(department=record.department_id or 0)
    columns, link = (DEPARTMENT_COLUMNS, "department") if scope == Scope.SUBTREE else (REGION_COLUMNS, "region")
    return Q(**{f"{link}__in": [place for column in columns if (place := getattr(record, column))]})


def _union(ways: list[_Way], after: int) -> QuerySet:
    parts = [
        way.users.filter(pk__gt=after)
        .order_by()
        .annotate(way_=Value(number, output_field=IntegerField()))
        .values_list("pk", "way_")
        for number, way in enumerate(ways)
    ]
    return parts[0].union(*parts[1:]).order_by("pk", "way_") if len(parts) > 1 else parts[0].order_by("pk")


def _deputies(people: list[int], actor: Actor) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = Deputyship.in_force(actor.today()).filter(principal__in=people)
    for principal, name in rows.values_list("principal", "deputy__name")[: PAGE * REASONS]:
        found[principal].append(name)
    return found


def find_record(kind: str, text: str) -> tuple[Entity, Any] | None:
    """The live record of a kind by its code or #id, without showing any of it to those who see no records."""
    entity = registry.find(kind)
    if entity is None or entity.kind is not EntityKind.RECORD or not text.strip():
        return None
    wanted = text.strip()
    key = {"pk": int(wanted[1:])} if wanted.startswith("#") and wanted[1:].isdecimal() else {"code": wanted}
    record = entity.base_rows().filter(**key).first()
    return (entity, record) if record is not None else None
