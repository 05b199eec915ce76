"""Keeps what was read from a table until the table changes: here at once, elsewhere within a second."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Count, Max, Model, Sum

Kept = TypeVar("Kept")
#: How long a process may go on without looking at the database again.
SECONDS = 1.0


@dataclass
class _Entry:
    stamp: tuple[Any, ...]
    value: Any
    checked: float


_entries: dict[str, _Entry] = {}


def current(name: str, model: type[Model], make: Callable[[], Kept], **conditions: Any) -> Kept:
    """What `make` reads from the rows of a model that fulfil the conditions, read again only after a change."""
    entry = _entries.get(name)
    now = time.monotonic()
    if entry and now - entry.checked < SECONDS:
        return entry.value
    stamp = _stamp(model, conditions)
    if entry is None or entry.stamp != stamp:
        entry = _entries[name] = _Entry(stamp, make(), now)
    entry.checked = now
    return entry.value


def _stamp(model: type[Model], conditions: dict[str, Any]) -> tuple[Any, ...]:
    """Changes whenever a row comes, goes or gets a new version: every write path counts versions up."""
    found = model._default_manager.filter(**conditions).aggregate(
        rows=Count("pk"), last=Max("pk"), versions=Sum("version"), modified=Max("modified_at")
    )
    return tuple(found.values())


def changed(**_signal: Any) -> None:
    """Look again at the next occasion. Called after every write of this process that Django signals, and after loads."""
    for entry in list(_entries.values()):
        entry.checked = float("-inf")


_listeners: list[Callable[[], None]] = []


def on_loaded(listener: Callable[[], None]) -> None:
    """Call it in the transaction of every load that changed something: for what upper rooms derive from the rows."""
    _listeners.append(listener)


def loaded() -> None:
    """Shipped rows have come or changed."""
    changed()
    for listener in _listeners:
        listener()


def forget() -> None:
    """Drop everything kept, for tests whose changes are rolled back."""
    _entries.clear()
