"""Pinned records: what a person keeps at hand. They are the person's own business, told to nobody and in no history."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.commands.command import Command
from guanxi.platform.directory.models import Pin
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.features import Feature
from guanxi.platform.entities.options import EntityKind

#: So many a person keeps; pinning one more lets the oldest go.
KEPT = 50


class Pins(Feature):
    """Whoever sees a record may pin it."""

    key = "directory.pins"

    def applies(self, entity: Entity) -> bool:
        return entity.kind is EntityKind.RECORD

    def commands(self, entity: Entity) -> list[Command]:
        if not self.applies(entity):
            return []

        def pin(records: Sequence[Any], values: dict[str, Any], actor: Actor) -> None:
            _keep(actor, entity, records)

        def unpin(records: Sequence[Any], values: dict[str, Any], actor: Actor) -> None:
            Pin.objects.filter(
                user=actor.user_id, entity=entity.key, record_id__in=[record.pk for record in records]
            ).delete()

        return [
            Command(
                entity.key, "pin", _("Pin"), "pinned", _("Pinned"), pin, function=pin, asks="view", tells_itself=True,
                help=_("Keep it at hand, on the workbench and in the palette."), icon="pin", undo=None, many=False,
            ),
            Command(
                entity.key, "unpin", _("Unpin"), "unpinned", _("Unpinned"), unpin, function=unpin, asks="view",
                tells_itself=True, help=_("Take it off the workbench and out of the palette."), icon="pinned-off", undo=None, many=False,
            ),
        ]  # fmt: skip


def _keep(actor: Actor, entity: Entity, records: Sequence[Any]) -> None:
    if actor.user_id is None:
        return
    new = [Pin(user_id=actor.user_id, entity=entity.key, record_id=record.pk, at=actor.now()) for record in records]
    Pin.objects.bulk_create(new, ignore_conflicts=True)
    beyond = list(Pin.objects.filter(user=actor.user_id).order_by("-id").values_list("pk", flat=True)[KEPT:])
    Pin.objects.filter(pk__in=beyond).delete()


def pinned_by(actor: Actor) -> list[tuple[str, int]]:
    """(entity key, id) of what the person at work has pinned, the newest first. Whether it may still be seen is for
    the reader to ask."""
    pins = Pin.objects.filter(user=actor.user_id).order_by("-id")[:KEPT]
    return [(pin.entity, pin.record_id) for pin in pins]


def is_pinned(actor: Actor, entity: Entity, pk: int) -> bool:
    return Pin.objects.filter(user=actor.user_id, entity=entity.key, record_id=pk).exists()
