"""Kinds of record as an administrator defines them, for the suites that every kind of record must pass."""

from typing import Any

from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.customizing.choices import CHOOSING, FieldKind
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from tests.contract.factories import MAKER

#: What a kind of field cannot do without.
NEEDED: dict[FieldKind, dict[str, Any]] = {
    FieldKind.LINK: {"target": "fakes.thing"},
    FieldKind.DECIMAL: {"decimals": 2},
}


def define(label: str = "Contract", **inputs: Any) -> Entity:
    """A kind of record; its entity."""
    values = {"label": label, "numbering": "HT-{year}-{0000}", **inputs}
    (pk,) = run(commands.get("records.customentity.create"), MAKER, inputs=values).ids
    row = registry.get("records.customentity").base_rows().get(pk=pk)
    return registry.get(f"custom.{row.key}")


def add(entity: str, kind: str, **inputs: Any) -> int:
    """A custom field, with two choices where it offers some."""
    values = {"entity": entity, "kind": kind, "label": f"Own {kind}", **NEEDED.get(FieldKind(kind), {}), **inputs}
    (pk,) = run(commands.get("customizing.customfield.create"), MAKER, inputs=values).ids
    for label in ("First", "Second") if kind in CHOOSING else ():
        run(commands.get("customizing.customchoice.create"), MAKER, inputs={"field": pk, "label": label})
    return pk


def define_with_every_kind(label: str = "Contract", **inputs: Any) -> Entity:
    """A kind of record with a field of each kind, but for files, which are sent by whoever saves the record."""
    entity = define(label, **inputs)
    for kind in FieldKind:
        if kind not in (FieldKind.FILE, FieldKind.FORMULA):
            add(entity.key, kind)
    add(entity.key, "formula", formula="x_own_integer * 2")
    add(entity.key, "text", label="Private", sensitivity="contact", purpose="keeping in touch")
    return registry.get(entity.key)
