"""Undo of an import as a job: its events newest first, and the facts it loaded."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from guanxi.platform import bulk
from guanxi.platform.access.actor import Actor
from guanxi.platform.commands.outcome import Change
from guanxi.platform.commands.record_event import by
from guanxi.platform.commands.undo import undo_some
from guanxi.platform.entities import registry
from guanxi.platform.entities.options import EntityKind
from guanxi.platform.events.services import NewEvent, append
from guanxi.platform.exchange.choices import ImportState
from guanxi.platform.exchange.events import ImportUndone
from guanxi.platform.exchange.models import Import
from guanxi.platform.exchange.run import committed
from guanxi.platform.jobs.context import JobContext

LEFT_KEPT = 500
AT_ONCE = 2_000
END = "end"


def undo(chosen: Import, actor: Actor, context: JobContext) -> None:
    """Put back what nobody changed since; list the rest in ``left``. Goes on from the cursor, may be repeated."""
    context.stage("undo", gettext_noop("Putting back"))
    place: Any = context.cursor
    while place != END and not context.cancelled():
        with transaction.atomic():
            result, before = undo_some(chosen.batch, actor, place)
            place = END if before is None else before
            _note_left(chosen, result.left)
            context.checkpoint(place, counters={"restored": len(result.done), "left": len(result.left)})
        context.pause()
    _undo_facts(chosen, actor, context)
    if not context.cancelled():
        _end(chosen, actor, context)


def _note_left(chosen: Import, left: dict[int, str]) -> None:
    if not left:
        return
    row = Import.objects.select_for_update().get(pk=chosen.pk)
    room = max(0, LEFT_KEPT - len(row.left))
    row.left = [*row.left, *([pk, reason] for pk, reason in list(left.items())[:room])]
    row.save(update_fields=["left"])


def _undo_facts(chosen: Import, actor: Actor, context: JobContext) -> None:
    """Facts have no events; they carry the batch."""
    entity = registry.get(chosen.entity)
    while entity.kind is EntityKind.FACT and not context.cancelled():
        with transaction.atomic():
            facts = list(entity.base_rows().filter(batch=chosen.batch).order_by("pk")[:AT_ONCE])
            entity.base_rows().filter(bulk.key_in("id", [fact.pk for fact in facts])).delete()
            entity.written([Change(fact, {}) for fact in facts], actor)
            context.checkpoint(END, counters={"restored": len(facts)})
        if len(facts) < AT_ONCE:
            return
        context.pause()


def _end(chosen: Import, actor: Actor, context: JobContext) -> None:
    with transaction.atomic():
        counters = committed(context)
        if Import.objects.filter(pk=chosen.pk, state=ImportState.UNDOING).update(state=ImportState.UNDONE):
            told = ImportUndone(chosen.pk, chosen.file_name, counters.get("restored", 0), counters.get("left", 0))
            append(
                [
                    NewEvent(
                        kind="exchange.import.undone",
                        entity=chosen.entity,
                        batch=chosen.batch,
                        payload=told,
                        **by(actor),
                    )
                ]
            )
        context.checkpoint()
