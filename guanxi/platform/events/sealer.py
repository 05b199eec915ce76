"""Giving the events their order."""

from django.db import transaction

from guanxi.platform.bulk import update_changed
from guanxi.platform.events.models import Event, SealState


def seal(limit: int = 5000, *, using: str = "default") -> int:
    """Give ``seq`` to at most ``limit`` committed events that have none, and say how many it were.

    Numbers rise by one without a gap, in the order (at, id) among those seen by this call: an event whose
    transaction commits later gets a later number, whatever its id. One sealer works at a time; a second one gives
    up at once with 0. Numbers and events are written in one transaction, so a crash leaves neither.
    """
    SealState.objects.using(using).get_or_create(id=1)
    with transaction.atomic(using=using):
        state = SealState.objects.using(using).select_for_update(skip_locked=True).filter(id=1).first()
        if state is None:
            return 0
        unsealed = Event.objects.using(using).filter(seq__isnull=True).order_by("at", "id")
        keys = list(unsealed.values_list("at", "id")[:limit])
        if not keys:
            return 0
        numbers = range(state.seq + 1, state.seq + 1 + len(keys))
        changes = ((key, None, {"seq": seq}) for key, seq in zip(keys, numbers, strict=True))
        if lost := update_changed(Event, changes, using=using):
            raise RuntimeError(f"{len(lost)} events vanished while being sealed")
        state.seq = numbers[-1]
        state.save(using=using, update_fields=["seq"])
    return len(keys)
