"""Handovers are carried out here."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access import deputies
from guanxi.platform.commands import selection as selections
from guanxi.platform.jobs.context import JobContext
from guanxi.platform.jobs.registry import job
from guanxi.platform.sharing.handover import JOB


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
