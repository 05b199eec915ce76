"""Changing records on pages."""

import re
import uuid
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from guanxi.platform.access import kinds
from guanxi.platform.access.fields import Field
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.command import Command, commands_of
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.models import Selection
from guanxi.platform.directory.models import Pin
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import EntityKind
from guanxi.platform.events.models import Event
from guanxi.platform.ui import files_tab
from tests.contract.factories import MAKER, NOTHING, factory_for
from tests.leaks.canaries import Canary, new_word
from tests.leaks.doors import Caller, Page
from tests.leaks.paths.pages import binned, many, restorable
from tests.leaks.paths.records import dialogs, editable
from tests.leaks.registry import path

CHANGES: dict[str, Any] = {"one": True, "writes": True, "needs": "edit"}


@path("edit", sets=True, variants=editable, **CHANGES)
def edit(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return caller.post(canary.entity, "edit", canary.pk, sent={variant: new_word()})


@path("edit in place", sets=True, variants=editable, **CHANGES)
def edit_property(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return caller.post(canary.entity, "property", canary.pk, variant, sent={variant: new_word()})


@path("edit a cell", sets=True, variants=editable, **CHANGES)
def edit_cell(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return caller.post(canary.entity, "cell", canary.pk, sent={variant: new_word()}, query=f"?column={variant}")


def inputs_for(caller: Caller, canary: Canary, command: Command) -> dict[str, Any]:
    """A value for every input of a command that must be given, as JSON."""
    found = {}
    for key, field in command.inputs(MAKER).items():
        if field.required or field.is_link:
            found[key] = value_of(caller, canary.entity.key, field)
    if command.name == "tag":
        found["add"] = [new_word()]
    return {key: value for key, value in found.items() if value is not None}


def value_of(caller: Caller, key: str, field: Field) -> Any:
    """A value for a field of a kind of record; links lead to what is there, so that nothing is made by asking."""
    if field.kind is kinds.FILE:
        return None
    if field.target == "access.user":
        return caller.user.pk
    if field.is_link:
        return registry.get(field.target).base_rows().order_by("pk").values_list("pk", flat=True).first()
    return factory_for(key).value(field, 7)


def inputs_of_new(caller: Caller, key: str, host: tuple[Entity, int] | None = None) -> dict[str, Any]:
    """Values for a new record, links left out where they need not be."""
    fields = factory_for(key).fields()
    found = {name: value_of(caller, key, one) for name, one in fields.items() if not one.is_link or one.required}
    if host and registry.get(key).kind is EntityKind.ATTACHED:
        found |= {"entity": host[0].key, "record_id": host[1]}
    return {name: value for name, value in found.items() if value is not None and value is not NOTHING and value != []}


@path("command", lenient=True, by_command=True, variants=dialogs, **CHANGES)
def command(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    chosen = commands.get(f"{canary.entity.key}.{variant}")
    return caller.post(canary.entity, "command", canary.pk, variant, sent=inputs_for(caller, canary, chosen))


def for_lookers(canary: Canary) -> list[str]:
    """Commands that ask for no more than the right to see the record."""
    return [one.name for one in commands_of(canary.entity) if one.asks == "view"]


@path("command of whoever looks", variants=for_lookers, one=True, writes=True, lenient=True)
def command_of_lookers(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return caller.post(canary.entity, "command", canary.pk, variant)


def pinned(world: Any, canary: Canary, variant: str, reader: Any) -> None:
    """By a reader who could see both records once."""
    for one in (world.near[canary.entity.key], world.far[canary.entity.key]):
        Pin.objects.create(user=reader.user, entity=one.entity.key, record_id=one.pk, at=MAKER.now())


@path(
    "pins on the workbench",
    prepare=pinned,
    variants=lambda c: for_lookers(c)[:1],
    common=True,
    rules=("scope", "fields"),
)
def pins_at_home(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return caller.open("/")


@path(
    "pins in the palette", prepare=pinned, variants=lambda c: for_lookers(c)[:1], common=True, rules=("scope", "fields")
)
def pins_in_palette(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return caller.open("/palette/", q="")


@path("restore", one=True, writes=True, needs="restore", variants=restorable, prepare=binned, lenient=True)
def restore(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return caller.post(canary.entity, "command", canary.pk, "restore")


@path(
    "bulk edit",
    one=True,
    writes=True,
    needs="edit",
    sets=True,
    traces=True,
    variants=lambda c: editable(c) if "edit" in many(c) else [],
)
def bulk_edit(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return _bulk(caller, canary, "edit", [canary.pk], {variant: new_word()})


@path("bulk edit beside one's own", writes=True, needs="edit", traces=True, one=True, only=("own", "subtree", "region", "team"),
      variants=lambda c: editable(c) if "edit" in many(c) else [], prepare=lambda world, canary, variant, reader: world.near[canary.entity.key])  # fmt: skip
def bulk_beside(caller: Page, canary: Canary, variant: str, given: Canary) -> str:
    """One id out of reach refuses all (N04)."""
    return _bulk(caller, canary, "edit", list({given.pk, canary.pk}), {variant: new_word()})


@path(
    "bulk command",
    one=True,
    writes=True,
    needs="edit",
    traces=True,
    lenient=True,
    by_command=True,
    variants=lambda c: [n for n in many(c) if n in dialogs(c)],
)
def bulk_command(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    chosen = commands.get(f"{canary.entity.key}.{variant}")
    return _bulk(caller, canary, variant, [canary.pk], inputs_for(caller, canary, chosen))


def _bulk(caller: Page, canary: Canary, name: str, ids: list[int], inputs: dict[str, Any]) -> str:
    """Preview, and what was frozen is carried out: with a selection of somebody else's where the preview is refused."""
    text = caller.post(canary.entity, "bulk_command", name, sent={"ids": ",".join(map(str, ids))})
    token = re.search(r'name="token" value="(\d+)"', text)
    if token:
        return text + caller.post(canary.entity, "bulk_run", name, sent={"token": token[1], "skip": "1", **inputs})
    frozen = Selection.objects.create(
        actor_id=0, command=f"{canary.entity.key}.{name}", rows=[[canary.pk, 1]], skipped=[], created_at=MAKER.now()
    )
    text += caller.post(canary.entity, "bulk_run", name, sent={"token": frozen.pk, **inputs})
    frozen.delete()
    return text


def edited(world: Any, canary: Canary, variant: str, reader: Any) -> tuple[str, int]:
    """A change of somebody else's: its batch and its event."""
    batch = uuid.uuid4()
    key = editable(canary)[0]
    run(commands.get(f"{canary.entity.key}.edit"), MAKER, ids=[canary.pk], inputs={key: new_word()}, batch=batch)
    event = Event.objects.filter(batch=batch).order_by("-id").values_list("id", flat=True).first()
    return str(batch), event or 0


def undoable(canary: Canary) -> list[str]:
    """What has a history of its own."""
    alone = canary.entity.kind not in (EntityKind.LINE, EntityKind.FACT)
    return editable(canary) if alone else []


@path("undo of a batch", writes=True, needs="edit", variants=undoable, prepare=edited, common=True)
def undo_batch(caller: Page, canary: Canary, variant: str, given: tuple[str, int]) -> str:
    return caller.send(f"/undo/{given[0]}/")


@path("undo of a change", variants=undoable, prepare=edited, **CHANGES)
def undo_event(caller: Page, canary: Canary, variant: str, given: tuple[str, int]) -> str:
    return caller.post(canary.entity, "undo_event", canary.pk, given[1])


def columns_of(canary: Canary) -> list[str]:
    board = canary.entity.kanban
    return [board.by] if board and "edit" in {one.name for one in commands_of(canary.entity)} else []


@path("move on the board", variants=columns_of, **CHANGES)
def move(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    field = canary.entity.fields()[variant]
    now = field.get(canary.record)
    other = next(one.value for one in field.choices() if one.value != now)
    return caller.post(canary.entity, "move", sent={"id": canary.pk, "value": other})


def composed(canary: Canary) -> list[str]:
    """What can be written onto its timeline."""
    found = []
    for child in registry.entities():
        option = child.timeline
        if option and option.body and canary.entity in child.attachable() and not child.personal:
            found.append(child.key)
    return found


@path("compose", writes=True, one=True, needs="create", variants=composed)
def compose(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return caller.post(canary.entity, "compose", canary.pk, variant, sent={"text": "from the matrix"})


@path("draft", writes=True, one=True, rules=("scope",))
def draft(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return caller.post(canary.entity, "draft", canary.pk, sent={"text": "half a thought"})


def takes_files(canary: Canary) -> list[str]:
    return ["file"] if files_tab.offered(canary.entity, MAKER) else []


@path("upload of a file", writes=True, one=True, needs="create", variants=takes_files)
def upload(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    brought = SimpleUploadedFile("note.txt", b"from the matrix")
    return caller.post(canary.entity, "files", canary.pk, sent={"file": brought})


@path(
    "deletion of a file",
    writes=True,
    one=True,
    needs="delete",
    variants=lambda c: ["file"] if c.entity.key == "directory.attachment" else [],
)
def delete_file(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    host, pk = canary.host or (canary.entity, canary.pk)
    return caller.post(host, "file_delete", pk, canary.pk)


def children_of(canary: Canary) -> list[str]:
    """What can be made beneath it: "entity field"."""
    found = []
    for child in registry.entities():
        above = child.hangs_on or child.parent
        creates = "create" in {one.name for one in commands_of(child)}
        if above and creates and child.fields()[above].target == canary.entity.key and not child.confirmed:
            found.append(f"{child.key} {above}")
    return found


@path(
    "creation beneath it",
    writes=True,
    needs="create",
    variants=children_of,
    but=("share",),
    common=True,
    rules=("scope", "commands"),
    lenient=True,
)
def create_beneath(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    key, above = variant.split()
    values = inputs_of_new(caller, key) | {above: canary.pk}
    return caller.post(registry.get(key), "create", sent=values)


@path("creation", writes=True, needs="create", rules=("commands",), lenient=True,
      variants=lambda c: ["form", "save"] if "create" in {one.name for one in commands_of(c.entity)} else [])  # fmt: skip
def create(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    if variant == "form":
        return caller.get(canary.entity, "create")
    return caller.post(canary.entity, "create", sent=inputs_of_new(caller, canary.entity.key, canary.host))
