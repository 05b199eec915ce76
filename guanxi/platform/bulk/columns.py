"""Columns of a model, each with a converter compiled once: what ``Field.get_db_prep_save`` gives, without the ORM's cost
per row.

A field class that overrides the preparation of Django's own class (an encrypted text, a scaled money) is always asked
itself; only the plain classes take the short way.
"""

import datetime as dt
import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any

import orjson
from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

Converter = Callable[[Any], Any]
Conversion = tuple[frozenset[type], Converter]

_PREPARATION = ("get_prep_value", "get_db_prep_value", "get_db_prep_save", "to_python")


@dataclass(frozen=True)
class Column:
    """``field`` as it is written: quoted column name, type name for a cast, and how a Python value is converted.

    Values whose type is in ``plain`` go to the driver as they are; ``convert`` is for all others.
    """

    field: models.Field
    quoted: str
    cast: str
    plain: frozenset[type]
    convert: Converter

    def prepare(self, value: Any) -> Any:
        """One value as the driver takes it."""
        return value if type(value) in self.plain else self.convert(value)

    def prepare_all(self, values: Sequence[Any]) -> Sequence[Any]:
        """Many values; when all are plain, as most are, they are only looked at."""
        if self.plain.issuperset(map(type, values)):
            return values
        if len(set(map(id, values))) == 1:  # one moment, person or empty value for all of them
            return [self.convert(values[0])] * len(values)
        return [self.convert(value) for value in values]


def columns_of(model: type[models.Model], attnames: Sequence[str], connection: BaseDatabaseWrapper) -> list[Column]:
    """The columns for ``attnames`` in that order; ValueError for a name that is no column or is given twice."""
    if not attnames:
        raise ValueError(f"Name at least one column of {model._meta.label}")
    if len(set(attnames)) != len(attnames):
        raise ValueError(f"A column of {model._meta.label} is named twice: {', '.join(attnames)}")
    by_attname = {field.attname: field for field in writable_fields(model)}
    unknown = [name for name in attnames if name not in by_attname]
    if unknown:
        raise ValueError(f"{model._meta.label} has no column {', '.join(unknown)}; it has {', '.join(by_attname)}")
    return [column_of(by_attname[name], connection) for name in attnames]


def column_of(field: models.Field, connection: BaseDatabaseWrapper) -> Column:
    assert field.column is not None
    # Without its length: a cast to varchar(3) cuts in silence, while an assignment to the column raises.
    cast = (field.cast_db_type(connection) or "text").split("(")[0] if connection.vendor == "postgresql" else ""
    plain, convert = _conversion(field, connection)
    return Column(field, connection.ops.quote_name(field.column), cast, plain, convert)


def writable_fields(model: type[models.Model]) -> list[models.Field]:
    """Fields with a column of their own that the database does not compute."""
    return [field for field in model._meta.concrete_fields if field.column and not field.generated]


def key_fields(model: type[models.Model]) -> list[models.Field]:
    """The primary key's fields; more than one with a CompositePrimaryKey."""
    return list(model._meta.pk_fields)


def _conversion(field: models.Field, connection: BaseDatabaseWrapper) -> Conversion:
    """Plain types and a converter that together equal ``field.get_db_prep_save(value, connection)``."""
    if isinstance(field, models.ForeignKey):
        return _conversion(field.target_field, connection)

    def by_field(value: Any) -> Any:
        return field.get_db_prep_save(value, connection)

    for known, short_way in _SHORT_WAYS:
        if isinstance(field, known):
            if any(getattr(type(field), name) is not getattr(known, name) for name in _PREPARATION):
                break
            return short_way(field, connection, by_field)
    return frozenset(), by_field


def _integer(field: models.Field, connection: BaseDatabaseWrapper, by_field: Converter) -> Conversion:
    return frozenset({int, NoneType}), by_field


def _text(field: models.Field, connection: BaseDatabaseWrapper, by_field: Converter) -> Conversion:
    return frozenset({str, NoneType}), lambda value: None if value is None else str(value)


def _boolean(field: models.Field, connection: BaseDatabaseWrapper, by_field: Converter) -> Conversion:
    return frozenset({bool, NoneType}), by_field


def _date(field: models.Field, connection: BaseDatabaseWrapper, by_field: Converter) -> Conversion:
    if connection.vendor == "postgresql":
        return frozenset({dt.date, NoneType}), by_field
    return _NONE, lambda value: value.isoformat() if type(value) is dt.date else by_field(value)


def _datetime(field: models.Field, connection: BaseDatabaseWrapper, by_field: Converter) -> Conversion:
    zone = connection.timezone

    def on_postgresql(value: Any) -> Any:
        return value if type(value) is dt.datetime and value.tzinfo is not None else by_field(value)

    def on_sqlite(value: Any) -> Any:
        if type(value) is dt.datetime and value.tzinfo is not None:
            return str(value.astimezone(zone).replace(tzinfo=None))
        return by_field(value)

    if not settings.USE_TZ:
        return _NONE, by_field
    return _NONE, on_postgresql if connection.vendor == "postgresql" else on_sqlite


def _uuid(field: models.Field, connection: BaseDatabaseWrapper, by_field: Converter) -> Conversion:
    if connection.features.has_native_uuid_field:
        return frozenset({uuid.UUID, NoneType}), by_field
    return _NONE, lambda value: value.hex if type(value) is uuid.UUID else by_field(value)


def _json(field: models.Field, connection: BaseDatabaseWrapper, by_field: Converter) -> Conversion:
    # Text on both databases: PostgreSQL reads it as json or jsonb by the type of the column.
    encoder = getattr(field, "encoder", None) or json.JSONEncoder
    encode = encoder().encode

    def convert(value: Any) -> Any:
        if value is None:
            return None
        try:
            return orjson.dumps(value, option=_PLAIN_JSON).decode()
        except TypeError:  # what only the field's own encoder knows: dates, decimals, keys that are no text
            return encode(value)

    return _NONE, convert


_NONE = frozenset({NoneType})
_PLAIN_JSON = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS | orjson.OPT_PASSTHROUGH_DATACLASS

# A subclass stands before its parent.
_SHORT_WAYS: list[tuple[type[models.Field], Callable[[models.Field, BaseDatabaseWrapper, Converter], Conversion]]] = [
    (models.BigAutoField, _integer),
    (models.AutoField, _integer),
    (models.IntegerField, _integer),
    (models.CharField, _text),
    (models.TextField, _text),
    (models.BooleanField, _boolean),
    (models.DateTimeField, _datetime),
    (models.DateField, _date),
    (models.UUIDField, _uuid),
    (models.JSONField, _json),
]
