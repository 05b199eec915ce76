"""Measures: the latest figure of each kind."""

from guanxi.modules.customers.models import Customer, Measure
from guanxi.platform.access.actor import Actor
from guanxi.platform.entities import registry

#: Months looked back for the latest figure of a kind.
MONTHS = 24


def latest_measure(actor: Actor, customer: Customer, kind: str) -> Measure | None:
    """The figure of the newest period; of several rows of that period the last loaded one."""
    rows = registry.get("customers.measure").rows_of(actor, customer=customer)
    return rows.filter(kind=kind).order_by("-period", "-pk").first()


def latest_measures(actor: Actor, customer: Customer) -> dict[str, Measure]:
    """Kind → figure of its newest period within the last MONTHS months. One query."""
    today = actor.today()
    months = today.year * 12 + today.month - 1 - MONTHS
    since = today.replace(year=months // 12, month=months % 12 + 1, day=1)
    rows = registry.get("customers.measure").rows_of(actor, customer=customer)
    found: dict[str, Measure] = {}
    for measure in rows.filter(period__gte=since).order_by("kind", "-period", "-pk"):
        found.setdefault(measure.kind, measure)
    return found
