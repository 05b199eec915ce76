"""The parts of the record pages that cannot be derived: charts of people and groups, key figures.

A chart's data goes to static/guanxi/js/charts.js as {id, title, kind, categories, urls, …}: a "tree" adds
``root`` ({name, note, url, tone, children}), a "graph" ``nodes`` and ``links``; ``categories`` are the names
drawn. Beside each chart stands the same as a list.
"""

import json
from datetime import timedelta
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.modules.customers import selectors
from guanxi.modules.customers.choices import ATTITUDE_COLORS, Attitude, DecisionRole
from guanxi.modules.customers.models import Contact, Customer
from guanxi.platform.access.actor import Actor
from guanxi.platform.entities import registry
from guanxi.platform.entities.options import Figure, Panel
from guanxi.platform.refdata.selectors import codes_of
from guanxi.platform.ui import addresses

#: How far the panel of coming anniversaries looks ahead.
DAYS_AHEAD = 60
REVENUE = "revenue"


# --- panels -----------------------------------------------------------------------------------------------
def decision_chain(actor: Actor, customer: Customer) -> dict[str, Any]:
    """``people`` with their depth for the list, ``chart`` for the drawing."""
    forest = selectors.decision_chain(actor, customer)
    people: list[dict[str, Any]] = []
    root = {
        "name": customer.name,
        "note": "",
        "url": "",
        "tone": "",
        "children": [_branch(node, people, 0) for node in forest],
    }
    chart = _chart("chain", customer, _("Who decides at %(customer)s?") % {"customer": customer.name}, "tree", people)
    return {"people": people, "chart": chart | {"root": root}}


def _branch(node: selectors.ChainNode, people: list[dict[str, Any]], depth: int) -> dict[str, Any]:
    note = " · ".join(part for part in (node.title, _label(DecisionRole, node.decision_role)) if part)
    person = {
        "name": node.name,
        "note": note,
        "url": addresses.record_of("customers.contact", node.id),
        "tone": ATTITUDE_COLORS.get(node.attitude, ""),
        "attitude": _label(Attitude, node.attitude),
        "importance": node.importance,
        "main": node.main,
        "elsewhere": node.elsewhere,
        "depth": depth,
    }
    people.append(person)
    return {key: person[key] for key in ("name", "note", "url", "tone")} | {
        "children": [_branch(one, people, depth + 1) for one in node.reports]
    }


def _label(enumeration: Any, value: str) -> str:
    return str(enumeration(value).label) if value else ""


def relations(actor: Actor, customer: Customer) -> dict[str, Any]:
    """``rows`` (first, relation, second) for the list, ``chart`` for the drawing."""
    graph = selectors.relation_graph(actor, customer)
    labels = {code.key: code.label for code in codes_of("customers.contact_relation")}
    names = {person.id: person.name for person in graph.people}
    nodes = [
        {
            "id": str(person.id), "name": person.name, "note": person.title, "url": addresses.record_of("customers.contact", person.id),
            "tone": ATTITUDE_COLORS.get(person.attitude, ""), "weight": person.importance or 1, "elsewhere": person.elsewhere,
        }
        for person in graph.people
    ]  # fmt: skip
    links = [
        {
            "source": str(one.first),
            "target": str(one.second),
            "label": labels.get(one.relation, one.relation),
            "weight": one.strength,
        }
        for one in graph.relations
    ]
    rows = [(names[one.first], labels.get(one.relation, one.relation), names[one.second]) for one in graph.relations]
    chart = _chart(
        "relations", customer, _("Who knows whom around %(customer)s?") % {"customer": customer.name}, "graph", nodes
    )
    return {"rows": rows, "chart": chart | {"nodes": nodes, "links": links}}


def _chart(part: str, customer: Customer, title: str, kind: str, drawn: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": f"{part}-{customer.pk}", "title": title, "kind": kind, "unit": "", "series": [],
        "categories": [one["name"] for one in drawn], "urls": [one["url"] for one in drawn],
    }  # fmt: skip


def group(actor: Actor, customer: Customer) -> dict[str, Any]:
    """The way up to the head of the group and the subsidiaries with the size of what is below them."""
    overview = selectors.group_overview(actor, customer)
    entity = registry.get("customers.customer")
    return {
        "customer": customer,
        "ancestors": [_place(node) for node in overview.ancestors],
        "children": [_place(node) for node in overview.children],
        "more": max(0, overview.children_count - len(overview.children)),
        "below": overview.count - 1,
        "all_url": addresses.list_of(entity, filter=_filter("parent", customer.pk)),
    }


def _place(node: selectors.GroupNode) -> dict[str, Any]:
    return {
        "name": node.name,
        "url": addresses.record_of("customers.customer", node.id),
        "level": node.level,
        "count": node.count,
    }


def coming_anniversaries(actor: Actor, customer: Customer) -> dict[str, Any]:
    """The special days of the customer and its people from today on."""
    today = actor.today()
    found = selectors.anniversaries(actor, today, today + timedelta(days=DAYS_AHEAD), customer=customer).found
    occasions = {code.key: code.label for code in codes_of("customers.occasion")}
    days = [
        {
            "on": one.on, "in_days": (one.on - today).days, "name": one.name, "occasion": occasions.get(one.occasion, one.occasion),
            "lunar": one.lunar, "years": one.years,
            "url": addresses.record_of("customers.contact", one.contact) if one.contact else addresses.record_of("customers.customer", one.customer),
        }
        for one in found[:10]
    ]  # fmt: skip
    return {"days": days, "ahead": DAYS_AHEAD}


def contact_anniversaries(actor: Actor, contact: Contact) -> dict[str, Any]:
    """Those of one person."""
    context = coming_anniversaries(actor, contact.customer)
    mine = addresses.record_of("customers.contact", contact.pk)
    return context | {"days": [day for day in context["days"] if day["url"] == mine]}


# --- key figures --------------------------------------------------------------------------------------------
def _filter(field: str, value: int) -> str:
    return json.dumps(["eq", field, value], separators=(",", ":"))


def contacts_figure(actor: Actor, customer: Customer) -> tuple[str, str, str]:
    """How many people are known."""
    entity = registry.get("customers.contact")
    number = entity.rows_of(actor, customer=customer).count()
    return (
        f"{number:,}",
        "",
        addresses.list_of(entity, filter=_filter("customer", customer.pk)),
    )


def members_figure(actor: Actor, customer: Customer) -> tuple[str, str, str]:
    """How many belong to the group or household."""
    number = selectors.members_count(actor, customer)
    link = addresses.list_of(registry.get("customers.membership"), filter=_filter("customer", customer.pk))
    return f"{number:,}", "", link


def last_contact_figure(actor: Actor, customer: Customer) -> tuple[str, str, str]:
    """When somebody last spoke with the customer."""
    entity = registry.get("customers.interaction")
    link = addresses.list_of(entity, filter=_filter("customer", customer.pk))
    moment = customer.last_contact_at
    if moment is None:
        return "", _("Nobody has been in touch yet."), link
    days = (actor.now() - moment).days
    text = _("today") if days < 1 else _("%(count)d days ago") % {"count": days}
    return text, entity.fields()["at"].display(moment, actor.zone), link


def revenue_figure(actor: Actor, customer: Customer) -> tuple[str, str, str]:
    """The latest monthly revenue, with its month."""
    link = addresses.list_of(registry.get("customers.measure"), filter=_filter("customer", customer.pk))
    measure = selectors.latest_measure(actor, customer, REVENUE)
    if measure is None:
        return "", _("No figures have arrived yet."), link
    return f"¥{measure.value:,.2f}", formats.date_format(measure.period, "Y-m"), link


CUSTOMER_FIGURES = (
    Figure("contacts", gettext_lazy("Contacts"), contacts_figure, icon="address-book"),
    Figure("members", gettext_lazy("Members"), members_figure, icon="users"),
    Figure("last_contact", gettext_lazy("Last contact"), last_contact_figure, icon="phone-call"),
    Figure("revenue", gettext_lazy("Latest revenue"), revenue_figure, icon="coins"),
)
CUSTOMER_PANELS = (
    Panel(
        "decision_chain",
        gettext_lazy("Decision chain"),
        "customers/customer/decision_chain.html",
        decision_chain,
        place="tab",
    ),
    Panel("relations", gettext_lazy("Relations"), "customers/customer/relations.html", relations, place="tab"),
    Panel("group", gettext_lazy("Group structure"), "customers/customer/panel_group.html", group),
    Panel(
        "anniversaries",
        gettext_lazy("Coming anniversaries"),
        "customers/customer/anniversaries.html",
        coming_anniversaries,
    ),
)
CONTACT_PANELS = (
    Panel(
        "anniversaries",
        gettext_lazy("Coming anniversaries"),
        "customers/customer/anniversaries.html",
        contact_anniversaries,
    ),
)
