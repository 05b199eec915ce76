"""Monthly figures of the larger customers: revenue, numbers, traffic, satisfaction."""

import random
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from guanxi.modules.customers.choices import Tier
from guanxi.modules.customers.demo.client import Client
from guanxi.modules.customers.models import Measure
from guanxi.platform.commands.saving import insert_records
from guanxi.platform.directory.demo import Demo
from guanxi.platform.directory.demo.filling import CHUNK, system_at
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity

MONTHS = 24
#: Yuan a month of a customer of size 1.
REVENUE = 1900
#: The largest pay out of all proportion: a fifth of the customers brings four fifths.
VALUE = 1.7
#: What a business spends by month of the year: less in the month of the spring festival, more in December.
SEASON = (1.02, 0.86, 0.98, 1.0, 1.0, 1.01, 0.99, 0.98, 1.02, 1.01, 1.04, 1.09)


def measures(demo: Demo, clients: list[Client]) -> int:
    """Write the figures of all organisations of the tiers A and B and of half of C; returns how many."""
    dice = demo.dice("figures")
    chosen = [
        one
        for one in clients
        if one.is_firm and (one.tier in (Tier.A, Tier.B) or (one.tier == Tier.C and dice.random() < 0.5))
    ]
    entity, done = registry.get("customers.measure"), 0
    rows: list[Measure] = []
    for client in chosen:
        rows += _of(demo, client, dice)
        if len(rows) >= CHUNK * 4:
            done += _write(entity, rows, demo.now)
            rows = []
    return done + (_write(entity, rows, demo.now) if rows else 0)


def _write(entity: Entity, rows: list[Measure], now: datetime) -> int:
    with transaction.atomic():
        insert_records(entity, rows, system_at(now))
    return len(rows)


def _of(demo: Demo, client: Client, dice: random.Random) -> Iterator[Measure]:
    """One customer's months: a trend of its own, the season and a little chance."""
    trend, mood = dice.uniform(-0.012, 0.022), dice.uniform(82, 96)
    numbers = max(2, int(client.size * 38 * dice.uniform(0.5, 1.5)))
    end = client.lost_at or demo.now
    for place, month in enumerate(_months(demo.now)):
        if month < client.since.date() or month > end.date():
            continue
        share = (1 + trend) ** place * SEASON[month.month - 1] * dice.uniform(0.93, 1.07)
        revenue: Any = Decimal(round(REVENUE * client.size**VALUE * share, 2)).quantize(Decimal("0.01"))
        yield Measure(customer=client.customer, kind="revenue", period=month, value=revenue, source="billing")
        yield Measure(
            customer=client.customer,
            kind="numbers",
            period=month,
            value=max(1, int(numbers * share)),
            source="billing",
        )
        if client.tier != Tier.C:
            traffic: Any = Decimal(round(numbers * share * 14.5, 1)).quantize(Decimal("0.1"))
            yield Measure(customer=client.customer, kind="traffic", period=month, value=traffic, source="network")
        if month.month % 3 == 0 and client.tier != Tier.C:
            points: Any = Decimal(min(100, round(mood + dice.uniform(-5, 5))))
            yield Measure(customer=client.customer, kind="satisfaction", period=month, value=points, source="survey")


def _months(now: datetime) -> list[date]:
    """The first days of the MONTHS whole months before this one, oldest first."""
    last = now.year * 12 + now.month - 2
    return [date(number // 12, number % 12 + 1, 1) for number in range(last - MONTHS + 1, last + 1)]
