"""Custom fields as the platform's field descriptions, read once per configuration version."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, ProgrammingError
from django.db.models import Q
from django.utils.functional import lazy

from guanxi.platform.access import kinds, words
from guanxi.platform.access.fields import Field
from guanxi.platform.access.kinds import Choice
from guanxi.platform.customizing.choices import CHOOSING, FieldKind, Index
from guanxi.platform.customizing.models import CustomChoice, CustomField
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import EntityKind
from guanxi.platform.entities.source import in_json
from guanxi.platform.files.models import FILES
from guanxi.platform.refdata.fields import label_of

#: The JSON column of every record.
COLUMN = "custom"
USERS = "access.user"
TEXT_LENGTH, MOST_TEXT = 200, 400
LONG_TEXT_LENGTH = 20_000
DECIMALS = 2

_label_of = lazy(label_of, str)


@dataclass(frozen=True)
class Described:
    """One custom field with the text of its starting value, or its formula."""

    field: Field
    start: str
    formula: str


def customizable(entity: Entity) -> bool:
    """Whether administrators may add fields: to what is a record of its own."""
    return entity.kind is EntityKind.RECORD and any(
        column.name == COLUMN for column in entity.source.model._meta.concrete_fields
    )


def described(entity: Entity) -> tuple[Described, ...]:
    """The active custom fields of an entity in their order."""
    if not customizable(entity):
        return ()
    return registry.cached("customizing", _read).get(entity.key, ())


def _read() -> dict[str, tuple[Described, ...]]:
    """Entity key → its fields. Two queries, none before anybody has configured anything."""
    if not registry.configuration_version():
        return {}
    found: dict[str, list[Described]] = defaultdict(list)
    offered: dict[int, list[CustomChoice]] = defaultdict(list)
    try:
        for choice in CustomChoice.objects.filter(field__active=True).order_by("position", "pk"):
            offered[choice.field_id].append(choice)
        rows = list(CustomField.objects.filter(active=True).order_by("position", "pk"))
    except (OperationalError, ProgrammingError):
        return {}  # an upgrade that has not come to this room's first migration yet
    for row in rows:
        # What leads to a kind of record that is no longer installed waits, with its values, until it is back.
        if row.kind != FieldKind.LINK or registry.find(row.target) is not None:
            found[row.entity].append(Described(describe(row, offered[row.pk]), row.start, row.formula))
    return {key: tuple(fields) for key, fields in found.items()}


def describe(row: CustomField, offered: Iterable[CustomChoice] = ()) -> Field:
    """The description of one custom field with its choices."""
    kind = kinds.KINDS[row.gives or FieldKind.TEXT if row.kind == FieldKind.FORMULA else row.kind]
    field = Field(
        key=row.key,
        kind=kind,
        label=_label(row),
        help=row.help,
        required=row.required,
        indexed=row.index == Index.READY,
        max_length=_longest(row),
        readonly=row.kind == FieldKind.FORMULA,
        decimals={kinds.MONEY.key: 4, kinds.DECIMAL.key: DECIMALS if row.decimals is None else row.decimals}.get(
            kind.key
        ),
        bounds=_bounds(row),
        target={FieldKind.LINK: row.target, FieldKind.USER: USERS, FieldKind.FILE: FILES}.get(FieldKind(row.kind), ""),
        sensitivity=row.sensitivity,
        purpose=row.purpose,
        retention=row.retention,
        searched=row.searched and kind in (kinds.TEXT, kinds.LONGTEXT),
    )
    if row.kind in CHOOSING:
        field = _choosing(field, tuple(offered))
    return in_json(field, COLUMN)


def _label(row: CustomField) -> str:
    """The name in the reader's language, whenever it is shown."""
    return _label_of(row.labels, row.key)


def _longest(row: CustomField) -> int | None:
    lengths = {
        FieldKind.TEXT: row.max_length or TEXT_LENGTH,
        FieldKind.LONGTEXT: LONG_TEXT_LENGTH,
        FieldKind.FORMULA: MOST_TEXT,  # an index must hold it
    }
    return lengths.get(FieldKind(row.kind))


def _bounds(row: CustomField) -> tuple[Any, Any] | None:
    """Numbers stay within what both databases and spreadsheets keep exactly, scaled as they are stored."""
    if row.kind == FieldKind.INTEGER:
        return -(10**15) + 1, 10**15 - 1
    if row.kind in (FieldKind.DECIMAL, FieldKind.MONEY):
        return -(10**14) + 1, 10**14 - 1
    return None


def _choosing(field: Field, offered: tuple[CustomChoice, ...]) -> Field:
    choices = [Choice(one.key, _label_of(one.labels, one.key), one.color, retired=not one.active) for one in offered]
    own = {"conditions": _members(f"{COLUMN}__{field.key}")} if field.kind is kinds.MULTICHOICE else {}
    return field.with_(choices=lambda: choices, **own)


def _members(lookup: str) -> Any:
    """The filter operators of a list of keys in JSON, which is kept as one text (access.words)."""

    def condition(operator: str, values: tuple[Any, ...]) -> Q | None:
        if operator not in ("in", "eq"):
            return None
        found = Q(pk__in=[])
        for value in values:
            found |= Q(**{f"{lookup}__icontains": words.stored([value])})
        return found

    return condition
