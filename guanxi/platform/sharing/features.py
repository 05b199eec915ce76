"""The command “share” on every record."""

from collections.abc import Sequence
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
from guanxi.platform.sharing import services
from guanxi.platform.sharing.models import LEVELS


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
