"""R54, the question on the day of a leak: who saw, exported or printed any of a thousand customers within a year, out of a
million rows of the trail. The answer is compared with what was written, name by name, and comes within ten minutes.

    python3 -m tests.drills.r54 [--rows 1000000]
"""

import argparse
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.drills.installation import installation
from tests.drills.outcome import told

WITHIN = 600  # seconds
BEGIN, DAYS = datetime(2025, 11, 1, tzinfo=UTC), 365
CUSTOMERS, ASKED, PEOPLE = 100_000, 1_000, 400
#: Of so many rows one is a print of many customers at once.
TAKEN, EACH = 1_000, 2_000
CHUNK = 2_000


@dataclass
class Written:
    """Who came upon which of the asked customers, by looking or by an event."""

    asked: frozenset[int]
    looked: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    did: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    with installation():
        return drill(options.rows)


def drill(rows: int) -> int:
    from django.db import connection

    from guanxi.platform.audit import incident
    from guanxi.platform.events.models import Event

    dice = random.Random("R54")
    written = Written(frozenset(dice.sample(range(1, CUSTOMERS + 1), ASKED)))
    for at in range(0, rows, CHUNK):
        write(dice, written, min(CHUNK, rows - at) // 2)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    began = time.monotonic()
    found = incident.contacts(written.asked, BEGIN, BEGIN + timedelta(days=DAYS))
    took = time.monotonic() - began
    looked, did = defaultdict(set), defaultdict(set)
    for one in found:
        (did if one.kind else looked)[one.actor_id or 0].update(one.customers)
    return told(
        f"R54 {connection.vendor}",
        f"{Event.objects.count():,} events and {rows // 2:,} looks; {len(found):,} contacts of {ASKED:,} customers in {took:.1f} s",
        {
            "every look by name": looked == dict(written.looked),
            "every print by name": did == dict(written.did),
            f"within {WITHIN} s": took <= WITHIN,
        },
    )


def write(dice: random.Random, written: Written, number: int) -> None:
    """So many looks and so many events, a few of them about many customers."""
    from django.db import transaction

    from guanxi.platform.audit.models import Viewed
    from guanxi.platform.audit.services import taken_away
    from guanxi.platform.events.services import NewEvent, append
    from guanxi.platform.exchange.events import Printed

    with transaction.atomic():
        first = (Viewed.objects.order_by("-uid").values_list("uid", flat=True).first() or 0) + 1
        looks = [
            Viewed(
                uid=uid, at=at, actor_id=who, actor_name=f"Person {who}", source="page", address="10.0.0.7", request="",
                entity="fakes.company", record_id=customer, customer_id=customer,
            )
            for uid, (who, customer, at) in enumerate(_chances(dice, number), first)
        ]  # fmt: skip
        Viewed.objects.bulk_create(looks)
        for look in looks:
            _note(written, written.looked, look.actor_id, {look.record_id})
        events, many = [], []
        for who, customer, at in _chances(dice, number):
            held = set(dice.sample(range(1, CUSTOMERS + 1), EACH)) if dice.randrange(TAKEN) == 0 else set()
            one = None if held else customer
            payload = Printed(rows=len(held) or 1)
            events.append(
                NewEvent(
                    kind=Printed.kind.key, entity="fakes.company", record_id=one, customer_id=one, actor_id=who,
                    actor_name=f"Person {who}", at=at, payload=payload,
                )
            )  # fmt: skip
            many.append(held)
            _note(written, written.did, who, held or {customer})
        for key, event, held in zip(append(events), events, many, strict=True):
            if held:
                taken_away(key, event.at or BEGIN, held)


def _chances(dice: random.Random, number: int) -> Iterator[tuple[int, int, datetime]]:
    """(person, customer, moment) out of chance."""
    for _row in range(number):
        at = BEGIN + timedelta(seconds=dice.randrange(DAYS * 86_400))
        yield dice.randrange(1, PEOPLE + 1), dice.randrange(1, CUSTOMERS + 1), at


def _note(written: Written, who_saw: dict[int, set[int]], who: int, customers: set[int]) -> None:
    if touched := customers & written.asked:
        who_saw[who] |= touched


if __name__ == "__main__":
    sys.exit(main())
