"""Showing one masked value of one record: a right, a reason, a limit, and a trace of each."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.conf import access_settings
from guanxi.platform.access.events import Revealed
from guanxi.platform.access.fields import Field
from guanxi.platform.access.limits import spend
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.commands.record_event import by, place_of
from guanxi.platform.entities.entity import Entity
from guanxi.platform.events.services import append
from guanxi.platform.events.stored import NewEvent


def masked_field(entity: Entity, actor: Actor, key: str) -> Field:
    """The field beneath a mask. Raises NotFound for a field that the actor does not see masked, Forbidden without
    the right to reveal."""
    if key not in entity.field_rights(actor).masked:
        raise gate.NotFound
    gate.require(actor, entity, "reveal")
    return entity.fields()[key]


def reveal(entity: Entity, actor: Actor, pk: int, key: str, reason: str) -> Any:
    """The value of the field. Raises NotFound, Forbidden, Rejected for a reason too short, LimitReached."""
    field = masked_field(entity, actor, key)
    record = gate.get(actor, entity, pk, "reveal")
    reason = " ".join(reason.split())
    least = access_settings().reason
    if len(reason) < least:
        raise Rejected({"reason": _("Say in at least %(count)d characters why you need it.") % {"count": least}})
    with transaction.atomic():
        spend(actor, "reveal")
        append([_event(entity, actor, record, key, reason[:500])])
    return field.get(record)


def _event(entity: Entity, actor: Actor, record: Any, key: str, reason: str) -> NewEvent:
    line = None if entity.parent_entity() is None else record.pk
    return NewEvent(
        kind=Revealed.kind.key,
        payload=Revealed(field=key, reason=reason, entity=entity.key, line=line),
        note=reason,
        **place_of(entity, record),
        **by(actor),
    )
