"""The audit trail as an entity: list, filters, export and REST follow. Nobody writes it here."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import In
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access import kinds
from guanxi.platform.access.fields import Field, fixed
from guanxi.platform.access.kinds import Choice
from guanxi.platform.audit.areas import Area, Door, area_of, kinds_in
from guanxi.platform.audit.models import AuditEvent
from guanxi.platform.directory.rights import entity_choices
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity, entity
from guanxi.platform.entities.options import Menu, Section
from guanxi.platform.events.registry import kinds as event_kinds
from guanxi.platform.events.stored import StoredEvent
from guanxi.platform.feel.nodes import All, Node, Test

#: Fields with an index of their own, in which the events lie newest first, and the tests that use it.
NARROWING = frozenset({"actor", "kind", "area", "customer", "record_id"})
BY_INDEX = frozenset({"eq", "in", "me"})

#: A customer is asked for by code or number: whoever audits does not see customers and cannot pick one.
CUSTOMER = replace(kinds.TEXT, operators=("eq", "filled", "empty"))


@entity
class AuditEventEntity(Entity):
    model = AuditEvent
    key = "audit.event"
    icon = "shield-check"
    menu = Menu("settings", 5)
    title = "kind"
    columns = ("at", "actor_name", "kind", "entity", "record_id", "customer", "address", "source")
    form = (
        Section(_("Who"), "actor", "actor_name", "on_behalf_of", "address", "source", "request"),
        Section(_("What"), "kind", "area", "at", "entity", "record_id", "customer", "note", "seq"),
    )
    badges = ("area", "entity")
    group_by = ("kind", "actor", "entity", "source")
    order = "-at"
    commands = ()
    internal = ("schema",)
    attachments = False

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        found = {key: field.with_(readonly=True, set=None) for key, field in fields.items()}
        found["at"] = found["at"].with_(indexed=True)
        found["kind"] = found["kind"].with_(kind=kinds.CHOICE, choices=kind_choices)
        found["source"] = found["source"].with_(kind=kinds.CHOICE, choices=fixed(Door))
        found["entity"] = found["entity"].with_(kind=kinds.CHOICE, choices=entity_choices, conditions=entity_condition)
        found["record_id"] = found["record_id"].with_(conditions=record_condition)
        found["area"] = Field(
            key="area", kind=kinds.CHOICE, label=_("Area"), readonly=True, choices=fixed(Area), lookup="kind",
            get=lambda record: area_of(record.kind).value, conditions=area_condition,
        )  # fmt: skip
        found["customer"] = Field(
            key="customer", kind=CUSTOMER, label=_("Customer"), help=_("The customer's code, or # and its number."),
            readonly=True, lookup="customer_id", get=lambda record: f"#{record.customer_id}" if record.customer_id else "",
            conditions=customer_condition,
        )  # fmt: skip
        return found

    def past(self, record: Any) -> list[StoredEvent]:
        return [record.stored()]

    def usual_order(self, filter: Node) -> str:
        """Where the filter picks the events of one person, customer or kind, their index holds them by id; the whole
        trail, or a stretch of time, lies in the order of time."""
        return "-id" if any(map(_picks_few, _tests(filter))) else self.order


def _picks_few(test: Test) -> bool:
    return test.field in NARROWING and test.operator.key in BY_INDEX and Area.RECORDS not in test.values


def _tests(node: Node) -> Iterator[Test]:
    """The tests that every row fulfils."""
    if isinstance(node, Test):
        yield node
    elif isinstance(node, All):
        for part in node.nodes:
            yield from _tests(part)


def kind_choices() -> list[Choice]:
    """Every kind of event that can happen here."""
    return [Choice(kind.key, kind.label) for kind in event_kinds().values()]


def entity_condition(operator: str, values: tuple[Any, ...]) -> Q | None:
    """Events of one kind of record are too many for an index: SQLite would take it and sort a million rows, where the
    newest ones are found at once by walking back in time."""
    if operator not in ("eq", "in"):
        return None
    return Q(In(Coalesce("entity", Value("")), list(values)))


def record_condition(operator: str, values: tuple[Any, ...]) -> Q | None:
    """The index of histories begins with the kind of record: it is asked once for each."""
    if operator != "eq":
        return None
    return Q(record_id=values[0], entity__in=[choice.value for choice in entity_choices()])


def area_condition(operator: str, values: tuple[Any, ...]) -> Q | None:
    """An area is a set of kinds."""
    if operator not in ("eq", "in"):
        return Q(kind__isnull=False) if operator == "filled" else None
    wanted = set(values)
    if Area.RECORDS not in wanted:
        return Q(kind__in=kinds_in(wanted))
    return ~Q(kind__in=kinds_in(set(Area.values) - wanted))


def customer_condition(operator: str, values: tuple[Any, ...]) -> Q | None:
    """The events of the customer with this code or number, as the first customer of the event."""
    if operator != "eq":
        return Q(customer_id__isnull=False) if operator == "filled" else None
    return Q(customer_id__in=list(customers_named([str(values[0])]).values()))


def customers_named(texts: list[str]) -> dict[str, int]:
    """Text → id of a customer, for codes and for numbers written as #12. Deleted customers are found as well, and
    whatever the auditor's reach: what is asked is who saw them, and nothing of them is shown."""
    found = {text: int(text[1:]) for text in texts if text[:1] == "#" and text[1:].isdecimal() and len(text) < 19}
    codes = [text for text in texts if text not in found]
    for host in registry.entities():
        if host.is_customer and codes:
            rows = host.every_row().filter(code__in=codes)
            found |= {code: pk for code, pk in rows.values_list("code", "pk") if code not in found}
    return found
