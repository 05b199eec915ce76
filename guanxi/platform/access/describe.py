"""Field descriptions of a model: the only place that reads ``model._meta``."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access import kinds
from guanxi.platform.access.codes import CodeField
from guanxi.platform.access.encrypted import TAIL, DigestField, EncryptedField
from guanxi.platform.access.encrypted_json import EncryptedJSONField
from guanxi.platform.access.fields import Field, fixed, no_choices
from guanxi.platform.access.kinds import Choice, Invalid
from guanxi.platform.access.models.record import DEPARTMENT_COLUMNS, REGION_COLUMNS
from guanxi.platform.access.money import MoneyField
from guanxi.platform.access.words import WordsField, words_condition
from guanxi.platform.feel.nodes import FilterError
from guanxi.platform.files.models import FILES
from guanxi.platform.refdata.fields import LANGUAGES, LabelsField, PinyinField, complete_labels, label_of

#: Columns that are no fields for people: keys, copies, bookkeeping.
INTERNAL = frozenset(
    {
        "id",
        "uid",
        "version",
        "deleted_at",
        "custom",
        "path",
        "pinyin",
        "initials",
        "customer_id",
        "toured",
        "shipped",
        "edited",
        "level",
        "settling",
        "password",
        "password_changed_at",
        "must_change_password",
        "sessions_from",
        "dormant_warned_on",
        "last_login",
        "batch",
        *DEPARTMENT_COLUMNS,
        *REGION_COLUMNS,
    }
)
_NO_FIELDS = (models.JSONField, EncryptedJSONField, models.UUIDField, PinyinField, DigestField)
SYSTEM_SET = frozenset({"created_at", "created_by", "modified_at", "modified_by"})

_KIND_OF: list[tuple[type[models.Field], kinds.Kind]] = [
    (MoneyField, kinds.MONEY),
    (models.BooleanField, kinds.BOOLEAN),
    (models.IntegerField, kinds.INTEGER),
    (models.DecimalField, kinds.DECIMAL),
    (models.DateTimeField, kinds.DATETIME),
    (models.DateField, kinds.DATE),
    (models.EmailField, kinds.EMAIL),
    (models.URLField, kinds.URL),
    (models.TextField, kinds.LONGTEXT),
    (models.CharField, kinds.TEXT),
]


def describe(model: type[models.Model]) -> dict[str, Field]:
    """Key → description of every column of the model that concerns people, in model order."""
    indexed = _indexed(model)
    fields = {}
    for column in model._meta.concrete_fields:
        if isinstance(column, LabelsField):
            fields[text_of(column.name)] = _labels(column)
            continue
        if column.name in INTERNAL or isinstance(column, _NO_FIELDS):
            continue
        fields[column.name] = _describe(column, column.name in indexed)
    return fields


def _indexed(model: type[models.Model]) -> set[str]:
    """Columns by which a list of any size can be sorted: an index begins with them."""
    found = {"id"}
    for column in model._meta.concrete_fields:
        if getattr(column, "db_index", False) or column.unique:
            found.add(column.name)
    for index in model._meta.indexes:
        if index.fields_orders and index.condition is None:
            found.add(index.fields_orders[0][0])
    return found


def _kind(column: models.Field) -> kinds.Kind:
    if isinstance(column, WordsField):
        return kinds.MULTICHOICE if column.words else kinds.TAGS
    if isinstance(column, CodeField):
        return kinds.CHOICE
    if column.choices:
        return kinds.CHOICE
    if isinstance(column, models.ForeignKey):
        return _link_kind(column)
    if isinstance(column, models.CharField) and column.name == "code":
        return kinds.CODE
    if isinstance(column, models.CharField) and column.name.endswith(("phone", "mobile", "fax")):
        return kinds.PHONE
    for field_class, kind in _KIND_OF:
        if isinstance(column, field_class):
            return kind
    raise TypeError(f"{column}: no kind of field describes {type(column).__name__}")


def _link_kind(column: models.ForeignKey) -> kinds.Kind:
    target = column.related_model
    if target._meta.label_lower == FILES:
        return kinds.FILE
    if target._meta.label_lower == "access.user":
        return kinds.USER
    return kinds.TREE if any(field.name == "path" for field in target._meta.concrete_fields) else kinds.LINK


def _describe(column: models.Field, indexed: bool) -> Field:
    kind = _kind(column)
    link = isinstance(column, models.ForeignKey)
    has_default = column.default is not models.NOT_PROVIDED
    sealed = isinstance(column, EncryptedField)
    return Field(
        key=column.name,
        kind=kind,
        label=column.verbose_name,
        help=column.help_text,
        required=not column.blank and not column.null and not has_default,
        clearable=column.blank or column.null or not has_default or kind is kinds.BOOLEAN,
        readonly=not column.editable or column.name in SYSTEM_SET,
        default=column.default if has_default else None,
        max_length=None if link else column.max_length,
        decimals=4 if kind is kinds.MONEY else getattr(column, "decimal_places", None),
        bounds=_bounds(column),
        validators=_validators(column),
        choices=_choices(column),
        target=_target(column) if link else "",
        lookup="" if sealed else column.attname if kind is not kinds.TREE else column.name,
        indexed=indexed,
        unique=column.unique,
        sealed=sealed,
        **_access(column, kind),
    )


def _bounds(column: models.Field) -> tuple[Any, Any] | None:
    """The smallest and largest number that the column holds on either database, or None for other columns. PostgreSQL's
    ranges hold on SQLite too, which would store anything: data must fit when it moves."""
    if isinstance(column, MoneyField) or column.is_relation:
        return None
    if isinstance(column, models.DecimalField):
        most = Decimal(10) ** (column.max_digits - column.decimal_places) - Decimal(10) ** -column.decimal_places
        return -most, most
    return BaseDatabaseOperations.integer_field_ranges.get(column.get_internal_type())


def _validators(column: models.Field) -> tuple[Callable[[Any], Any], ...]:
    """The validators that the column declares itself. Those of its type are the kind's business."""
    return tuple(_checker(validator) for validator in column._validators)  # type: ignore[attr-defined]


def _checker(validator: Callable[[Any], Any]) -> Callable[[Any], None]:
    def check(value: Any) -> None:
        try:
            validator(value)
        except ValidationError as error:
            raise Invalid(" ".join(error.messages)) from error

    return check


def _target(column: Any) -> str:
    """The key of the entity a foreign key leads to."""
    return str(column.related_model._meta.label_lower)


def _access(column: models.Field, kind: kinds.Kind) -> dict[str, Any]:
    """How the column is read, set and filtered."""
    if kind is kinds.CHOICE and isinstance(column, models.IntegerField):
        return _numbered(column.attname)
    return {
        "attribute": "" if isinstance(column, EncryptedField) else column.attname,
        "get": _getter(column.attname),
        "set": _setter(column.attname),
        "conditions": _conditions(column, kind),
    }


def _numbered(attname: str) -> dict[str, Any]:
    """A choice kept as a number: the platform reads, sets and compares its key as text, like any other choice."""

    def get(record: Any) -> str:
        value = getattr(record, attname)
        return "" if value is None else str(value)

    def set_(record: Any, value: Any) -> None:
        setattr(record, attname, int(value) if value not in (None, "") else None)

    def condition(operator: str, values: tuple[Any, ...]) -> Q | None:
        if operator == "filled":
            return Q(**{f"{attname}__isnull": False})
        return Q(**{f"{attname}__in": [int(value) for value in values]}) if operator in ("eq", "in") else None

    return {"get": get, "set": set_, "conditions": condition}


def _conditions(column: models.Field, kind: kinds.Kind) -> Any:
    if isinstance(column, models.ForeignKey) and kind is kinds.TREE:
        return _tree_conditions(column)
    if isinstance(column, WordsField):
        return words_condition(column.attname)
    if isinstance(column, EncryptedField):
        return _sealed_conditions(column.attname)
    return _no_condition


def text_of(column: str) -> str:
    """The key of the text field that labels in three languages are to people: labels → label."""
    return column.removesuffix("s")


def _labels(column: LabelsField) -> Field:
    """Labels in three languages are one text field: it shows and sets the text of the reader's language. The record is found
    by its name, which is ``labels``, and not by others that it has."""

    def get(record: Any) -> str:
        return label_of(getattr(record, column.name))

    def set_(record: Any, value: str) -> None:
        texts = {**getattr(record, column.name), (get_language() or "zh-hans"): value}
        setattr(record, column.name, complete_labels(texts))

    if column.name != "labels":
        return Field(
            key=text_of(column.name), kind=kinds.TEXT, label=column.verbose_name, help=column.help_text,
            max_length=100, get=get, set=set_,
        )  # fmt: skip
    return Field(
        key="label",
        kind=kinds.TEXT,
        label=_("Name"),
        required=True,
        max_length=100,
        lookup="pinyin",
        get=get,
        set=set_,
        conditions=_label_conditions,
    )


def _label_conditions(operator: str, values: tuple[Any, ...]) -> Q | None:
    lookup = {"contains": "icontains", "starts": "istartswith", "eq": "iexact"}.get(operator)
    if lookup is None:
        return None
    found = Q()
    for language in LANGUAGES:
        found |= Q(**{f"labels__{language}__{lookup}": values[0]})
    return found


def _choices(column: models.Field) -> Any:
    if isinstance(column, CodeField):
        return lambda: [Choice(code.key, code.label, code.extra.get("color", "")) for code in column.codes()]
    if isinstance(column, WordsField) and column.words:
        return fixed(column.words)
    if column.choices:
        colors = getattr(column.choices, "colors", None) or getattr(column, "colors", None) or {}
        found = [Choice(str(value), label, colors.get(value, "")) for value, label in column.flatchoices if value != ""]
        return lambda: found
    return no_choices


def _getter(attname: str) -> Any:
    def get(record: Any) -> Any:
        return getattr(record, attname)

    return get


def _setter(attname: str) -> Any:
    def set_(record: Any, value: Any) -> None:
        setattr(record, attname, value)

    return set_


def _no_condition(operator: str, values: tuple[Any, ...]) -> Q | None:
    return None


def _sealed_conditions(attname: str) -> Any:
    """What the digests beside an encrypted column answer."""

    def condition(operator: str, values: tuple[Any, ...]) -> Q | None:
        if operator == "filled":
            return ~Q(**{attname: ""})
        if operator == "in":
            return Q(**{f"{attname}__in": list(values)})
        if operator == "ends" and len(str(values[0])) != TAIL:
            raise FilterError(_("Search it by the whole value, or by exactly its last four characters."))
        return Q(**{attname if operator == "eq" else f"{attname}__endswith": values[0]})

    return condition


def _tree_conditions(column: models.ForeignKey) -> Any:
    """A link into a tree understands ``under``: the place itself and all below it. On scope columns it
    is one equality on the column of the place's level, elsewhere a range of paths."""
    levels = {"department": "d", "region": "r"}.get(column.name, "")
    own_columns = {field.name for field in column.model._meta.concrete_fields}
    target: Any = column.related_model

    def condition(operator: str, values: tuple[Any, ...]) -> Q | None:
        if operator != "under":
            return None
        place = target._default_manager.filter(pk=values[0]).first()
        if place is None:
            return Q(pk__in=[])
        settling = getattr(place, "settling", 0)  # the records' level columns are being rewritten after a move
        if levels and not settling and f"{levels}{place.level}" in own_columns:
            return Q(**{f"{levels}{place.level}": values[0]})
        return Q(**{f"{column.name}__path__range": place.path_range})

    return condition
