"""Held commands: stored with their inputs until a second person decides, never the first."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guanxi.platform.access import deputies, gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import User
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.command import Command
from guanxi.platform.commands.events import APPROVED, REFUSED, SUBMITTED
from guanxi.platform.commands.models import HeldCommand
from guanxi.platform.commands.outcome import Blocked, Outcome, Refusal
from guanxi.platform.commands.record_event import by
from guanxi.platform.events.services import append
from guanxi.platform.events.stored import NewEvent

EXPIRY = timedelta(days=7)


def hold(command: Command, actor: Actor, records: Sequence[Any], inputs: dict[str, Any]) -> Outcome:
    """Store the command; called by the executor inside its transaction."""
    now = actor.now()
    row = HeldCommand.objects.create(
        command=command.key,
        entity=command.entity_key,
        records=[record.pk for record in records if record.pk],
        versions={str(record.pk): record.version for record in records if record.pk},
        inputs=inputs,
        note=str(inputs.get("note", "")),
        requested_by_id=actor.me,
        on_behalf_of_id=actor.on_behalf_of_id,
        requested_at=now,
        expires_at=now + EXPIRY,
    )
    append([_event(SUBMITTED, row, pk, actor) for pk in row.records or [None]])
    return Outcome(command.key, held=row.pk)


def _event(kind: str, row: HeldCommand, record_id: int | None, actor: Actor) -> NewEvent:
    diff: Any = {"command": [None, row.command], "held": [None, row.pk]}
    return NewEvent(
        kind=kind,
        entity=row.entity,
        record_id=record_id,
        customer_id=None,
        diff=diff,
        note=row.answer or row.note,
        batch=None,
        **by(actor),
    )


def waiting_for(actor: Actor) -> list[HeldCommand]:
    """Held commands this actor may decide, oldest first, at most 200."""
    rows = HeldCommand.objects.filter(state=HeldCommand.State.WAITING, expires_at__gt=actor.now()).exclude(
        requested_by=actor.user_id
    )
    return [row for row in rows.order_by("pk")[:200] if may_decide(actor, row)]


def may_decide(actor: Actor, row: HeldCommand) -> bool:
    """Whether the actor holds the approval right over all its records and is not who asked, nor joined to them as
    deputy."""
    command = commands.get(row.command)
    return (
        actor.user_id != row.requested_by_id
        and gate.permits(actor, command.entity, "approve")
        and gate.admits(actor, command.entity, row.records, "approve")
        and actor.same_person.isdisjoint({row.requested_by_id, row.on_behalf_of_id})
    )


def _first(row: HeldCommand, decider: Actor) -> Actor:
    """Who asked, with the rights of now; for whom they acted only while they still may."""
    user = User.objects.get(pk=row.requested_by_id)
    first = Actor.for_user(user, source="approval", request=decider.request, clock=decider.clock)
    if not row.on_behalf_of_id:
        return first
    acting = deputies.acting(first, row.on_behalf_of_id)
    if acting is None:
        raise Blocked(
            {row.pk: _("Whoever asked was a deputy and is one no longer. Refuse it, or have it asked again.")}
        )
    return acting


def decide(pk: int, actor: Actor, *, approve: bool, answer: str = "") -> Outcome:
    """Approve (and carry out as the first person, for whom the right is checked again) or refuse.
    Raises NotFound, Blocked when decided or expired, and whatever the command raises."""
    from guanxi.platform.commands.executor import run

    with transaction.atomic():
        row = HeldCommand.objects.select_for_update(of=("self",)).filter(pk=pk).first()
        if row is None or not may_decide(actor, row):
            raise gate.NotFound
        if row.state != HeldCommand.State.WAITING:
            raise Blocked({pk: _("This request has already been decided.")})
        if row.expires_at <= actor.now():
            raise Blocked({pk: _("This request has expired. It must be submitted again.")})
        row.state = HeldCommand.State.APPROVED if approve else HeldCommand.State.REFUSED
        row.decided_by_id, row.decided_at, row.answer = actor.user_id, actor.now(), answer
        outcome = Outcome(row.command)
        if approve:
            first = _first(row, actor)
            try:
                versions = {int(key): version for key, version in row.versions.items()}
                outcome = run(
                    commands.get(row.command),
                    first,
                    ids=row.records,
                    inputs=row.inputs,
                    versions=versions,
                    approved=True,
                )
            except Refusal as refusal:
                raise Blocked({pk: str(refusal)}) from refusal
        row.save()
        kind = APPROVED if approve else REFUSED
        append([_event(kind, row, record, actor) for record in row.records or [None]])
    return outcome


def expire(actor: Actor) -> int:
    """Close requests whose time ran out; returns how many. Run by the tick."""
    return HeldCommand.objects.filter(state=HeldCommand.State.WAITING, expires_at__lte=actor.now()).update(
        state=HeldCommand.State.EXPIRED
    )
