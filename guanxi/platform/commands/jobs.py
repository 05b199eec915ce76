"""Bulk commands and undo over many records run here."""

import uuid
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access import deputies
from guanxi.platform.access.actor import Actor, System
from guanxi.platform.commands import command as commands
from guanxi.platform.commands import held
from guanxi.platform.commands import selection as selections
from guanxi.platform.commands.models import Selection
from guanxi.platform.commands.undo import undo_some
from guanxi.platform.jobs.context import JobContext
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.registry import job, periodic
from guanxi.platform.jobs.sentences import sentence
from guanxi.platform.jobs.services import enqueue

#: Batches of more events than this are undone by a job.
UNDO_JOB_ABOVE = 1_000


def start_selection(selection: Selection, actor: Actor) -> Job:
    """Queue a confirmed selection; asking twice gives the same job."""
    command = commands.get(selection.command)
    label = sentence(
        _("%(command)s: %(entities)s"), command=str(command.label), entities=str(command.entity.label_plural)
    )
    return enqueue(
        "commands.bulk",
        {"selection": selection.pk, "for": actor.on_behalf_of_id},
        owner_id=actor.user_id or 0,
        label=label,
        total=len(selection.rows),
        key=f"selection:{selection.pk}",
    )


def start_undo(batch: uuid.UUID, actor: Actor) -> Job:
    """Queue the undo of a batch."""
    return enqueue(
        "commands.undo",
        {"batch": str(batch), "for": actor.on_behalf_of_id},
        owner_id=actor.user_id or 0,
        label=sentence(_("Undo of a bulk change")),
        key=f"undo:{batch}",
    )


@periodic(every=timedelta(minutes=5), name="commands.held")
def expire_held() -> None:
    """Close requests for approval whose time ran out."""
    held.expire(System("requests for approval expire"))


def _owner(context: JobContext) -> Actor:
    """The person whose rights count, as they are now."""
    return deputies.at_work(context.owner_id, context.payload.get("for"), source="job", clock=context.now)


@job("commands.bulk", label=_("Bulk change"))
def carry_out(context: JobContext) -> None:
    """Carry out a confirmed selection in chunks; after an interruption it goes on where it stopped."""
    actor = _owner(context)
    selection = selections.find(context.payload["selection"], actor)
    at = context.cursor or 0
    while at < len(selection.rows) and not context.cancelled():
        with transaction.atomic():
            chunk = next(selections.carry_out(selection, actor, start=at))
            counters = {"done": len(chunk.done), "left": len(chunk.left), "held": int(chunk.held is not None)}
            context.checkpoint(chunk.end, done=chunk.end, counters=counters)
        at = chunk.end
        context.pause()
    context.result(batch=str(selection.batch))


@job("commands.undo", label=_("Undo of a bulk change"))
def undo(context: JobContext) -> None:
    """Undo a batch newest first; the cursor is the oldest event already looked at."""
    actor, batch = _owner(context), uuid.UUID(context.payload["batch"])
    before = context.cursor
    while not context.cancelled():
        with transaction.atomic():
            result, before = undo_some(batch, actor, before)
            context.checkpoint(before, counters={"done": len(result.done), "left": len(result.left)})
        if before is None:
            break
        context.pause()
