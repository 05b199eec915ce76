"""The commands every entity has without saying so: create, edit, delete, restore, assign, tag, switch."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.commands.command import Answer, Command, derive_by, register
from guanxi.platform.commands.hanging import hinder_deletion, hinder_restoring
from guanxi.platform.commands.retiring import hinder_retirement
from guanxi.platform.commands.review import review_commands
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import BUILT_IN_COMMANDS, Entity
from guanxi.platform.entities.features import features
from guanxi.platform.entities.options import EntityKind


def _set_fields(entity: Entity) -> Any:
    def apply(records: Sequence[Any], values: dict[str, Any], actor: Actor) -> None:
        fields = entity.fields()
        for record in records:
            for key, value in values.items():
                fields[key].put(record, value)

    return apply


def _mark_deleted(records: Sequence[Any], values: dict[str, Any], actor: Actor) -> None:
    for record in records:
        record.deleted_at = actor.now()


def _unmark_deleted(records: Sequence[Any], values: dict[str, Any], actor: Actor) -> None:
    for record in records:
        record.deleted_at = None


def _nothing(records: Sequence[Any], values: dict[str, Any], actor: Actor) -> None:
    """Lines are deleted by the executor itself."""


def _change_tags(records: Sequence[Any], values: dict[str, Any], actor: Actor) -> None:
    taken = set(values.get("remove") or ())
    for record in records:
        record.tags = [tag for tag in dict.fromkeys([*record.tags, *(values.get("add") or ())]) if tag not in taken]


def _assign(records: Sequence[Any], values: dict[str, Any], actor: Actor) -> None:
    for record in records:
        record.owner_id = values["owner"]
        record.department_id = None


def _switch(active: bool) -> Any:
    def apply(records: Sequence[Any], values: dict[str, Any], actor: Actor) -> None:
        for record in records:
            setattr(record, "active" if hasattr(record, "active") else "is_active", active)

    return apply


def _is(active: bool) -> Any:
    def rule(record: Any, actor: Actor) -> Answer:
        now = getattr(record, "active", None) if hasattr(record, "active") else record.is_active
        if now is active:
            return True
        return _("It is already in use.") if now else _("It is already out of use.")

    return rule


def _tag_inputs(actor: Actor) -> dict[str, Field]:
    return {
        "add": Field("add", kinds.TAGS, _("Add tags")),
        "remove": Field("remove", kinds.TAGS, _("Remove tags")),
    }


def _owner_inputs(entity: Entity) -> Any:
    def inputs(actor: Actor) -> dict[str, Field]:
        writable = entity.writable(actor)
        if "owner" not in writable:
            return {}
        note = Field("note", kinds.LONGTEXT, _("Note"), default="", max_length=1000)
        return {"owner": writable["owner"].with_(required=True), "note": note}

    return inputs


def _create_inputs(entity: Entity) -> Any:
    """The fields of a new record; an attached one also says what it hangs on."""
    host = {
        "entity": Field("entity", kinds.TEXT, _("Attached to"), required=not entity.personal),
        "record_id": Field("record_id", kinds.INTEGER, _("Record"), required=not entity.personal),
    }
    attached = entity.kind is EntityKind.ATTACHED
    return lambda actor: entity.settable(actor) | (host if attached else {})


def _apply_create(entity: Entity) -> Any:
    host = ("entity", "record_id") if entity.kind is EntityKind.ATTACHED else ()

    def apply(records: Sequence[Any], values: dict[str, Any], actor: Actor) -> None:
        for record in records:
            for name in host:
                setattr(record, name, values.get(name))
        _set_fields(entity)(records, {name: value for name, value in values.items() if name not in host}, actor)

    return apply


def _writing(entity: Entity) -> list[Command]:
    create = Command(
        entity.key, "create", _("Create"), "created", _("Created"), _apply_create(entity), inputs=_create_inputs(entity),
        told=_("%(actor)s created %(record)s"), icon="plus", undo="delete", new=True, many=False,
    )  # fmt: skip
    edit = Command(
        entity.key, "edit", _("Edit"), "edited", _("Edited"), _set_fields(entity), inputs=entity.writable,
        told=_("%(actor)s changed %(record)s"), icon="pencil",
    )  # fmt: skip
    return [create, edit]


def _keeping(entity: Entity) -> list[Command]:
    delete = Command(
        entity.key, "delete", _("Delete"), "deleted", _("Deleted"), _mark_deleted,
        told=_("%(actor)s deleted %(record)s"), icon="trash", undo="restore", danger=True,
        set_rule=partial(hinder_deletion, entity),
    )  # fmt: skip
    restore = Command(
        entity.key, "restore", _("Restore"), "restored", _("Restored"), _unmark_deleted,
        told=_("%(actor)s restored %(record)s"), icon="restore", undo="delete", on_deleted=True,
        set_rule=partial(hinder_restoring, entity),
    )  # fmt: skip
    tag = Command(
        entity.key, "tag", _("Tag"), "tagged", _("Tagged"), _change_tags, inputs=_tag_inputs, function=_change_tags,
        told=_("%(actor)s changed the tags of %(record)s"), icon="tags",
    )  # fmt: skip
    assign = Command(
        entity.key, "assign", _("Assign"), "assigned", _("Assigned"), _assign, inputs=_owner_inputs(entity), function=_assign,
        told=_("%(actor)s gave %(record)s to another owner"), icon="user-share",
    )  # fmt: skip
    independent = not entity.hangs_on and entity.kind is EntityKind.RECORD
    return [delete, restore, tag, *([assign] if independent else [])]


def _line_keeping(entity: Entity) -> list[Command]:
    delete = Command(
        entity.key, "delete", _("Delete"), "deleted", _("Deleted"), _nothing,
        told=_("%(actor)s deleted %(record)s"), icon="trash", undo=None, danger=True, removes=True,
    )  # fmt: skip
    return [delete]


def _switching(entity: Entity) -> list[Command]:
    if not any(hasattr(entity.source.model, name) for name in ("active", "is_active")):
        return []
    activate = Command(
        entity.key, "activate", _("Take into use"), "activated", _("Taken into use"), _switch(True),
        told=_("%(actor)s took %(record)s into use"), icon="player-play", rule=_is(False),
    )  # fmt: skip
    deactivate = Command(
        entity.key, "deactivate", _("Take out of use"), "deactivated", _("Taken out of use"), _switch(False),
        told=_("%(actor)s took %(record)s out of use"), icon="player-pause", rule=_is(True),
        set_rule=partial(hinder_retirement, entity),
    )  # fmt: skip
    return [activate, deactivate]


_BY_KIND = {
    EntityKind.RECORD: (_writing, _keeping),
    EntityKind.ATTACHED: (_writing, _keeping),
    EntityKind.LINE: (_writing, _line_keeping),
    EntityKind.REFERENCE: (_writing, _switching),
    EntityKind.FACT: (),
}


def built_in(entity: Entity) -> list[Command]:
    """The commands that the entity's kind brings, without those that its declaration leaves out."""
    found = [command for make in _BY_KIND[entity.kind] for command in make(entity)]
    kept = [command for command in found if command.name in entity.commands or command.name not in BUILT_IN_COMMANDS]
    for command in kept:
        command.built_in = True
    return kept


def derived(entity: Entity) -> list[Command]:
    """The commands that nobody declares: of the entity's kind, of its reviews and of features."""
    added = [command for feature in features() for command in feature.commands(entity)]
    return [*built_in(entity), *review_commands(entity), *added]


derive_by(derived)
for _entity in registry.declared():
    for _command in derived(_entity):
        register(_command)
