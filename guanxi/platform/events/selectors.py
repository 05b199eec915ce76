"""Reading the memory as StoredEvent, newest first, a page at a time by id. Nothing here narrows by actor: the callers above do."""

import uuid
from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import QuerySet

from guanxi.platform.events import concealing
from guanxi.platform.events.chain import ORIGIN
from guanxi.platform.events.models import Event, EventLink, SealState
from guanxi.platform.events.stored import StoredEvent

__all__ = [
    "StoredEvent",
    "after_seq",
    "by_actor",
    "chain_end",
    "customers_of",
    "for_customer",
    "history",
    "last_seq",
    "of_batch",
]

_COLUMNS = tuple(field.attname for field in Event._meta.concrete_fields if field.column)
_NAMES = tuple("data" if name == "payload" else name for name in _COLUMNS)


def history(
    entity: str,
    record_id: int,
    before_id: int | None = None,
    limit: int = 50,
    *,
    also: Collection[int] = (),
    using: str = "default",
) -> list[StoredEvent]:
    """What happened to one record, and to those that became part of it (``also``)."""
    wanted: dict[str, Any] = {"record_id__in": [record_id, *also]} if also else {"record_id": record_id}
    return _page(Event.objects.using(using).filter(entity=entity, **wanted), before_id, limit)


def for_customer(
    customer_id: int,
    before_id: int | None = None,
    limit: int = 50,
    *,
    also: Collection[int] = (),
    using: str = "default",
) -> list[StoredEvent]:
    """What happened around one customer, as the first or a further customer of the event, and around those that became part
    of it (``also``); each event once."""
    wanted: dict[str, Any] = {"customer_id__in": [customer_id, *also]} if also else {"customer_id": customer_id}
    links = EventLink.objects.using(using).filter(**wanted)
    if before_id is not None:
        links = links.filter(event_id__lt=before_id)
    found = links.order_by("-event_id").values_list("event_at", "event_id")
    keys = list((found.distinct() if also else found)[:limit])
    linked = _rows(Event.objects.using(using).filter(pk__in=keys)) if keys else []
    own = _page(Event.objects.using(using).filter(**wanted), before_id, limit)
    once = {event.id: event for event in (*own, *linked)}
    return sorted(once.values(), key=lambda event: event.id, reverse=True)[:limit]


def of_batch(
    batch: uuid.UUID, before_id: int | None = None, limit: int | None = 500, *, using: str = "default"
) -> list[StoredEvent]:
    """The events of one bulk command or import, newest first: the order in which it is undone. Limit None: all."""
    return _page(Event.objects.using(using).filter(batch=batch), before_id, limit)


def by_actor(
    actor_id: int, before_id: int | None = None, limit: int = 50, *, using: str = "default"
) -> list[StoredEvent]:
    """What one user has done."""
    return _page(Event.objects.using(using).filter(actor_id=actor_id), before_id, limit)


def customers_of(event: StoredEvent, *, using: str = "default") -> Sequence[int]:
    """Every customer in whose timeline the event stands, the first one first."""
    links = EventLink.objects.using(using).filter(event_at=event.at, event_id=event.id)
    further = links.order_by("customer_id").values_list("customer_id", flat=True)
    return [*([] if event.customer_id is None else [event.customer_id]), *further]


def after_seq(seq: int, limit: int = 500, *, using: str = "default") -> list[StoredEvent]:
    """The sealed events after ``seq``, oldest first."""
    return _rows(Event.objects.using(using).filter(seq__gt=seq).order_by("seq")[:limit])


def last_seq(*, using: str = "default") -> int:
    """The last number given by the sealer; 0 before the first."""
    return SealState.objects.using(using).filter(id=1).values_list("seq", flat=True).first() or 0


def chain_end(*, using: str = "default") -> tuple[int, bytes]:
    """The last event of the hash chain and the hash it ends in; (0, chain.ORIGIN) before the first."""
    found = SealState.objects.using(using).filter(id=1).values_list("chained", "hash").first()
    return (found[0], bytes(found[1])) if found else (0, ORIGIN)


def _page(events: QuerySet[Event], before_id: int | None, limit: int | None) -> list[StoredEvent]:
    if before_id is not None:
        events = events.filter(id__lt=before_id)
    return _rows(events.order_by("-id")[:limit])


def _rows(events: QuerySet[Event]) -> list[StoredEvent]:
    found = [StoredEvent(**dict(zip(_NAMES, row, strict=True))) for row in events.values_list(*_COLUMNS)]
    return concealing.opened(found)
