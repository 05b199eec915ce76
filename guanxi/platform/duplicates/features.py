"""Keys that follow each write, and the command “merge”, for every entity that says how duplicates are known."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.kinds import Choice
from guanxi.platform.commands.command import Command
from guanxi.platform.commands.outcome import Change, Hindrance
from guanxi.platform.duplicates import digests, importing, merging  # noqa: F401 -- importing brings likeness to imports
from guanxi.platform.duplicates.conf import duplicate_settings
from guanxi.platform.duplicates.declared import duplicates_of
from guanxi.platform.duplicates.models import Merge
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.features import Feature, register_feature
from guanxi.platform.entities.options import EntityKind


class DuplicateKeys(Feature):
    key = "duplicates.keys"
    options = ("duplicates",)

    def applies(self, entity: Entity) -> bool:
        return duplicates_of(entity) is not None

    def written(self, entity: Entity, changes: Sequence[Change], actor: Actor) -> None:
        option = duplicates_of(entity)
        if option is None:
            return
        digests.keep(entity, [one.record for one in changes if one.created], fresh=True)
        digests.keep(entity, [one.record for one in changes if not one.created and digests.concerned(option, one)])

    def hinder_restoring(self, entity: Entity, records: Sequence[Any], actor: Actor) -> dict[int, Hindrance]:
        """A merged record comes back by taking the merge apart, not from the recycle bin: all it had is elsewhere."""
        if not self.applies(entity):
            return {}
        ids = [record.pk for record in records]
        merged = Merge.everything.filter(entity=entity.key, merged_id__in=ids, undone_at=None)
        reason = _("It was merged into another record. Open that one and take the merge apart.")
        return {pk: Hindrance(str(reason)) for pk in merged.values_list("merged_id", flat=True)}

    def commands(self, entity: Entity) -> list[Command]:
        return [_merge_command(entity)] if self.applies(entity) else []

    def check(self, entity: Entity) -> list[CheckMessage]:
        option = duplicates_of(entity)
        if option is None:
            return []
        if entity.kind is not EntityKind.RECORD:
            return [Error(f"{entity.key}: only records are looked through for duplicates", id="duplicates.E001")]
        named = [option.name.field, *(key.field for key in option.keys)]
        unknown = [key for key in named if key not in entity.fields()]
        forms = [key.form for key in option.keys if key.form not in digests.FORMS]
        name = entity.fields().get(option.name.field)
        hidden = [name.key] if name is not None and not name.attribute else []  # names are read without their records
        wrong = [
            *(f"no field {key}" for key in unknown),
            *(f"no form {form}" for form in forms),
            *(f"{key} is no column that can be read" for key in hidden),
        ]
        return [Error(f"{entity.key}: duplicates: {one}", id="duplicates.E002") for one in wrong]


def _merge_command(entity: Entity) -> Command:
    def inputs(actor: Actor) -> dict[str, Field]:
        found = (
            Field(
                "other", kinds.LINK, _("The other record"), target=entity.key, required=True,
                help=_("It becomes part of this one: all that belongs to it moves here."),
            ),
            Field(
                "take", kinds.MULTICHOICE, _("Taken from the other record"), choices=choices, default=[],
                help=_("Fields that are empty here are filled from it anyway."),
            ),
        )  # fmt: skip
        return {field.key: field for field in found}

    def choices() -> list[Choice]:
        return [Choice(key, field.label) for key, field in merging.takeable(entity).items()]

    def apply(records: Sequence[Any], values: dict[str, Any], actor: Actor) -> None:
        for record in records:
            merging.merge(entity, record, values["other"], values["take"] or (), actor)

    return Command(
        entity.key, merging.ACTION, _("Merge"), "merged", _("Merged"), apply, inputs=inputs, function=apply,
        told=_("%(actor)s merged another record into %(record)s"), icon="git-merge", undo=None, many=False, beside=True,
        hold=lambda actor, records, values: duplicate_settings().approval,
    )  # fmt: skip


register_feature(DuplicateKeys())
