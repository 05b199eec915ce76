"""JSON Schema of entities and commands, from their field descriptions."""

from typing import Any

from guanxi.platform.access import kinds
from guanxi.platform.access.fields import Field
from guanxi.platform.api.schema import shapes
from guanxi.platform.api.schema.shapes import Schema

_SIMPLE: dict[str, Schema] = {
    kinds.INTEGER.key: {"type": "integer", "format": "int64"},
    kinds.DECIMAL.key: {"type": "string", "format": "decimal"},
    kinds.MONEY.key: {"type": "string", "format": "decimal"},
    kinds.DATE.key: {"type": "string", "format": "date"},
    kinds.DATETIME.key: {"type": "string", "format": "date-time"},
    kinds.BOOLEAN.key: {"type": "boolean"},
    kinds.EMAIL.key: {"type": "string", "format": "email"},
    kinds.URL.key: {"type": "string", "format": "uri"},
    kinds.MULTICHOICE.key: {"type": "array", "items": {"type": "string"}},
    kinds.TAGS.key: {"type": "array", "items": {"type": "string"}},
}


def named(name: str) -> Schema:
    """A reference to a named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def value(field: Field, *, reading: bool) -> Schema:
    """One field as it is read or written. Choices are listed only where the program fixes them: lists that
    administrators keep change without a new version of the interface (``…/fields/`` has them)."""
    if field.is_link:
        found: Schema = {"allOf": [named("link" if reading else "link_input")]}
    else:
        found = dict(_SIMPLE.get(field.kind.key, {"type": "string"}))
        if field.nothing == "" and not field.required:
            found.pop("format", None)  # an empty text is no e-mail address
    if field.max_length and found.get("type") == "string":
        found["maxLength"] = field.max_length
    found["title"] = str(field.label)
    if field.help:
        found["description"] = str(field.help)
    if field.nothing is None:
        found["nullable"] = True
    if reading and (field.readonly or field.set is None):
        found["readOnly"] = True
    if field.target:
        found["x-target"] = field.target
    found["x-kind"] = field.kind.key
    return found


def record(fields: dict[str, Field], label: Any, *, versioned: bool) -> Schema:
    """A record as it is read."""
    head: dict[str, Schema] = {"id": shapes.ID, **({"version": {"type": "integer", "minimum": 1}} if versioned else {})}
    properties = head | {key: value(field, reading=True) for key, field in fields.items()}
    return shapes.object_of(properties, required=("id",), title=str(label))


def inputs(fields: dict[str, Field], *, partial: bool, version: bool) -> Schema:
    """What a command takes; ``partial`` inputs may all be left out."""
    properties = {key: value(field, reading=False) for key, field in fields.items()}
    if version:
        properties["version"] = shapes.VERSION
    required = () if partial else tuple(key for key, field in fields.items() if field.required)
    return shapes.object_of(properties, required=required, additionalProperties=False)
