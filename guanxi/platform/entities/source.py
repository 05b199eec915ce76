"""Where an entity's fields and rows come from. All derived code uses this interface and nothing below it:
``fields``, ``rows``, ``new``, ``get``/``set`` through the field, ``insert``, ``update``.

It is implemented twice: on a model with columns, and on rows whose values lie in one JSON column and
whose fields are described by data.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from functools import cache
from operator import itemgetter
from typing import Any, Protocol

from django.db import models
from django.db.models import QuerySet
from django.db.models.base import ModelState

from guanxi.platform import bulk
from guanxi.platform.access.describe import describe, text_of
from guanxi.platform.access.fields import Field
from guanxi.platform.refdata.fields import LabelsField, label_of

Changes = dict[int, tuple[int, set[str]]]


class EntitySource(Protocol):
    """See the module's docstring."""

    model: type[models.Model]
    #: What sets its rows apart from others of the same table: column → value.
    only: Mapping[str, Any]

    @property
    def part(self) -> bulk.values.Part | None:
        """The part of the table that they are, for an index over them alone; None for the whole of it."""

    def fields(self) -> dict[str, Field]: ...

    def rows(self, *, deleted: bool = False) -> QuerySet: ...

    def every(self) -> QuerySet:
        """Live rows and deleted ones, in no order."""

    def new(self) -> Any: ...

    def maker(self) -> Callable[[], Any]:
        """What gives one record after the other as ``new`` makes them, for imports and other bulk work."""

    def columns(self, changed: Iterable[Field]) -> set[str]:
        """The database columns that hold the changed fields."""

    def column(self, field: Field) -> str:
        """The attribute of a record, and path of ``values_list``, that holds the field; "" if no column does."""

    def reader(self, field: Field) -> Callable[[Any], Any] | None:
        """What turns the value of that column into the field's value; None where they are the same."""

    def index_of(self, field: Field) -> str:
        """The name of the index in whose order all its rows stand by the field; "" if there is none."""


class ModelSource:
    """Fields are the model's columns."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        self.only: Mapping[str, Any] = {}
        self._soft = any(field.name == "deleted_at" for field in model._meta.concrete_fields)
        self._rows = model._base_manager if self._soft else model._default_manager

    @property
    def part(self) -> bulk.values.Part | None:
        return next(iter(self.only.items()), None)

    def fields(self) -> dict[str, Field]:
        return describe(self.model)

    def rows(self, *, deleted: bool = False) -> QuerySet:
        rows = self._rows.all()
        return rows.filter(deleted_at__isnull=not deleted) if self._soft else rows

    def every(self) -> QuerySet:
        return self.model._base_manager.order_by()

    def new(self) -> Any:
        return self.model()

    def maker(self) -> Callable[[], Any]:
        # A tenth of the time of Model(): the defaults are worked out once. Signals of initialisation are not sent.
        blank = self.new()
        values = {name: value for name, value in vars(blank).items() if name != "_state"}
        own = [name for name, value in values.items() if isinstance(value, (list, dict, set))]
        made = [
            column
            for column in self.model._meta.concrete_fields
            if column.has_default() and callable(column.default) and column.attname not in own
        ]

        def make() -> Any:
            record = self.model.__new__(self.model)
            attributes = record.__dict__
            attributes.update(values)
            for name in own:
                attributes[name] = copy(values[name])
            for column in made:
                attributes[column.attname] = column.get_default()
            attributes["_state"] = ModelState()
            return record

        return make

    def columns(self, changed: Iterable[Field]) -> set[str]:
        texts = {text_of(name): name for name in _label_columns(self.model)}
        return {texts.get(field.key) or _stem(field) or field.key for field in changed}

    def column(self, field: Field) -> str:
        if field.json:
            return _stem(field)
        names = {column.name: column.attname for column in self.model._meta.concrete_fields}
        if field.key == "label" and "labels" in names:
            return "" if field.is_masked else "labels"
        return names.get(field.key, "") if field.lookup else ""

    def reader(self, field: Field) -> Callable[[Any], Any] | None:
        if field.json and field.lookup:
            key, unstored = field.key, field.unstored
            return lambda values: unstored(values.get(key))
        return label_of if self.column(field) == "labels" else None

    def index_of(self, field: Field) -> str:
        if field.json:
            there = field.indexed and bulk.has_index(self.model, field.key, self.part)
            return bulk.values.index_name(self.model, field.key, self.part) if there else ""
        whole = (one for one in self.model._meta.indexes if not one.condition)
        column = [*self.only, field.lookup.replace(".", "__")]
        return next((one.name for one in whole if [*map(_plain, one.fields[: len(column)])] == column), "")


class RowSource(ModelSource):
    """Fields are described by ``described()``; their values are keys of the JSON column ``data``. Columns
    that every record has (code, owner …) stay columns."""

    def __init__(
        self, model: type[models.Model], *, described: Callable[[], Sequence[Field]], data: str, only: dict[str, Any]
    ) -> None:
        super().__init__(model)
        self._described, self._data, self.only = described, data, only

    def fields(self) -> dict[str, Field]:
        own = {field.key: in_json(field, self._data) for field in self._described()}
        return own | {key: field for key, field in super().fields().items() if key not in self.only and key not in own}

    def rows(self, *, deleted: bool = False) -> QuerySet:
        return super().rows(deleted=deleted).filter(**self.only)

    def every(self) -> QuerySet:
        return super().every().filter(**self.only)

    def new(self) -> Any:
        return self.model(**self.only)


def _plain(column: str) -> str:
    """A column of an index without its direction."""
    return column.removeprefix("-")


def _stem(field: Field) -> str:
    """The column in which a field lies, alone or with others."""
    return field.lookup.partition("__")[0] if field.json else field.lookup


@cache
def _label_columns(model: type[models.Model]) -> tuple[str, ...]:
    """Columns with labels in three languages."""
    return tuple(column.name for column in model._meta.concrete_fields if isinstance(column, LabelsField))


def in_json(field: Field, column: str) -> Field:
    """The field as one value of many in a JSON column."""

    def get(record: Any) -> Any:
        return field.unstored(getattr(record, column).get(field.key))

    def set_(record: Any, value: Any) -> None:
        values = dict(getattr(record, column))
        stored = field.stored(value)
        values.pop(field.key, None)
        if stored is not None:
            values[field.key] = stored
        setattr(record, column, values)

    return field.with_(json=True, lookup=f"{column}__{field.key}", get=get, set=set_)


def point(record: Any, **links: Any) -> None:
    """Set links of a new record to records that are in hand, None among them: what ``record.link = other`` does, without
    asking the router and the descriptors each time."""
    for name, other in links.items():
        record.__dict__[f"{name}_id"] = other and other.pk
        record._state.fields_cache[name] = other


@cache
def _derived(model: type[models.Model]) -> tuple[models.Field, ...]:
    """Columns that compute their value when a row is written (pinyin, labels); all others are taken as they are."""
    plain = (models.Field.pre_save, models.DateField.pre_save, models.DateTimeField.pre_save)
    columns = model._meta.concrete_fields
    return tuple(
        column
        for column in columns
        if type(column).pre_save not in plain
        or getattr(column, "auto_now", False)
        or getattr(column, "auto_now_add", False)
    )


def insert(model: type[models.Model], records: Sequence[Any]) -> None:
    """Write new records, giving an id to each that has none yet: one statement for one, the bulk writer for many."""
    if len(records) == 1:
        records[0].save(force_insert=True)
        return
    unnumbered = [record for record in records if record.pk is None]
    for record, pk in zip(unnumbered, bulk.reserve_ids(model, len(unnumbered)), strict=True):
        record.pk = pk
    for column in _derived(model):
        for record in records:
            column.pre_save(record, add=True)
    names = [column.attname for column in model._meta.concrete_fields]
    values = itemgetter(*names)
    bulk.insert_many(model, names, [values(record.__dict__) for record in records])


def update(model: type[models.Model], changed: Sequence[tuple[Any, int, set[str]]]) -> set[int]:
    """Write the named columns of each (record, version it was read at, columns); returns the ids that had
    another version meanwhile and were not written."""
    for record, _version, columns in changed:
        for column in _derived(model):
            if column.attname in columns or getattr(column, "of", None) in columns:
                column.pre_save(record, add=False)
                columns.add(column.attname)
    rows = [
        (record.pk, version, {name: record.__dict__[name] for name in columns}) for record, version, columns in changed
    ]
    return bulk.update_changed(model, rows)
