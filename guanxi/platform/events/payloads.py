"""The typed fields of an event kind: a frozen dataclass to JSON and back."""

import dataclasses
import datetime as dt
import functools
import types
import typing
import uuid
from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]

_READERS: dict[Any, Callable[[Any], Any]] = {
    str: str,
    int: int,
    bool: bool,
    float: float,
    Decimal: Decimal,
    uuid.UUID: uuid.UUID,
    dt.datetime: dt.datetime.fromisoformat,
    dt.date: dt.date.fromisoformat,
}


class Payload:
    """Base of the frozen dataclasses that describe what an event of one kind tells beyond its diff.

    Field types: str, int, bool, float, Decimal, UUID, date, datetime, an Enum, each also ``| None`` or in a ``tuple[X, ...]``.
    """

    kind: ClassVar[Any]
    """The EventKind; set by the ``event`` decorator."""

    @classmethod
    def upgrade(cls, schema: int) -> Callable[[Upgrade], Upgrade]:
        """Decorator of the function that turns the stored JSON of ``schema`` into that of ``schema + 1``."""
        decorator: Callable[[Upgrade], Upgrade] = cls.kind.upgrade(schema)
        return decorator


def field_types(payload_class: type[Payload]) -> dict[str, Any]:
    """The fields' types by name; TypeError for a class that is no frozen dataclass or a type not in the list above."""
    parameters = getattr(payload_class, "__dataclass_params__", None)
    if not (isinstance(payload_class, type) and issubclass(payload_class, Payload)):
        raise TypeError(f"{payload_class!r} does not derive from Payload")
    if parameters is None or not parameters.frozen or "__dataclass_params__" not in vars(payload_class):
        raise TypeError(f"{payload_class.__qualname__} is no frozen dataclass")
    hints = typing.get_type_hints(payload_class)
    found = {field.name: hints[field.name] for field in dataclasses.fields(payload_class)}  # type: ignore[arg-type]
    for name, hint in found.items():
        if _reader(hint) is None:
            raise TypeError(f"{payload_class.__qualname__}.{name} has a type that no event can keep: {hint}")
    return found


def to_json(payload: Payload) -> dict[str, Any]:
    """The fields as JSON values."""
    return {
        field.name: _write(getattr(payload, field.name))
        for field in dataclasses.fields(payload)  # type: ignore[arg-type]
    }


def from_json(payload_class: type[Payload], data: dict[str, Any]) -> Payload:
    """The dataclass again; ValueError, TypeError or ArithmeticError for data of another shape.

    Fields that the class no longer has are left out.
    """
    readers = _field_readers(payload_class)  # type: ignore[arg-type]
    return payload_class(**{name: readers[name](value) for name, value in data.items() if name in readers})


@functools.cache
def _field_readers(payload_class: type[Payload]) -> dict[str, Callable[[Any], Any]]:
    found = {name: _reader(hint) for name, hint in field_types(payload_class).items()}
    return {name: reader for name, reader in found.items() if reader is not None}


def _write(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_write(item) for item in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal | uuid.UUID):
        return str(value)
    return value


def _reader(hint: Any) -> Callable[[Any], Any] | None:
    """How a JSON value becomes ``hint`` again; None for a type that is not supported."""
    if hint in _READERS:
        return _READERS[hint]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union) and len(arguments) == 2 and type(None) in arguments:
        inner = _reader(next(argument for argument in arguments if argument is not type(None)))
        return inner and (lambda value: None if value is None else inner(value))
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        item = _reader(arguments[0])
        return item and (lambda value: tuple(item(each) for each in value))
    return None
