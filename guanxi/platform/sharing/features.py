"""The command “share” on every record."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.kinds import Choice
from guanxi.platform.access.memberships import Level
from guanxi.platform.commands.command import Command
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.features import Feature, register_feature
from guanxi.platform.entities.options import EntityKind
from guanxi.platform.sharing import services, sets
from guanxi.platform.sharing.models import LEVELS


class RecordSets(Feature):
    """Records are put by hand into sets that grants reach, and taken out again."""

    key = "sharing.sets"

    def applies(self, entity: Entity) -> bool:
        return entity.kind is EntityKind.RECORD

    def commands(self, entity: Entity) -> list[Command]:
        return [*_set_commands(entity)] if self.applies(entity) else []


def _set_commands(entity: Entity) -> Iterator[Command]:
    def put(records: Sequence[Any], values: dict[str, Any], actor: Actor) -> None:
        sets.change(actor, entity, records, values["record_set"], include=True)

    def take(records: Sequence[Any], values: dict[str, Any], actor: Actor) -> None:
        sets.change(actor, entity, records, values["record_set"], include=False)

    yield Command(
        entity.key, "include", _("Put into a set"), "included", _("Put into a set"), put, inputs=_set_inputs, function=put,
        told=_("%(actor)s put %(record)s into a set"), icon="folder", undo=None, beside=True,
    )  # fmt: skip
    yield Command(
        entity.key, "exclude", _("Take out of a set"), "excluded", _("Taken out of a set"), take, inputs=_set_inputs,
        function=take, told=_("%(actor)s took %(record)s out of a set"), icon="folder", undo=None, beside=True,
    )  # fmt: skip


def _set_inputs(actor: Actor) -> dict[str, Field]:
    return {"record_set": Field("record_set", kinds.LINK, _("Record set"), target="access.recordset", required=True)}


class Sharing(Feature):
    """Whoever has the right to share a record opens it to a person or a department."""

    key = "sharing.share"

    def applies(self, entity: Entity) -> bool:
        return entity.kind is EntityKind.RECORD and entity.attachments

    def commands(self, entity: Entity) -> list[Command]:
        if not self.applies(entity):
            return []

        def share(records: Sequence[Any], values: dict[str, Any], actor: Actor) -> None:
            services.share(actor, entity, records, **values)

        return [
            Command(
                entity.key, "share", _("Share"), "shared", _("Shared"), share, inputs=_inputs, function=share,
                told=_("%(actor)s shared %(record)s"), icon="share", undo=None, beside=True,
            )
        ]  # fmt: skip


def _levels() -> list[Choice]:
    return [Choice(value, label) for value, label in LEVELS]


def _inputs(actor: Actor) -> dict[str, Field]:
    found = (
        Field("person", kinds.LINK, _("Person"), target="access.user"),
        Field("unit", kinds.LINK, _("Or department, with all below"), target="access.department"),
        Field("permission", kinds.CHOICE, _("Permission"), choices=_levels, default=Level.READ.value),
        Field("expires_at", kinds.DATETIME, _("Until"), help=_("Empty: until it is revoked.")),
        Field("note", kinds.LONGTEXT, _("Note"), default="", max_length=1000),
    )
    return {field.key: field for field in found}


register_feature(Sharing())
register_feature(RecordSets())
