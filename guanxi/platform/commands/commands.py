"""The commands every entity has without saying so: create, edit, delete, restore, assign, tag, switch."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.commands.command import Answer, Command, register
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.features import features
from guanxi.platform.entities.options import EntityKind


def _set_fields(entity: Entity) -> Any:
    def apply(records: Sequence[Any], values: dict[str, Any], actor: Actor) -> None:
        fields = entity.fields()
        for record in records:
            for key, value in values.items():
                fields[key].set(record, value)

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
        return _now("It is already in use.") if now else _now("It is already out of use.")

    return rule


def _tag_inputs(actor: Actor) -> dict[str, Field]:
    return {
        "add": Field("add", kinds.TAGS, _("Add tags")),
        "remove": Field("remove", kinds.TAGS, _("Remove tags")),
    }


def _owner_inputs(entity: Entity) -> Any:
    def inputs(actor: Actor) -> dict[str, Field]:
        writable = entity.writable(actor)
        return {"owner": writable["owner"].with_(required=True)} if "owner" in writable else {}

    return inputs


def _built_in(entity: Entity) -> list[Command]:
    key, fields = entity.key, entity.writable
    found = []
    attached = entity.kind is EntityKind.ATTACHED

    def add(name: str, *arguments: Any, **options: Any) -> None:
        if name in entity.commands:
            found.append(Command(key, name, *arguments, built_in=True, **options))

    def create_inputs(actor: Actor) -> dict[str, Field]:
        host = {
            "entity": Field("entity", kinds.TEXT, _("Attached to"), required=True),
            "record_id": Field("record_id", kinds.INTEGER, _("Record"), required=True),
        }
        return fields(actor) | (host if attached else {})

    def apply_create(records: Sequence[Any], values: dict[str, Any], actor: Actor) -> None:
        host = {name: values[name] for name in ("entity", "record_id") if attached and name in values}
        for record in records:
            for name, value in host.items():
                setattr(record, name, value)
        _set_fields(entity)(records, {name: value for name, value in values.items() if name not in host}, actor)

    if entity.kind is not EntityKind.FACT:
        add("create", _("Create"), "created", _("Created"), apply_create, inputs=create_inputs, icon="plus", undo="delete", new=True, many=False)
        add("edit", _("Edit"), "edited", _("Edited"), _set_fields(entity), inputs=fields, icon="pencil")
    if entity.is_record:
        add("delete", _("Delete"), "deleted", _("Deleted"), _mark_deleted, icon="trash", undo="restore", danger=True)
        add("restore", _("Restore"), "restored", _("Restored"), _unmark_deleted, icon="restore", undo="delete", on_deleted=True)
        add("tag", _("Tag"), "tagged", _("Tagged"), _change_tags, inputs=_tag_inputs, icon="tags", function=_change_tags)
        if not entity.hangs_on and not attached:
            add("assign", _("Assign"), "assigned", _("Assigned"), _assign, inputs=_owner_inputs(entity), icon="user-share")
    elif entity.kind is EntityKind.LINE:
        add("delete", _("Delete"), "deleted", _("Deleted"), _nothing, icon="trash", undo=None, danger=True, removes=True)
    elif any(hasattr(entity.source.model, name) for name in ("active", "is_active")):
        switch = {"built_in": True, "undo": "diff"}
        found.append(Command(key, "activate", _("Take into use"), "activated", _("Taken into use"), _switch(True), icon="player-play", rule=_is(False), **switch))
        found.append(Command(key, "deactivate", _("Take out of use"), "deactivated", _("Taken out of use"), _switch(False), icon="player-pause", rule=_is(True), **switch))
    return found


for _entity in registry.entities():
    for _command in _built_in(_entity):
        register(_command)
    for _feature in features():
        for _command in _feature.commands(_entity):
            register(_command)
