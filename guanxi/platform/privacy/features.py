"""The option ``subject``: records of the entity are persons who may ask for their data; and the command that puts a legal
hold on any record."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.commands.command import Command
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.features import Feature, register_feature
from guanxi.platform.entities.options import EntityKind
from guanxi.platform.privacy import services
from guanxi.platform.privacy.subject import Subject, subject_of


class Subjects(Feature):
    key = "privacy.subject"
    options = ("subject",)

    def check(self, entity: Entity) -> list[CheckMessage]:
        subject = getattr(entity, "subject", None)
        if subject is None:
            return []
        if not isinstance(subject, Subject) or entity.kind is not EntityKind.RECORD:
            return [Error(f"{entity.key}.subject is no Subject of a record", obj=entity, id="privacy.E001")]
        unknown = [name for name in subject_of(entity).when if name not in entity.fields()]  # type: ignore[union-attr]
        return [
            Error(f"{entity.key}.subject names “{name}”, which is not a field", obj=entity, id="privacy.E001")
            for name in unknown
        ]


class Holds(Feature):
    """Whoever has the right puts records under a legal hold. It is lifted where holds are listed."""

    key = "privacy.hold"

    def applies(self, entity: Entity) -> bool:
        return entity.kind is EntityKind.RECORD and entity.attachments

    def commands(self, entity: Entity) -> list[Command]:
        if not self.applies(entity):
            return []

        def hold(records: Sequence[Any], values: dict[str, Any], actor: Actor) -> None:
            services.hold(actor, entity, records, **values)

        return [
            Command(
                entity.key, "hold", _("Legal hold"), "held_back", _("Put under a legal hold"), hold, inputs=_hold_inputs,
                function=hold, told=_("%(actor)s put %(record)s under a legal hold"), icon="lock", undo=None, beside=True,
            )
        ]  # fmt: skip


def _hold_inputs(actor: Actor) -> dict[str, Field]:
    until = _("Empty: until it is lifted.")
    return {
        "reason": Field("reason", kinds.TEXT, _("Reason"), required=True, max_length=200),
        "until": Field("until", kinds.DATE, _("Until"), help=until),
    }


register_feature(Subjects())
register_feature(Holds())
