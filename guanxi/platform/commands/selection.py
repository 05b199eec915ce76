"""Bulk commands: a selection frozen at its preview, carried out in chunks, undone as one batch."""

import uuid
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from guanxi.platform import bulk
from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.command import Command
from guanxi.platform.commands.executor import SET_LIMIT, read_inputs, run
from guanxi.platform.commands.models import Selection
from guanxi.platform.commands.outcome import Blocked, Conflict, Rejected
from guanxi.platform.entities.query import Query, condition

JOB_ABOVE = 1_000
ROWS_LIMIT = 100_000
LOOKED_AT = 2_000


@dataclass(frozen=True)
class Preview:
    """What a bulk command would touch: the stored selection, how many rows, how many are refused and
    why (reason → number), and some of the records."""

    selection: Selection
    total: int
    refused: dict[str, int]
    sample: list[Any]

    @property
    def needs_job(self) -> bool:
        return self.total > JOB_ABOVE


def preview(command: Command, actor: Actor, *, ids: Sequence[int] | None = None, query: Query | None = None) -> Preview:
    """Freeze the rows of a bulk command with their versions. ``ids`` are those ticked, ``query`` all that
    a filter finds. One id out of reach refuses all (NotFound); more than ROWS_LIMIT rows are refused."""
    entity = command.entity
    command.require(actor)
    command.require_confirmation(actor)
    if not command.many or command.new:
        raise Rejected({"": _("“%(command)s” works on one record at a time.") % {"command": command.label}})
    rows = within(command, actor, ids)
    if ids is None:
        rows = rows.filter(condition(entity, actor, query or Query()))
    allowed: list[list[int]] = []
    skipped: list[list[Any]] = []
    sample: list[Any] = []
    found = rows.order_by("pk")[: ROWS_LIMIT + 1].iterator(chunk_size=LOOKED_AT)
    while records := list(islice(found, LOOKED_AT)):
        hindrances = command.hindrances(records, actor)
        skipped += [[record.pk, hindrances[record.pk].reason] for record in records if record.pk in hindrances]
        free = [record for record in records if record.pk not in hindrances]
        allowed += [[record.pk, record.version] for record in free]
        sample += free[: 10 - len(sample)]
    if ids is not None and len(allowed) + len(skipped) != len(set(ids)):
        raise gate.NotFound
    if len(allowed) + len(skipped) > ROWS_LIMIT:
        raise Rejected(
            {
                "": _("At most %(limit)s records can be changed at once. Narrow the list with a filter.")
                % {"limit": f"{ROWS_LIMIT:,}"}
            }
        )
    selection = Selection.objects.create(
        actor_id=actor.user_id or 0, command=command.key, rows=allowed, skipped=skipped, created_at=actor.now()
    )
    return Preview(selection, len(allowed), _counted(skipped), sample)


def within(command: Command, actor: Actor, ids: Collection[int] | None = None) -> QuerySet:
    """The rows, or those with one of the ids, that the command could be about: of the recycle bin for one that brings
    back."""
    entity = command.entity
    rows, rights = entity.source.rows(deleted=command.on_deleted), gate.sources(actor, entity, command.right)
    if ids is None:
        return gate.narrow(rows, rights, entity.every_row())
    return gate.few(rows, rights, bulk.key_in("id", set(ids)))


def _counted(skipped: Sequence[Sequence[Any]]) -> dict[str, int]:
    """Reason → how many records are left out for it."""
    return dict(Counter(reason for _pk, reason in skipped))


def confirm(selection: Selection, actor: Actor, inputs: Mapping[str, Any], *, skip: bool) -> None:
    """Give the inputs of a previewed command and agree to leave out what the rules refuse. Raises Rejected."""
    read_inputs(commands.get(selection.command), actor, inputs)
    if selection.skipped and not skip:
        raise Rejected(
            {"": _("Some of the records cannot be changed. Confirm that they are left out, or choose others.")}
        )
    selection.inputs, selection.skip_confirmed, selection.batch = dict(inputs), skip, selection.batch or uuid.uuid4()
    selection.save(update_fields=["inputs", "skip_confirmed", "batch"])


@dataclass(frozen=True)
class Chunk:
    """``done`` ids of one transaction, ``left`` {id: reason} of rows that changed or were hindered since the
    preview; ``held`` is the request for approval that stands for its rows instead, where a second person must agree."""

    end: int
    done: tuple[int, ...]
    left: dict[int, str]
    held: int | None = None


def carry_out(selection: Selection, actor: Actor, *, start: int = 0) -> Iterator[Chunk]:
    """Run the confirmed selection from row ``start`` in chunks, one transaction each, under one batch. Rows
    that somebody changed meanwhile are left and reported. The caller may stop between chunks."""
    if selection.actor_id != (actor.user_id or 0):
        raise gate.NotFound
    command = commands.get(selection.command)
    for at in range(start, len(selection.rows), SET_LIMIT):
        rows = selection.rows[at : at + SET_LIMIT]
        yield _chunk(command, actor, selection, rows, at + len(rows))


def _chunk(command: Command, actor: Actor, selection: Selection, rows: list[list[int]], end: int) -> Chunk:
    versions = {pk: version for pk, version in rows}
    left: dict[int, str] = {}
    key = f"selection:{selection.pk}:{end}"
    while versions:
        try:
            outcome = run(
                command,
                actor,
                ids=sorted(versions),
                inputs=selection.inputs,
                versions=versions,
                batch=selection.batch,
                key=key,
            )
            return Chunk(end, outcome.ids, left, outcome.held)
        except Conflict as conflict:
            left[conflict.record.pk] = _("Somebody changed it after the preview.")
            versions.pop(conflict.record.pk)
        except Blocked as blocked:
            for pk, reason in blocked.reasons.items():
                left[pk] = reason
                versions.pop(pk)
        except gate.NotFound:
            reachable = set(within(command, actor, versions).values_list("pk", flat=True))
            gone = versions.keys() - reachable
            if not gone:
                raise
            for pk in gone:
                left[pk] = _("It is gone or no longer open to you.")
                versions.pop(pk)
    return Chunk(end, (), left)


def again(selection: Selection, actor: Actor) -> Preview:
    """The preview of a selection that was already frozen, with the same rows."""
    command = commands.get(selection.command)
    sample = within(command, actor, [pk for pk, _version in selection.rows[:10]])
    return Preview(selection, len(selection.rows), _counted(selection.skipped), list(sample))


def find(pk: int, actor: Actor) -> Selection:
    """The actor's own selection. Raises NotFound."""
    found = Selection.objects.filter(pk=pk, actor_id=actor.user_id or 0).first()
    if found is None:
        raise gate.NotFound
    return found
