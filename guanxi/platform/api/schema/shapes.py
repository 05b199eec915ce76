"""JSON Schema of what the interface takes and gives, where it is the same for every entity."""

from typing import Any

from django.utils.translation import gettext_lazy as _

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
ANY: Schema = {}
ID: Schema = {"type": "integer", "format": "int64", "minimum": 1}
VERSION: Schema = {
    "type": "integer",
    "minimum": 1,
    "description": _("The version you saw; another one is refused with 409."),
}
TREE: Schema = {
    "type": "array",
    "items": {},
    "description": _("Filter tree: [operator, field, values …], joined by “and”, “or”, “not”."),
}


def object_of(properties: dict[str, Schema], required: tuple[str, ...] | None = None, **more: Any) -> Schema:
    """An object; all of its properties are required unless said otherwise."""
    names = list(properties) if required is None else list(required)
    return {"type": "object", "properties": properties, **({"required": names} if names else {}), **more}


def list_of(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def map_of(value: Schema) -> Schema:
    return {"type": "object", "additionalProperties": value}


def nullable(schema: Schema) -> Schema:
    return {**schema, "nullable": True}


def items_of(item: Schema) -> Schema:
    return object_of({"items": list_of(item)})


def page_of(item: Schema) -> Schema:
    """A page: ``next`` and ``previous`` are addresses of the neighbouring pages or null."""
    return object_of({"items": list_of(item), "next": nullable(TEXT), "previous": nullable(TEXT)})


LINK = object_of({"id": ID, "label": TEXT})
LINK_INPUT: Schema = {
    "oneOf": [ID, object_of({"id": ID, "label": TEXT}, required=("id",)), object_of({"code": TEXT})],
    "description": _("The id of the record, or its code."),
}
BYTES: Schema = {"type": "string", "format": "binary"}
UPLOAD = object_of({"file": BYTES})
UPLOADED = object_of({"id": ID, "label": TEXT, "size": NUMBER, "content_type": TEXT})
REVEAL = object_of({"field": TEXT, "reason": TEXT})
REVEALED = object_of({"field": TEXT, "value": {}})
ERROR = object_of(
    {
        "code": TEXT,
        "message": TEXT,
        "errors": map_of(TEXT),
        "reasons": {
            **map_of(TEXT),
            "description": _("Record id → why the state of the record does not allow it (422)."),
        },
        "hanging": {
            "type": "array",
            "items": object_of({"entity": TEXT, "field": TEXT, "record": ID, "count": NUMBER}),
            "description": _("What hangs on the record and must go first (422)."),
        },
        "conflict": {
            **map_of(object_of({"theirs": ANY, "mine": ANY})),
            "description": _("Field → both values (409)."),
        },
        "version": NUMBER,
        "id": ID,
        "preview": {"type": "object"},
    },
    required=("code", "message", "errors"),
)
HELD = object_of({"held": ID}, description=_("The command waits for a second person."))
JOB_STARTED = object_of({"job": ID}, description=_("The work goes on in the background; look at the job."))
COUNTED = object_of({"count": NUMBER, "exact": FLAG})
GROUP = object_of({"value": ANY, "label": TEXT, "count": NUMBER, "total": ANY})
_REPORT_GROUP = object_of({"value": ANY, "label": TEXT})
_REPORT_LINE = object_of(
    {"groups": list_of(_REPORT_GROUP), "others": NUMBER, "values": list_of(ANY), "cells": list_of(ANY)}
)
REPORT = object_of({"columns": list_of(_REPORT_GROUP), "items": list_of(_REPORT_LINE), "total": _REPORT_LINE})
CHOICE = object_of({"value": TEXT, "label": TEXT, "color": TEXT})
FIELD = object_of(
    {
        "key": TEXT, "kind": TEXT, "label": TEXT, "help": TEXT, "required": FLAG, "readonly": FLAG,
        "max_length": nullable(NUMBER), "decimals": nullable(NUMBER), "target": nullable(TEXT), "choices": list_of(CHOICE),
        "operators": list_of(object_of({"key": TEXT, "label": TEXT})), "sortable": FLAG, "sensitivity": TEXT,
    }
)  # fmt: skip
COMMAND = object_of(
    {
        "name": TEXT, "label": TEXT, "help": TEXT, "icon": TEXT, "many": FLAG, "danger": FLAG, "undo": nullable(TEXT),
        "inputs": list_of({"$ref": "#/components/schemas/field"}),
        "blocked": {**TEXT, "description": _("Why it cannot be done now; empty if it can.")},
    },
    required=("name", "label", "help", "icon", "many", "danger", "undo", "inputs"),
)  # fmt: skip
EVENT = object_of(
    {
        "id": TEXT, "at": {"type": "string", "format": "date-time"}, "kind": TEXT, "label": TEXT,
        "actor": object_of({"id": nullable(ID), "label": TEXT}), "source": TEXT, "batch": nullable({"type": "string", "format": "uuid"}),
        "note": TEXT, "changes": {**map_of(list_of(ANY)), "description": _("Field → [old value, new value].")},
    }
)  # fmt: skip
SELECTION = object_of(
    {
        "ids": list_of(ID),
        "filter": TREE,
        "q": TEXT,
        "selection": {**ID, "description": _("A selection that a preview answered with.")},
        "confirm": FLAG,
    },
    required=(),
)
RESULT = object_of(
    {"batch": {"type": "string", "format": "uuid"}, "done": list_of(ID), "left": map_of(TEXT), "held": list_of(ID)}
)


PREVIEW = object_of(
    {
        "selection": ID, "total": NUMBER, "refused": list_of(object_of({"reason": TEXT, "count": NUMBER})),
        "needs_job": FLAG, "sample": list_of({"type": "object"}),
    }
)  # fmt: skip


INDEX = object_of(
    {
        "user": LINK, "read_only": FLAG, "schema": TEXT, "documentation": TEXT,
        "entities": list_of(object_of({"key": TEXT, "label": TEXT, "url": TEXT, "actions": list_of(TEXT)})),
    }
)  # fmt: skip
HITS = object_of(
    {
        "items": list_of(object_of({"entity": TEXT, "id": ID, "label": TEXT, "hint": TEXT, "url": TEXT})),
        "nearly": FLAG, "refused": TEXT, "behind": NUMBER,
    }
)  # fmt: skip
UNDO = object_of({"batch": {"type": "string", "format": "uuid"}})
UNDONE = object_of({"done": list_of(ID), "left": map_of(TEXT)})
JOB: Schema = object_of(
    {"id": ID, "kind": TEXT, "label": TEXT, "state": TEXT, "percent": nullable(NUMBER)}, additionalProperties=True
)


def _parameter(name: str, schema: Schema, description: Any, *, place: str = "query", required: bool = False) -> Schema:
    return {"name": name, "in": place, "required": required, "schema": schema, "description": description}


QUERY = (
    _parameter("filter", TEXT, _("Filter tree as JSON: [operator, field, values …], joined by “and”, “or”, “not”.")),
    _parameter("q", TEXT, _("Words that title or code contain.")),
)
SORT = _parameter("sort", TEXT, _("A field or “id”, with “-” before it for descending order."))
FIELDS = _parameter("fields", TEXT, _("The fields wanted, separated by commas; all of them by default."))
LIMIT = _parameter("limit", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}, _("How many at once."))
CURSOR = _parameter("cursor", TEXT, _("The place to go on from, taken from “next” or “previous”."))
COUNT = _parameter(
    "count", {"type": "string", "enum": ["capped", "exact"]}, _("“capped” stops at 10,000, “exact” counts all.")
)
BY = _parameter("by", TEXT, _("The field to group by."), required=True)
TOTAL = _parameter("total", TEXT, _("A number field to sum per group."))
REPORT_PARTS = (
    _parameter("rows", TEXT, _("Up to three fields, separated by commas; a date as “field:month” (year … day).")),
    _parameter("column", TEXT, _("One more field, across.")),
    _parameter("measures", TEXT, _("“count”, or sum, avg, min, max, distinct of a field: “sum:amount”; up to four.")),
    SORT,
    _parameter("top", {"type": "integer", "minimum": 1, "maximum": 100}, _("Groups of the first field; others are put together.")),
)  # fmt: skip
IF_MATCH = _parameter("If-Match", TEXT, _("The version you saw, instead of “version” in the body."), place="header")
IDEMPOTENCY_KEY = _parameter(
    "Idempotency-Key",
    {"type": "string", "maxLength": 80},
    _("Makes it harmless to send the request again."),
    place="header",
)
RECORD_ID = _parameter("id", ID, _("The id of the record."), place="path", required=True)
KIND = _parameter("kind", TEXT, _("Only records of this entity, by its key."))
