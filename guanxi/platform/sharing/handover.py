"""Handover: everything that somebody owns goes to a successor, in one batch that can be undone.

The rows are frozen per kind of record, as for every bulk command, and given by the command that each kind has for it; a
job carries them out and goes on where it stopped.
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import User
from guanxi.platform.commands import command as commands
from guanxi.platform.commands import selection as selections
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import Handover
from guanxi.platform.entities.query import COUNT_LIMIT, Query, condition, read_filter
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.sentences import sentence
from guanxi.platform.jobs.services import enqueue

JOB = "sharing.handover"


@dataclass(frozen=True)
class Owned:
    """What a person owns of one kind that the actor may give away: ``count`` up to COUNT_LIMIT, ``tree`` finds it,
    ``closed`` says that they own more, out of the actor's reach."""

    entity: Entity
    tree: Any
    count: int
    closed: bool


def _given(actor: Actor) -> Iterator[tuple[Entity, Handover]]:
    """The kinds of record that the actor may give to others."""
    for entity in registry.entities():
        way = entity.handed_over
        if way is not None and gate.permits(actor, entity, way.command) and way.field in entity.readable(actor):
            yield entity, way


def may_hand_over(actor: Actor) -> bool:
    """Whether the actor may give anything at all to others."""
    return any(True for _one in _given(actor))


def tree_of(way: Handover, person_id: int) -> Any:
    """The filter that finds what a person owns."""
    mine = ["eq", way.field, str(person_id)]
    return ["and", mine, way.only] if way.only else mine


def owned(actor: Actor, person_id: int) -> list[Owned]:
    """What a person owns, kind by kind, without empty ones: two counts per kind of record."""
    found = []
    for entity, way in _given(actor):
        tree = tree_of(way, person_id)
        theirs = condition(entity, actor, Query(filter=read_filter(entity, actor, tree)))
        count = entity.rows(actor, way.command).filter(theirs).order_by()[: COUNT_LIMIT + 1].count()
        everything = entity.base_rows().filter(theirs).order_by()[: COUNT_LIMIT + 1].count()
        if everything:
            found.append(Owned(entity, tree, count, everything > count))
    return found


def start(
    actor: Actor,
    person_id: int,
    successor_id: int,
    chosen: Mapping[str, Any],
    *,
    note: str = "",
    key: str = "",
) -> Job:
    """Freeze what goes along and queue the job. ``chosen`` is entity key → a further filter tree or None for all of it;
    a repeated ``key`` gives the same job. Raises Rejected, NotFound."""
    ways = {entity.key: (entity, way) for entity, way in _given(actor)}
    if not chosen or not chosen.keys() <= ways.keys():
        raise Rejected({"": _("Choose what is to be handed over.")})
    if successor_id == person_id:
        raise Rejected({"successor": _("Choose somebody else as successor.")})
    names = dict(User.objects.filter(pk__in=(person_id, successor_id)).values_list("pk", "name"))
    if len(names) != 2 or not User.objects.filter(pk=successor_id, is_active=True).exists():
        raise Rejected({"successor": _("Choose a person and a successor who is in use.")})
    batch, frozen = uuid.uuid4(), []
    with transaction.atomic():
        for name, further in chosen.items():
            entity, way = ways[name]
            tree = tree_of(way, person_id)
            query = Query(filter=read_filter(entity, actor, ["and", tree, further] if further else tree))
            command = commands.get(f"{name}.{way.command}")
            selection = selections.preview(command, actor, query=query).selection
            selection.batch = batch
            selections.confirm(selection, actor, {way.input: successor_id, "note": note}, skip=True)
            frozen.append(selection)
        label = gettext_noop("Handover from %(person)s to %(successor)s")
        return enqueue(
            JOB,
            {"selections": [one.pk for one in frozen], "batch": str(batch), "for": actor.on_behalf_of_id},
            owner_id=actor.me,
            label=sentence(label, person=names[person_id], successor=names[successor_id]),
            total=sum(len(one.rows) for one in frozen),
            key=f"{JOB}:{actor.me}:{key}" if key else None,
        )
