"""The people of a customer: who decides and who reports to whom, who knows whom."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db.models import Q

from guanxi.modules.customers.models import Contact, ContactRelation, Customer, Position
from guanxi.platform.access.actor import Actor
from guanxi.platform.entities import registry

PEOPLE_LIMIT = 200


@dataclass(frozen=True)
class ChainNode:
    """One person in the decision chain. ``elsewhere`` marks people whose main customer is another one."""

    id: int
    name: str
    title: str
    decision_role: str
    attitude: str
    importance: int | None
    main: bool = False
    elsewhere: bool = False
    reports: list["ChainNode"] = field(default_factory=list)


@dataclass(frozen=True)
class Relation:
    """``first`` and ``second`` are contact ids; ``relation`` a key of customers.contact_relation; ``strength`` 1 to 5."""

    first: int
    second: int
    relation: str
    strength: int


@dataclass(frozen=True)
class RelationGraph:
    """``people`` are those of the customer and those they know elsewhere, as far as the reader may see them."""

    people: list[ChainNode]
    relations: list[Relation]


def decision_chain(actor: Actor, customer: Customer) -> list[ChainNode]:
    """The people of a customer as a forest: whoever reports to nobody here stands on top, the most important
    first. People with a position here who belong elsewhere are added. Two queries, at most PEOPLE_LIMIT people."""
    contacts = _contacts(actor, customer)
    nodes = {contact.pk: _node(actor, contact) for contact in contacts}
    for position in _positions(actor, customer):
        contact = position.contact
        if contact.pk not in nodes:
            nodes[contact.pk] = replace(
                _node(actor, contact),
                **_at_position(actor, position),
            )
    above = {contact.pk: contact.reports_to_id for contact in contacts}
    by_manager: dict[int | None, list[int]] = defaultdict(list)
    for pk in nodes:
        manager = above.get(pk)
        by_manager[manager if manager in nodes and not _in_circle(pk, above) else None].append(pk)
    for manager, reports in by_manager.items():
        if manager is not None:
            nodes[manager].reports.extend(sorted((nodes[pk] for pk in reports), key=_weight))
    return sorted((nodes[pk] for pk in by_manager[None]), key=_weight)


def relation_graph(actor: Actor, customer: Customer) -> RelationGraph:
    """Who knows whom among the customer's people and beyond. Three queries, at most PEOPLE_LIMIT people."""
    own = {contact.pk: _node(actor, contact) for contact in _contacts(actor, customer)}
    rows = registry.get("customers.contactrelation").rows_of(actor, Q(contact__in=own) | Q(other__in=own))
    lines: list[ContactRelation] = list(rows.order_by("pk")[: PEOPLE_LIMIT * 5])
    beyond = {pk for line in lines for pk in (line.contact_id, line.other_id)} - own.keys()
    visible = registry.get("customers.contact").rows_of(actor, pk__in=beyond)[:PEOPLE_LIMIT] if beyond else ()
    people = own | {contact.pk: replace(_node(actor, contact), elsewhere=True) for contact in visible}
    relations = [
        Relation(line.contact_id, line.other_id, line.relation, line.strength)
        for line in lines
        if line.contact_id in people and line.other_id in people
    ]
    return RelationGraph(list(people.values()), relations)


def has_position(actor: Actor, contact: int, customer: int) -> bool:
    """Whether a person holds, or held, a position at a further customer."""
    return registry.get("customers.position").rows_of(actor, contact=contact, customer=customer).exists()


def _contacts(actor: Actor, customer: Customer) -> list[Contact]:
    rows = registry.get("customers.contact").rows_of(actor, customer=customer)
    return list(rows.exclude(left_on__lte=actor.today()).order_by("pk")[:PEOPLE_LIMIT])


def _positions(actor: Actor, customer: Customer) -> list[Position]:
    today: date = actor.today()
    rows = registry.get("customers.position").rows_of(actor, customer=customer).exclude(until__lt=today)
    reachable = registry.get("customers.contact").rows_of(actor, pk__in=rows.values("contact")).values("pk")
    return list(rows.filter(contact__in=reachable).select_related("contact").order_by("pk")[:PEOPLE_LIMIT])


def _at_position(actor: Actor, position: Position) -> dict[str, Any]:
    """What somebody is here rather than where they belong, as far as the reader may see it."""
    entity = registry.get("customers.position")
    open_to_reader = (key for key in ("title", "decision_role") if entity.in_full(actor, key))
    return {"elsewhere": True} | {key: value for key in open_to_reader if (value := getattr(position, key))}


def _node(actor: Actor, contact: Contact) -> ChainNode:
    """What the reader may not see of a person is left out of the drawing as well."""
    entity = registry.get("customers.contact")
    return ChainNode(
        contact.pk,
        entity.title_of(contact, actor),
        contact.title if entity.in_full(actor, "title") else "",
        contact.decision_role if entity.in_full(actor, "decision_role") else "",
        contact.attitude if entity.in_full(actor, "attitude") else "",
        contact.importance if entity.in_full(actor, "importance") else None,
        main=contact.main,
    )


def _in_circle(pk: int, above: dict[int, int | None]) -> bool:
    """Whether following the managers leads back: such data may come by import and must still be drawn."""
    seen, current = {pk}, above.get(pk)
    while current is not None and current in above:
        if current in seen:
            return True
        seen.add(current)
        current = above.get(current)
    return False


def _weight(node: ChainNode) -> tuple[bool, int, int]:
    return (not node.main, -(node.importance or 0), node.id)
