"""Where an entity's fields and rows come from. All derived code uses this interface and nothing below it:
``fields``, ``rows``, ``new``, ``get``/``set`` through the field, ``insert``, ``update``.

It is implemented twice: on a model with columns, and on rows whose values lie in one JSON column and
whose fields are described by data.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from django.db import models
from django.db.models import QuerySet

from guanxi.platform import bulk
from guanxi.platform.access.describe import describe
from guanxi.platform.access.fields import Field

Changes = dict[int, tuple[int, set[str]]]


class EntitySource(Protocol):
    """See the module's docstring."""

    model: type[models.Model]

    def fields(self) -> dict[str, Field]: ...

    def rows(self, *, deleted: bool = False) -> QuerySet: ...

    def new(self) -> Any: ...

    def columns(self, changed: Iterable[Field]) -> set[str]:
        """The database columns that hold the changed fields."""


class ModelSource:
    """Fields are the model's columns."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        self._soft = any(field.name == "deleted_at" for field in model._meta.concrete_fields)
        self._rows = model._base_manager if self._soft else model._default_manager

    def fields(self) -> dict[str, Field]:
        return describe(self.model)

    def rows(self, *, deleted: bool = False) -> QuerySet:
        rows = self._rows.all()
        return rows.filter(deleted_at__isnull=not deleted) if self._soft else rows

    def new(self) -> Any:
        return self.model()

    def columns(self, changed: Iterable[Field]) -> set[str]:
        return {field.lookup if not hasattr(self.model, "labels") or field.key != "label" else "labels" for field in changed}


class RowSource(ModelSource):
    """Fields are described by ``described()``; their values are keys of the JSON column ``data``. Columns
    that every record has (code, owner …) stay columns."""

    def __init__(self, model: type[models.Model], *, described: Callable[[], Sequence[Field]], data: str, only: dict[str, Any]) -> None:
        super().__init__(model)
        self._described, self._data, self._only = described, data, only

    def fields(self) -> dict[str, Field]:
        own = {field.key: self._in_json(field) for field in self._described()}
        return own | {key: field for key, field in super().fields().items() if key not in self._only and key not in own}

    def rows(self, *, deleted: bool = False) -> QuerySet:
        return super().rows(deleted=deleted).filter(**self._only)

    def new(self) -> Any:
        return self.model(**self._only)

    def columns(self, changed: Iterable[Field]) -> set[str]:
        return {self._data if field.json else field.lookup for field in changed}

    def _in_json(self, field: Field) -> Field:
        def get(record: Any) -> Any:
            return field.unstored(getattr(record, self._data).get(field.key))

        def set_(record: Any, value: Any) -> None:
            data = dict(getattr(record, self._data))
            stored = field.stored(value)
            data.pop(field.key, None)
            if stored is not None:
                data[field.key] = stored
            setattr(record, self._data, data)

        return field.with_(json=True, lookup=f"{self._data}__{field.key}", get=get, set=set_, indexed=False)


def insert(model: type[models.Model], records: Sequence[Any]) -> None:
    """Write new records, giving each its id: one statement for one, the bulk writer for many."""
    if len(records) == 1:
        records[0].save(force_insert=True)
        return
    for record, pk in zip(records, bulk.reserve_ids(model, len(records)), strict=True):
        record.pk = pk
    for record in records:
        for column in model._meta.concrete_fields:
            column.pre_save(record, add=True)
    names = [column.attname for column in model._meta.concrete_fields]
    bulk.insert_many(model, names, [tuple(getattr(record, name) for name in names) for record in records])


def update(model: type[models.Model], changed: Sequence[tuple[Any, int, set[str]]]) -> set[int]:
    """Write the named columns of each (record, version it was read at, columns); returns the ids that had
    another version meanwhile and were not written."""
    for record, _version, columns in changed:
        for column in model._meta.concrete_fields:
            if column.attname in columns:
                column.pre_save(record, add=False)
    rows = [(record.pk, version, {name: getattr(record, name) for name in columns}) for record, version, columns in changed]
    return bulk.update_changed(model, rows)
