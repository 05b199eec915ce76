"""Handlers that run after the commit of what happened, once per transaction."""

import logging
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from guanxi.platform.events.registration import RegistrationError, Registry
from guanxi.platform.events.registry import declared
from guanxi.platform.events.stored import StoredEvent

logger = logging.getLogger(__name__)
Handler = Callable[[list[StoredEvent]], None]


@dataclass(frozen=True)
class Subscriber:
    """``exact`` kinds and ``prefixes`` (each ending in a dot, or empty for all) that ``handler`` wants."""

    handler: Handler
    exact: frozenset[str]
    prefixes: tuple[str, ...]

    def wants(self, kind: str) -> bool:
        return kind in self.exact or kind.startswith(self.prefixes)


_registry: Registry[Subscriber] = Registry("Subscriber", Subscriber)


def on_committed(wanted: str | Iterable[str], handler: Handler) -> None:
    """Call ``handler`` after each commit with the list of its events that are ``wanted``, in the order appended.

    ``wanted``: kinds (``customers.customer.won``), prefixes (``customers.customer.*``) or ``*``. A handler that
    raises is logged and does not stop the others. It may be missed when the process dies between commit and call:
    what must happen is done by a follower (followers.py).
    """
    patterns = (wanted,) if isinstance(wanted, str) else tuple(wanted)
    if not patterns or not all(isinstance(pattern, str) for pattern in patterns) or not callable(handler):
        raise RegistrationError(f"on_committed({wanted!r}, {handler!r}) needs kinds and a function")
    if bad := [pattern for pattern in patterns if "*" in pattern and pattern != "*" and not pattern.endswith(".*")]:
        raise RegistrationError(f"{bad[0]} is no prefix: write customers.customer.*")
    entry = Subscriber(
        handler,
        frozenset(pattern for pattern in patterns if not pattern.endswith("*")),
        tuple(pattern[:-1] for pattern in patterns if pattern.endswith("*")),
    )
    name = f"{handler.__module__}.{getattr(handler, '__qualname__', repr(handler))}"
    _registry.add(f"{name} for {', '.join(patterns)}", entry)


def freeze() -> None:
    """Close the registry; RegistrationError for a kind that nobody declares."""
    for key, subscriber in _registry.all().items():
        if unknown := subscriber.exact - declared().keys():
            raise RegistrationError(f"{key}: event kind {min(unknown)} is not declared")
    _registry.frozen = True


def opened() -> AbstractContextManager[None]:
    """Context manager for tests: handlers may be added inside and are gone afterwards."""
    return _registry.opened()


class _Dispatch:
    """Runs after the commit with the events of all appends that have survived their savepoints."""

    def __init__(self) -> None:
        self.events: list[StoredEvent] = []

    def __call__(self) -> None:
        for key, subscriber in _registry.all().items():
            events = [event for event in self.events if subscriber.wants(event.kind)]
            if not events:
                continue
            try:
                subscriber.handler(events)
            except Exception:
                logger.exception("Subscriber failed: %s", key, extra={"event_ids": [event.id for event in events]})


def interested(kind: str) -> bool:
    """Whether any handler wants events of ``kind``: most imports need no after-commit work at all."""
    return any(subscriber.wants(kind) for subscriber in _registry.entries())


def schedule(connection: BaseDatabaseWrapper, events: list[StoredEvent]) -> None:
    """Have ``events`` dispatched together with all others of this transaction.

    Each append registers its own hook, which Django drops when the savepoint around it is rolled back. The one
    dispatch is tied to no savepoint and kept the last of the hooks, so that it runs when all survivors have
    reported; Django has no public door for either.
    """
    hooks: list[Any] = connection.run_on_commit
    dispatch = next((hook[1] for hook in hooks if isinstance(hook[1], _Dispatch)), _Dispatch())
    hooks[:] = [hook for hook in hooks if hook[1] is not dispatch]
    transaction.on_commit(partial(dispatch.events.extend, events), using=connection.alias)
    hooks.append((set(), dispatch, True))
