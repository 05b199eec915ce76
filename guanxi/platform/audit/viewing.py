"""Who has which record before them: a trace of each record page, limits for looking at very many customers, refusals.

A page leaves its trace in the side database (one look, one row); the tick takes traces over into Viewed a moment later.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.gate import Forbidden
from guanxi.platform.audit.conf import audit_settings
from guanxi.platform.audit.events import Alarmed, Refused, Stopped
from guanxi.platform.audit.models import Keeper, Refusal, Trace, Viewed
from guanxi.platform.commands.record_event import by
from guanxi.platform.entities.entity import Entity
from guanxi.platform.events.ids import first_id, next_id
from guanxi.platform.events.models import Event
from guanxi.platform.events.services import NewEvent, append

AT_ONCE = 500
_SAME = (
    "at", "actor_id", "actor_name", "on_behalf_of_id", "source", "address", "request", "entity", "record_id", "customer_id",
)  # fmt: skip


class TooMany(Forbidden):
    """The person has looked at more customers today than anybody may."""

    def __init__(self, customers: int) -> None:
        super().__init__(
            _(
                "You have looked at %(customers)s customers today, which is the limit. "
                "Go on tomorrow, or ask the security officer."
            )
            % {"customers": f"{customers:,}"}
        )


def saw(actor: Actor, entity: Entity, record: Any) -> None:
    """Leave a trace that the record is shown to the actor on a page of its own. Raises TooMany instead for one more
    customer than the limit of the day. Pages of lists (regions, roles …) leave none: everybody uses them."""
    if actor.user_id is None or not entity.is_record:
        return
    customer, now, day = entity.customer_of(record), actor.now(), actor.today()
    if customer is not None:
        _refuse_too_many(actor, customer, day)
    for limit in _limits.get(entity.key, ()):
        limit(actor, record)
    Trace(
        id=next_id(now, now), day=day, entity=entity.key, record_id=record.pk, customer_id=customer, **_who(actor)
    ).save(force_insert=True)


#: What says of a record of a kind that an actor may look at no further one today: it raises gate.Forbidden.
Limit = Callable[[Actor, Any], None]
_limits: dict[str, list[Limit]] = {}


def limit_of(entity_key: str, limit: Limit) -> None:
    """Limit how many records of a kind one person looks at; asked before a page is shown and counted."""
    _limits.setdefault(entity_key, []).append(limit)


def seen_today(actor: Actor, entity_key: str) -> set[int]:
    """The ids of the records of a kind that the actor has looked at today."""
    rows = Trace.objects.filter(actor_id=actor.user_id or 0, day=actor.today(), entity=entity_key)
    return set(rows.values_list("record_id", flat=True))


def refused(actor: Actor | None, route: str, status: int) -> None:
    """Leave a trace that a request was refused; ``route`` is the name of the address, never the address itself."""
    if actor is None:
        return
    now = actor.now()
    Refusal(id=next_id(now, now), route=route[:100], status=status, **_who(actor)).save(force_insert=True)


def _who(actor: Actor) -> dict[str, Any]:
    """The columns that every trace has."""
    return {
        "at": actor.now(),
        "actor_id": actor.user_id,
        "actor_name": actor.name[:64],
        "on_behalf_of_id": actor.on_behalf_of_id,
        "source": actor.source,
        "address": actor.address,
        "request": actor.request[:40],
    }


def seen_on(actor_id: int, day: date) -> int:
    """How many different customers the person looked at that day (kept for some days only)."""
    rows = Trace.objects.filter(actor_id=actor_id, day=day)
    return rows.aggregate(seen=Count("customer_id", distinct=True))["seen"]


def _refuse_too_many(actor: Actor, customer: int, day: date) -> None:
    """Counted anew every UNCOUNTED pages, and on each one near the limit, where other processes count as well."""
    limit = audit_settings().block
    if limit - _at_most(actor.me, day) > limit // 10:
        return
    seen = _count(actor.me, day)
    if seen < limit or Trace.objects.filter(actor_id=actor.me, day=day, customer_id=customer).exists():
        return
    if not _told(Stopped.kind.key, actor.me, day):
        with transaction.atomic():
            append([NewEvent(kind=Stopped.kind.key, payload=Stopped(customers=seen, limit=limit), **by(actor))])
    raise TooMany(seen)


#: Pages of a person between two counts in one process, while the limit is far.
UNCOUNTED = 20
_PEOPLE = 5_000
_counted: dict[tuple[int, date], list[int]] = {}


def _at_most(actor_id: int, day: date) -> int:
    """How many customers this process knows or must suppose the person to have seen: its last count and the pages
    since then."""
    known = _counted.get((actor_id, day))
    if known is None or known[1] >= UNCOUNTED:
        _count(actor_id, day)
        known = _counted[actor_id, day]
    known[1] += 1
    return sum(known)


def _count(actor_id: int, day: date) -> int:
    if len(_counted) >= _PEOPLE:
        _counted.clear()
    seen = seen_on(actor_id, day)
    _counted[actor_id, day] = [seen, 0]
    return seen


def forget_counts() -> None:
    """Count everybody anew (tests, whose databases go back)."""
    _counted.clear()


def _told(kind: str, actor_id: int, day: date) -> bool:
    """Whether the event was written for this person on this day already."""
    midnight = datetime.combine(day, datetime.min.time(), timezone.get_default_timezone())
    return Event.objects.filter(kind=kind, actor_id=actor_id, id__gte=first_id(midnight)).exists()


# --- taken over by the tick -------------------------------------------------------------------------------
def keep_traces() -> int:
    """Take the traces over into Viewed, alarm about people who look at very many customers, and say how many it were.
    Repeating it after a crash keeps nothing twice."""
    traces = list(Trace.objects.filter(kept=False).order_by("id")[:AT_ONCE])
    if not traces:
        return 0
    Keeper.objects.get_or_create(id=1)
    with transaction.atomic():
        Keeper.objects.select_for_update().get(id=1)
        rows = [Viewed(uid=one.pk, **{name: getattr(one, name) for name in _SAME}) for one in traces]
        Viewed.objects.bulk_create(rows, ignore_conflicts=True)
    _note(traces)
    _alarm(traces)
    return len(traces)


def _note(traces: Sequence[Trace]) -> None:
    Trace.objects.filter(pk__in=[one.pk for one in traces]).update(kept=True)


def forget_traces(before: date) -> int:
    """Remove the traces of past days, which count against no limit any more."""
    return Trace.objects.filter(kept=True, day__lt=before).delete()[0]


def _alarm(traces: Iterable[Trace]) -> None:
    limit = audit_settings().alarm
    people = {(one.actor_id, one.day): one for one in traces if one.customer_id is not None}
    for (actor_id, day), one in people.items():
        seen = seen_on(actor_id, day)
        if seen > limit and not _told(Alarmed.kind.key, actor_id, day):
            payload = Alarmed(customers=seen, limit=limit)
            with transaction.atomic():
                append([NewEvent(kind=Alarmed.kind.key, payload=payload, **_told_by(one))])


def _told_by(trace: Trace | Refusal) -> dict[str, Any]:
    """Who it was, for an event."""
    names = ("at", "actor_id", "actor_name", "on_behalf_of_id", "source", "address", "request")
    return {name: getattr(trace, name) for name in names}


@dataclass(frozen=True)
class _Door:
    """Who was refused where."""

    actor_id: int | None
    route: str
    status: int


def keep_refusals() -> int:
    """Make one event of the refusals of each person at each route, however many they were, and say how many events."""
    rows: Sequence[Refusal] = list(Refusal.objects.order_by("id")[:AT_ONCE])
    times = Counter(_Door(one.actor_id, one.route, one.status) for one in rows)
    last = {_Door(one.actor_id, one.route, one.status): one for one in rows}
    events = []
    for door, one in last.items():
        payload = Refused(route=door.route, status=door.status, times=times[door])
        events.append(NewEvent(kind=Refused.kind.key, payload=payload, **_told_by(one)))
    if events:
        with transaction.atomic():
            append(events)
        Refusal.objects.filter(pk__in=[one.pk for one in rows]).delete()
    return len(events)
