"""Appending to the memory: the only way in."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import connections
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from guanxi.platform.bulk import insert_many
from guanxi.platform.events import concealing, ids, subscribers
from guanxi.platform.events.models import Event, EventLink
from guanxi.platform.events.payloads import to_json
from guanxi.platform.events.registration import RegistrationError
from guanxi.platform.events.registry import kind_of
from guanxi.platform.events.stored import NewEvent, StoredEvent

__all__ = ["NewEvent", "append"]

_COLUMNS = (
    *("at", "id", "actor_id", "actor_name", "on_behalf_of_id", "source", "address", "request", "batch"),
    *("kind", "schema", "entity", "record_id", "customer_id", "payload", "diff", "note"),
)
_NAMES = tuple("data" if name == "payload" else name for name in _COLUMNS)
_AT, _ID = _COLUMNS.index("at"), _COLUMNS.index("id")


def append(events: Sequence[NewEvent], *, using: str = "default") -> list[int]:
    """Store ``events`` in the transaction of the change they tell of, and give their ids in the same order.

    Raises TransactionManagementError outside a transaction (an event must not outlive a change that is rolled
    back), RegistrationError for a kind that is not declared or a payload of another kind.
    """
    connection = connections[using]
    if not connection.in_atomic_block:
        raise TransactionManagementError("Events are appended inside the transaction of what they tell of")
    now = timezone.now()
    rows = [_row(event, now) for event in concealing.concealed(events, using)]
    insert_many(Event, _COLUMNS, rows, using=using)
    keys = [(row[_AT], row[_ID]) for row in rows]
    links = [
        (*key, customer)
        for key, event in zip(keys, events, strict=True)
        for customer in dict.fromkeys(event.customers)
        if customer != event.customer_id
    ]
    if links:
        insert_many(EventLink, ("event_at", "event_id", "customer_id"), links, using=using)
    kinds = {kind for kind in {event.kind for event in events} if subscribers.interested(kind)}
    wanted = [row for row, event in zip(rows, events, strict=True) if event.kind in kinds]
    if wanted:
        subscribers.schedule(
            connection, [StoredEvent(**dict(zip(_NAMES, row, strict=True)), seq=None) for row in wanted]
        )
    return [key[1] for key in keys]


def _row(event: NewEvent, now: dt.datetime) -> tuple[Any, ...]:
    """The values in the order of _COLUMNS."""
    at = event.at or now
    schema, data = _payload(event)
    return (
        at,
        ids.next_id(at, now),
        event.actor_id,
        event.actor_name,
        event.on_behalf_of_id,
        event.source,
        event.address or getattr(event.payload, "address", ""),
        event.request,
        event.batch,
        event.kind,
        schema,
        event.entity,
        event.record_id,
        event.customer_id,
        data,
        event.diff,
        event.note,
    )


def _payload(event: NewEvent) -> tuple[int, dict[str, Any] | None]:
    kind = kind_of(event.kind)
    if kind is None:
        raise RegistrationError(f"Event kind {event.kind} is not declared")
    if event.payload is None:
        return kind.schema, None
    if kind.payload is None or not isinstance(event.payload, kind.payload):
        raise RegistrationError(f"{event.payload!r} is no payload of event kind {event.kind}")
    return kind.schema, to_json(event.payload)
