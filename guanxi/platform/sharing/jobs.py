"""Handovers are carried out here, and record sets worked out."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access import deputies
from guanxi.platform.access.actor import System
from guanxi.platform.access.models import RecordSet
from guanxi.platform.commands import selection as selections
from guanxi.platform.jobs.context import JobContext
from guanxi.platform.jobs.registry import job, periodic
from guanxi.platform.jobs.sentences import sentence
from guanxi.platform.jobs.services import enqueue
from guanxi.platform.sharing import sets
from guanxi.platform.sharing.handover import JOB

REFRESH = "sharing.refresh_set"
#: So many sets are looked at again by the clock.
SETS_LIMIT = 500


@job(JOB, label=_("Handover"))
def hand_over(context: JobContext) -> None:
    """One frozen selection after the other, in chunks; the cursor is [selection, row, done], so that nothing is given twice."""
    actor = deputies.at_work(context.owner_id, context.payload.get("for"), source="job", clock=context.now)
    numbers = context.payload["selections"]
    at, row, done = context.cursor or (0, 0, 0)
    while at < len(numbers) and not context.cancelled():
        selection = selections.find(numbers[at], actor)
        if row >= len(selection.rows):
            at, row = at + 1, 0
            continue
        with transaction.atomic():
            chunk = next(selections.carry_out(selection, actor, start=row))
            done += chunk.end - row
            counters = {"done": len(chunk.done), "left": len(chunk.left), "held": int(chunk.held is not None)}
            context.checkpoint([at, chunk.end, done], done=done, counters=counters)
        row = chunk.end
        context.pause()
    context.result(batch=context.payload["batch"])


def start_refresh(record_set: RecordSet, owner_id: int | None, occasion: str) -> None:
    """Queue a look at what a set's filter finds; the same ``occasion`` queues it once."""
    enqueue(
        REFRESH,
        {"set": record_set.pk},
        owner_id=owner_id,
        label=sentence(_("Record set %(name)s"), name=record_set.name),
        key=f"{record_set.pk}:{occasion}",
    )


@job(REFRESH, label=_("Record set"))
def refresh_set(context: JobContext) -> None:
    """Make the members of one set those that its filter finds."""
    record_set = RecordSet.objects.filter(pk=context.payload["set"]).exclude(filter="").first()
    if record_set is not None:
        sets.refresh(record_set, System("members of record sets", clock=context.now), pause=context.pause)


@periodic(every=timedelta(minutes=30), name="sharing.sets")
def refresh_sets() -> None:
    """Look again at every set that follows a filter."""
    now = timezone.now()
    for record_set in RecordSet.objects.filter(active=True, live="").exclude(filter="").order_by("pk")[:SETS_LIMIT]:
        start_refresh(record_set, None, f"{now:%Y%m%d%H}{now.minute // 30}")
