"""The REST interface: changing."""

from typing import Any

from guanxi.platform.api.views.commands import record_commands, set_commands
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.command import commands_of
from guanxi.platform.entities import registry
from tests.leaks.canaries import Canary, new_word
from tests.leaks.doors import Token
from tests.leaks.paths.changes import CHANGES, children_of, edited, for_lookers, inputs_for, inputs_of_new, undoable
from tests.leaks.paths.pages import binned, links_to, restorable
from tests.leaks.paths.records import editable
from tests.leaks.registry import path

REST = "token"


@path("edit", REST, sets=True, variants=editable, **CHANGES)
def edit(caller: Token, canary: Canary, variant: str, given: Any) -> str:
    return caller.send(canary.entity, f"{canary.pk}/", {variant: new_word()}, "PATCH")


def deletable(canary: Canary) -> list[str]:
    return ["delete"] if "delete" in {one.name for one in commands_of(canary.entity)} else []


@path("deletion", REST, variants=deletable, by_command=True, lenient=True, **CHANGES)
def delete(caller: Token, canary: Canary, variant: str, given: Any) -> str:
    return caller.send(canary.entity, f"{canary.pk}/", None, "DELETE")


def by_name(canary: Canary) -> list[str]:
    return [one.name for one in record_commands(canary.entity) if not one.on_deleted and not one.asks]


@path("command", REST, variants=by_name, by_command=True, lenient=True, **CHANGES)
def command(caller: Token, canary: Canary, variant: str, given: Any) -> str:
    chosen = commands.get(f"{canary.entity.key}.{variant}")
    inputs = inputs_for(caller, canary, chosen)
    return caller.send(canary.entity, f"{canary.pk}/commands/{variant}/", {"inputs": inputs})


@path("command of whoever looks", REST, variants=for_lookers, one=True, writes=True, lenient=True)
def command_of_lookers(caller: Token, canary: Canary, variant: str, given: Any) -> str:
    return caller.send(canary.entity, f"{canary.pk}/commands/{variant}/", {})


@path("restore", REST, one=True, writes=True, needs="restore", variants=restorable, prepare=binned, lenient=True)
def restore(caller: Token, canary: Canary, variant: str, given: Any) -> str:
    return caller.send(canary.entity, f"{canary.pk}/commands/restore/", {})


def in_sets(canary: Canary) -> list[str]:
    return [one.name for one in set_commands(canary.entity) if not one.new]


@path("bulk command", REST, variants=in_sets, by_command=True, lenient=True, traces=True, **CHANGES)
def bulk(caller: Token, canary: Canary, variant: str, given: Any) -> str:
    """Preview and confirmation."""
    chosen = commands.get(f"{canary.entity.key}.{variant}")
    inputs = (
        {editable(canary)[0]: new_word()}
        if variant == "edit" and editable(canary)
        else inputs_for(caller, canary, chosen)
    )
    body = {"ids": [canary.pk], "inputs": inputs}
    tail = f"commands/{variant}/"
    return caller.send(canary.entity, tail, body) + caller.send(canary.entity, tail, {**body, "confirm": True})


@path("undo of a batch", REST, variants=undoable, prepare=edited, **CHANGES)
def undo(caller: Token, canary: Canary, variant: str, given: tuple[str, int]) -> str:
    return caller.ask("POST", "undo/", {"batch": given[0]})


@path("creation", REST, writes=True, needs="create", rules=("commands",), lenient=True,
      variants=lambda c: ["create"] if "create" in {one.name for one in commands_of(c.entity)} else [])  # fmt: skip
def create(caller: Token, canary: Canary, variant: str, given: Any) -> str:
    return caller.send(canary.entity, "", inputs_of_new(caller, canary.entity.key, canary.host))


@path(
    "creation beneath it",
    REST,
    writes=True,
    needs="create",
    variants=children_of,
    but=("share",),
    common=True,
    rules=("scope", "commands"),
    lenient=True,
)
def create_beneath(caller: Token, canary: Canary, variant: str, given: Any) -> str:
    key, above = variant.split()
    values = inputs_of_new(caller, key) | {above: canary.pk}
    return caller.send(registry.get(key), "", values)


@path("link to it", REST, writes=True, needs="edit", variants=links_to, common=True, lenient=True, rules=("scope",),
      only=("own", "department", "subtree", "region"), prepare=lambda world, canary, variant, reader: world.near[variant.split()[0]])  # fmt: skip
def link(caller: Token, canary: Canary, variant: str, given: Canary) -> str:
    """From a record of one's own to one out of reach: by number and by code (N02)."""
    field = variant.split()[1]
    bodies = [{field: canary.pk}, {field: {"id": canary.pk}}]
    if code := getattr(canary.record, "code", ""):
        bodies.append({field: {"code": code}})
    return "\n".join(caller.send(given.entity, f"{given.pk}/", body, "PATCH") for body in bodies)
