"""Fields and commands as JSON, for clients that build their forms and lists themselves."""

from collections.abc import Iterable
from typing import Any

from guanxi.platform.access.fields import Field
from guanxi.platform.commands.command import Command
from guanxi.platform.feel.operators import OPERATORS


def describe_field(field: Field, *, writable: bool) -> dict[str, Any]:
    """One field: ``writable`` says whether this reader may set it."""
    return {
        "key": field.key,
        "kind": field.kind.key,
        "label": str(field.label),
        "help": str(field.help),
        "required": field.required and writable,
        "readonly": not writable,
        "max_length": field.max_length,
        "decimals": field.decimals,
        "target": field.target or None,
        "choices": [
            {"value": choice.value, "label": str(choice.label), "color": choice.color} for choice in field.choices()
        ],
        "operators": [{"key": key, "label": str(OPERATORS[key].label)} for key in field.operators],
        "sortable": field.sortable,
        "sensitivity": field.sensitivity,
    }


def describe_command(command: Command, inputs: Iterable[Field]) -> dict[str, Any]:
    """One command with the fields of its form."""
    return {
        "name": command.name,
        "label": str(command.label),
        "help": str(command.help),
        "icon": command.icon,
        "many": command.many and not command.new,
        "danger": command.danger,
        "undo": command.undo,
        "inputs": [describe_field(field, writable=True) for field in inputs],
    }
