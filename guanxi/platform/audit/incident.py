"""Who saw, exported or printed any of these customers? The question of the day on which something leaked."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Min

from guanxi.platform.audit.areas import Area, kinds_in
from guanxi.platform.audit.customer_sets import unpack
from guanxi.platform.audit.events import Reported
from guanxi.platform.audit.models import AuditEvent, TakenAway, Viewed
from guanxi.platform.bulk import key_in
from guanxi.platform.events.models import EventLink
from guanxi.platform.events.registry import kind_of
from guanxi.platform.events.services import NewEvent, append

#: At most so many customers in one question, and rows in one answer.
MOST_CUSTOMERS = 1_000
MOST_ROWS = 100_000
AT_ONCE = 500


@dataclass(frozen=True)
class Contact:
    """One person came upon some of the customers: by looking ``times`` between two moments (``kind`` empty), or by one
    event of the kind. ``event_id`` is that event's, 0 for looks."""

    first: datetime
    last: datetime
    actor_id: int | None
    actor_name: str
    kind: str
    customers: tuple[int, ...]
    times: int = 1
    address: str = ""
    event_id: int = 0

    @property
    def label(self) -> str:
        """The kind of event in the reader's language; empty for looks."""
        declared = kind_of(self.kind)
        return str(declared.label) if declared else self.kind


def contacts(customers: Collection[int], since: datetime, until: datetime) -> list[Contact]:
    """All contacts from ``since`` to before ``until``, newest first, at most MOST_ROWS. Raises ValueError for more than
    MOST_CUSTOMERS customers."""
    if len(customers) > MOST_CUSTOMERS:
        raise ValueError(f"at most {MOST_CUSTOMERS} customers at once")
    wanted = set(customers)
    found = [*_looks(wanted, since, until), *_deeds(wanted, since, until)]
    return sorted(found, key=lambda one: (one.last, one.event_id), reverse=True)[:MOST_ROWS]


def _looks(customers: set[int], since: datetime, until: datetime) -> Iterator[Contact]:
    rows = Viewed.objects.filter(key_in("customer_id", customers), at__gte=since, at__lt=until)
    seen = rows.values_list("actor_id", "actor_name", "customer_id", "address").order_by()
    for actor_id, name, customer, address, first, last, times in seen.annotate(
        first=Min("at"), last=Max("at"), times=Count("id")
    )[:MOST_ROWS]:
        yield Contact(first, last, actor_id, name, "", (customer,), times, address)


def _deeds(customers: set[int], since: datetime, until: datetime) -> Iterator[Contact]:
    """Events that stand in the customers' own history, and exports and prints that held them among others."""
    kinds = kinds_in({Area.SEEN, Area.TAKEN})
    within = AuditEvent.objects.filter(at__gte=since, at__lt=until, kind__in=kinds)
    by_event: dict[int, set[int]] = {}
    own: Any = within.filter(key_in("customer_id", customers)).values_list("id", "customer_id")[:MOST_ROWS]
    links = EventLink.objects.filter(key_in("customer_id", customers), event_at__gte=since, event_at__lt=until)
    for pairs in (own, links.values_list("event_id", "customer_id")[:MOST_ROWS], _taken(customers, since, until)):
        for event_id, customer in pairs:
            by_event.setdefault(event_id, set()).add(customer)
    ids = sorted(by_event)
    for start in range(0, len(ids), AT_ONCE):
        for one in within.filter(key_in("id", ids[start : start + AT_ONCE])):
            touched = tuple(sorted(by_event[one.id]))
            yield Contact(
                one.at, one.at, one.actor_id, one.actor_name, one.kind, touched, address=one.address, event_id=one.id
            )


def _taken(customers: set[int], since: datetime, until: datetime) -> Iterator[tuple[int, int]]:
    rows = TakenAway.objects.filter(at__gte=since, at__lt=until).values_list("event_id", "customers")
    for event_id, packed in rows.iterator(chunk_size=AT_ONCE):
        for customer in unpack(bytes(packed)) & customers:
            yield event_id, customer


def remember(
    customers: Collection[int],
    since: datetime,
    until: datetime,
    told: Mapping[str, Any],
    format: str = "",
    sha256: str = "",
) -> None:
    """One event: who asked this, and the fingerprint of the file if the answer was taken away as one."""
    payload = Reported(
        customers=len(customers), since=since.isoformat(), until=until.isoformat(), ids=tuple(sorted(customers)), format=format,
        sha256=sha256,
    )  # fmt: skip
    with transaction.atomic():
        append([NewEvent(kind=Reported.kind.key, payload=payload, **told)])
