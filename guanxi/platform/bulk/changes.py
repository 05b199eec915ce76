"""What update_changed hands to a dialect: everything converted, in key order."""

from dataclasses import dataclass
from typing import Any

from guanxi.platform.bulk.columns import Column


@dataclass(frozen=True, slots=True)
class PreparedChange:
    """``key`` as the caller gave it, ``prepared_key`` as the driver takes it (always a tuple), values by attname."""

    key: Any
    prepared_key: tuple[Any, ...]
    version: int | None
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """``version`` is None when no change has one. ``columns`` are all that any change sets, by attname."""

    keys: list[Column]
    version: Column | None
    columns: dict[str, Column]
    changes: list[PreparedChange]
