"""Monthly figures of the larger customers: revenue, numbers, traffic, satisfaction."""

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from guanxi.modules.customers.choices import Tier
from guanxi.modules.customers.demo.client import Client
from guanxi.modules.customers.demo.texts import TOPICS
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
#: The systems that the figures come from.
SOURCES: dict[str, str] = TOPICS["measure_sources"]
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
    blank = entity.source.maker()
    rows: list[Measure] = []
    for client in chosen:
        rows += _of(demo, client, dice, blank)
        if len(rows) >= CHUNK * 4:
            done += _write(entity, rows, demo.now)
            rows = []
    return done + (_write(entity, rows, demo.now) if rows else 0)


def _write(entity: Entity, rows: list[Measure], now: datetime) -> int:
    with transaction.atomic():
        entity.written(insert_records(entity, rows, system_at(now)), system_at(now))
    return len(rows)


def _of(demo: Demo, client: Client, dice: random.Random, blank: Callable[[], Measure]) -> Iterator[Measure]:
    """One customer's months: a trend of its own, the season and a little chance."""
    trend, mood = dice.uniform(-0.012, 0.022), dice.uniform(82, 96)
    numbers = max(2, int(client.size * 38 * dice.uniform(0.5, 1.5)))
    end = client.lost_at or demo.now
    for place, month in enumerate(_months(demo.now)):
        if month < client.since.date() or month > end.date():
            continue
        share = (1 + trend) ** place * SEASON[month.month - 1] * dice.uniform(0.93, 1.07)
        found: dict[str, Any] = {
            "revenue": Decimal(round(REVENUE * client.size**VALUE * share, 2)).quantize(Decimal("0.01")),
            "numbers": max(1, int(numbers * share)),
        }
        if client.tier != Tier.C:
            found["traffic"] = Decimal(round(numbers * share * 14.5, 1)).quantize(Decimal("0.1"))
            if month.month % 3 == 0:
                found["satisfaction"] = Decimal(min(100, round(mood + dice.uniform(-5, 5))))
        for kind, value in found.items():
            record = blank()
            record.customer_id = client.customer.pk
            record.kind, record.period, record.value, record.source = kind, month, value, SOURCES[kind]
            yield record


def _months(now: datetime) -> list[date]:
    """The first days of the MONTHS whole months before this one, oldest first."""
    last = now.year * 12 + now.month - 2
    return [date(number // 12, number % 12 + 1, 1) for number in range(last - MONTHS + 1, last + 1)]
