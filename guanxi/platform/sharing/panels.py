"""Panels of what rights are made of: a role as a table of its rights, a record set with its members."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.platform.access import gate
from guanxi.platform.access.actions import known, label_of
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import FieldRule, RecordSet, Role, RoleGrant
from guanxi.platform.access.models.role import Scope
from guanxi.platform.directory.rights import EVERYTHING, covered, field_choices
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import Panel
from guanxi.platform.entities.query import COUNT_LIMIT
from guanxi.platform.entities.registry import extend
from guanxi.platform.sharing import sets

#: The actions with a column of their own; the others stand together.
COLUMNS = ("view", "create", "edit", "delete", "export", "import")
#: Narrow scopes look narrow: how much of the bar before the words is filled, in fifths.
REACH = {Scope.OWN: 1, Scope.SET: 1, Scope.DEPARTMENT: 2, Scope.SUBTREE: 3, Scope.REGION: 4, Scope.ALL: 5}
SHOWN = 50


@dataclass(frozen=True)
class Cell:
    """How far an action reaches (empty: not at all), and the grant that says so."""

    text: str = ""
    reach: int = 0
    grant: int = 0


@dataclass(frozen=True)
class Row:
    """The rights of a role over one kind of record."""

    entity: Entity
    cells: tuple[Cell, ...]
    others: str
    fields: tuple[str, ...]


def rights(actor: Actor, role: Role) -> dict[str, Any]:
    """Kind by kind how far each action of a role reaches, and which fields it does not see in full."""
    grants = _by_entity(role.grants.select_related("record_set").order_by("pk"))
    rules = _by_entity(role.field_rules.order_by("pk"))
    entity = registry.get(RoleGrant)
    return {
        "columns": [known()[action] for action in COLUMNS],
        "rows": [
            _row(one, grants.get(one.key, []), rules.get(one.key, []))
            for one in registry.entities()
            if one.parent_entity() is None and (one.key in grants or one.key in rules)
        ],
        "may_edit": gate.permits(actor, entity, "edit"),
        "may_create": gate.permits(actor, entity, "create"),
    }


def _by_entity(parts: Iterable[Any]) -> dict[str, list[Any]]:
    """Entity key → the grants or rules that name it, its module or everything."""
    found = defaultdict(list)
    for part in parts:
        for entity in covered(part.entity):
            found[entity.key].append(part)
    return dict(found)


def _row(entity: Entity, grants: list[RoleGrant], rules: list[FieldRule]) -> Row:
    named = {action for one in grants for action in one.actions}
    others = [label_of(entity.key, action) for action in sorted(named - {EVERYTHING, *COLUMNS})]
    return Row(
        entity,
        tuple(_cell(entity, action, grants) for action in COLUMNS),
        _("Everything") if EVERYTHING in named else _(", ").join(others),
        tuple(_told(entity, rule) for rule in rules),
    )


def _cell(entity: Entity, action: str, grants: list[RoleGrant]) -> Cell:
    """The widest grant of the action."""
    covering = [one for one in grants if action in one.actions or EVERYTHING in one.actions]
    if not covering:
        return Cell()
    widest = max(covering, key=lambda one: REACH[Scope(one.scope)])
    if not entity.scoped:
        return Cell(_("All of them"), REACH[Scope.ALL], widest.pk)
    text = widest.record_set.name if widest.record_set else str(Scope(widest.scope).label)
    more = len({(one.scope, one.record_set_id) for one in covering}) - 1
    return Cell(f"{text} +{more}" if more else text, REACH[Scope(widest.scope)], widest.pk)


def _told(entity: Entity, rule: FieldRule) -> str:
    """A field rule in words, such as Masked: Phone."""
    fields = entity.fields()
    labels = {choice.value: choice.label for choice in field_choices()}
    label = fields[rule.field].label if rule.field in fields else labels.get(rule.field, rule.field)
    return _("%(rule)s: %(field)s") % {"rule": FieldRule.Rule(rule.rule).label, "field": label}


def members(actor: Actor, record_set: RecordSet) -> dict[str, Any]:
    """What is in a set: how many, and the newest by name as far as the reader may see them."""
    entity = registry.get(record_set.entity)
    ids = sets.members_of(record_set)
    number = ids.order_by()[: COUNT_LIMIT + 1].count()
    shown = list(entity.rows(actor).filter(pk__in=ids).order_by("-pk")[:SHOWN])
    return {
        "set": record_set,
        "number": number,
        "beyond": number > COUNT_LIMIT,
        "place": entity.key.split("."),
        "rows": [(one.pk, entity.title_of(one, actor)) for one in shown],
        "closed": bool(number) and not shown,
    }


extend("access.role", tab=Panel("rights", gettext_lazy("Rights"), "access/role/rights.html", rights, place="tab"))
extend("access.recordset", panel=Panel("members", gettext_lazy("Members"), "access/recordset/members.html", members))
