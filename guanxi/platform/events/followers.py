"""Followers: readers of the memory that never miss an event (search, live pages, web-hooks, warehouse)."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from django.db import transaction

from guanxi.platform.events import selectors
from guanxi.platform.events.models import Follower
from guanxi.platform.events.registration import RegistrationError, Registry
from guanxi.platform.events.stored import StoredEvent

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Following:
    """``handler`` gets at most ``batch`` events at a time, in the order of ``seq``."""

    handler: Callable[[list[StoredEvent]], None]
    batch: int


_registry: Registry[Following] = Registry("Follower", Following)


def follow(name: str, handler: Callable[[list[StoredEvent]], None], batch: int = 500) -> None:
    """Register a follower at start-up. Under a new ``name`` it begins with the first event ever.

    ``handler`` runs in the transaction that moves its cursor: what it writes to the database happens exactly once,
    what it does elsewhere at least once. It raises to have the same events again.
    """
    if not name or not callable(handler) or batch < 1:
        raise RegistrationError(f"follow({name!r}, {handler!r}, {batch!r}) needs a name, a function and a batch from 1")
    _registry.add(name, Following(handler, batch))


def freeze() -> None:
    """Close the registry."""
    _registry.frozen = True


def opened() -> AbstractContextManager[None]:
    """Context manager for tests: followers may be added inside and are gone afterwards."""
    return _registry.opened()


def advance(name: str, *, using: str = "default") -> int:
    """Hand the follower its next batch and say how many events it were; 0 also when another process is doing it.

    The events are read before the transaction begins and are dropped when the cursor has moved meanwhile.
    Raises KeyError for an unknown name and whatever the handler raises.
    """
    following = _registry.all()[name]
    cursor, _ = Follower.objects.using(using).get_or_create(name=name)
    events = selectors.after_seq(cursor.seq, following.batch, using=using)
    if not events:
        return 0
    with transaction.atomic(using=using):
        locked = Follower.objects.using(using).select_for_update(skip_locked=True).filter(name=name, seq=cursor.seq)
        if not locked.first():
            return 0
        following.handler(events)
        Follower.objects.using(using).filter(name=name).update(seq=events[-1].seq)
    return len(events)


def advance_all(*, using: str = "default") -> dict[str, int]:
    """One batch for every follower, by name; one that raises is logged, counts 0 and does not stop the others."""
    done = {}
    for name in _registry.all():
        try:
            done[name] = advance(name, using=using)
        except Exception:
            logger.exception("Follower failed: %s", name)
            done[name] = 0
    return done


def skip(name: str, *, using: str = "default") -> None:
    """Let a follower go on after the last event there is: for one that has read all that they tell of in another way."""
    last = selectors.last_seq(using=using)
    Follower.objects.using(using).update_or_create(name=name, defaults={"seq": last})


def lags(*, using: str = "default") -> dict[str, int]:
    """How many sealed events each follower still has before it."""
    last = selectors.last_seq(using=using)
    read = dict(Follower.objects.using(using).values_list("name", "seq"))
    return {name: last - read.get(name, 0) for name in _registry.all()}
