"""Held commands: stored with their inputs until a second person decides, never the first.

What is no command on records but needs a second person alike, such as an export, is declared as ``Work``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from guanxi.platform.access import confirming, deputies, gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import User
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.command import Command
from guanxi.platform.commands.events import APPROVED, REFUSED, SUBMITTED
from guanxi.platform.commands.models import HeldCommand
from guanxi.platform.commands.outcome import Blocked, Outcome, Refusal
from guanxi.platform.commands.record_event import by
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.events.services import append
from guanxi.platform.events.stored import NewEvent

EXPIRY = timedelta(days=7)


@dataclass(frozen=True)
class Work:
    """``carry_out(first, inputs)`` does it in the transaction of the approval, as the person who asked; ``describe(reader,
    inputs)`` tells whoever decides what is asked for. The approval right is that of the entity it is held for."""

    key: str
    label: str | Promise
    carry_out: Callable[[Actor, dict[str, Any]], None]
    describe: Callable[[Actor, dict[str, Any]], str]


_works: dict[str, Work] = {}


def declare_work(work: Work) -> Work:
    """Make a kind of work known under its key, at start-up."""
    if work.key in _works:
        raise ImproperlyConfigured(f"{work.key} is declared twice")
    _works[work.key] = work
    return work


def label_of(row: HeldCommand) -> str | Promise:
    """What is held is called."""
    work = _works.get(row.command)
    return work.label if work else commands.get(row.command).label


def description_of(row: HeldCommand, reader: Actor) -> str:
    """What is asked for beyond the records; empty for commands."""
    work = _works.get(row.command)
    return work.describe(reader, row.inputs) if work else ""


def hold_work(work: Work, actor: Actor, entity: Entity, inputs: dict[str, Any], note: str) -> HeldCommand:
    """Store a piece of work until a second person decides."""
    now = actor.now()
    with transaction.atomic():
        row = HeldCommand.objects.create(
            command=work.key,
            entity=entity.key,
            inputs=inputs,
            note=note,
            requested_by_id=actor.me,
            on_behalf_of_id=actor.on_behalf_of_id,
            requested_at=now,
            expires_at=now + EXPIRY,
        )
        append([_event(SUBMITTED, row, None, actor)])
    return row


def hold(command: Command, actor: Actor, records: Sequence[Any], inputs: dict[str, Any]) -> Outcome:
    """Store the command; called by the executor inside its transaction."""
    now = actor.now()
    row = HeldCommand.objects.create(
        command=command.key,
        entity=command.entity_key,
        records=[record.pk for record in records if record.pk],
        versions={str(record.pk): record.version for record in records if record.pk},
        inputs=inputs,
        note=command.note_of(inputs),
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
    entity = registry.get(row.entity)
    return (
        actor.user_id != row.requested_by_id
        and gate.permits(actor, entity, "approve")
        and gate.admits(actor, entity, row.records, "approve")
        and actor.same_person.isdisjoint({row.requested_by_id, row.on_behalf_of_id})
    )


class Asked(Protocol):
    """What somebody asked for and another one decides."""

    pk: Any
    requested_by_id: int
    on_behalf_of_id: int | None


def first_person(row: Asked, decider: Actor) -> Actor:
    """Who asked, with the rights of now; for whom they acted only while they still may. Raises Blocked."""
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
            if row.command in _works:
                confirming.require(actor)
            else:
                commands.get(row.command).require_confirmation(actor)
            first = first_person(row, actor)
            try:
                outcome = _carry_out(row, first)
            except Refusal as refusal:
                raise Blocked({pk: str(refusal)}) from refusal
        row.save()
        kind = APPROVED if approve else REFUSED
        append([_event(kind, row, record, actor) for record in row.records or [None]])
    return outcome


def _carry_out(row: HeldCommand, first: Actor) -> Outcome:
    from guanxi.platform.commands.executor import run

    if work := _works.get(row.command):
        work.carry_out(first, row.inputs | {"held": row.pk})
        return Outcome(row.command)
    versions = {int(key): version for key, version in row.versions.items()}
    return run(commands.get(row.command), first, ids=row.records, inputs=row.inputs, versions=versions, approved=True)


def expire(actor: Actor) -> int:
    """Close requests whose time ran out; returns how many. Run by the tick."""
    return HeldCommand.objects.filter(state=HeldCommand.State.WAITING, expires_at__lte=actor.now()).update(
        state=HeldCommand.State.EXPIRED
    )
