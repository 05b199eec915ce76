"""Deleting events whose time is over: whole anchored segments, so that the rest stays verifiable."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from guanxi.platform.audit.conf import LEAST_MONTHS, audit_settings
from guanxi.platform.audit.events import Purged
from guanxi.platform.audit.models import Anchor, TakenAway, Viewed
from guanxi.platform.bulk import key_in
from guanxi.platform.events import guard
from guanxi.platform.events.models import Event, EventLink, Seal
from guanxi.platform.events.services import NewEvent, append

MONTH = timedelta(days=30.5)
AT_ONCE = 1_000


def oldest_kept(now: datetime, months: int | None = None) -> datetime:
    """What was sealed before this moment may go. Raises ValueError for less than LEAST_MONTHS."""
    wanted = audit_settings().keep_months if months is None else months
    if wanted < LEAST_MONTHS:
        raise ValueError(f"events are kept for at least {LEAST_MONTHS} months, not {wanted}")
    return now - wanted * MONTH


def begin(now: datetime, told: Mapping[str, Any], months: int | None = None) -> int:
    """Decide what goes: the segments whose anchor is old enough. Writes it down and gives the number of the last event
    of the last one; 0 for none. Nothing is deleted yet; from here on the chain begins after it."""
    limit = oldest_kept(now, months)
    with transaction.atomic():
        old = Anchor.objects.select_for_update().filter(at__lt=limit, purged_at=None).order_by("id")
        last = old.last()
        if last is None:
            return 0
        payload = Purged(until=last.seq)
        append([NewEvent(kind=Purged.kind.key, payload=payload, **told)])
        old.filter(id__lte=last.pk).update(purged_at=now)
    return last.seq


def carry_out(on_chunk: Callable[[int], None] = lambda rows: None) -> int:
    """Delete what lies before the last purged anchor, and say how many events that were; may be repeated after an
    interruption. ``on_chunk`` runs in the transaction of each chunk with its number of events."""
    last = Anchor.objects.exclude(purged_at=None).order_by("-id").first()
    if last is None:
        return 0
    total = 0
    while rows := _delete_some(last.seq, on_chunk):
        total += rows
    with guard.opened("purge of viewings"):
        Viewed.objects.filter(id__lte=last.views).delete()
        TakenAway.objects.filter(at__lt=last.at).exclude(
            event_id__in=Event.objects.filter(at__lt=last.at).values("id")
        ).delete()
    return total


def _delete_some(until: int, on_chunk: Callable[[int], None]) -> int:
    rows = list(Event.objects.filter(seq__lte=until).order_by("seq").values_list("seq", "at", "id")[:AT_ONCE])
    if not rows:
        return 0
    seqs, ids = [seq for seq, _at, _id in rows], [pk for _seq, _at, pk in rows]
    with guard.opened(f"purge up to {until}"):
        EventLink.objects.filter(key_in("event_id", ids), event_at__in={at for _seq, at, _id in rows}).delete()
        Event.objects.filter(key_in("seq", seqs)).delete()
        Seal.objects.filter(key_in("seq", seqs)).delete()
        on_chunk(len(rows))
    return len(rows)
