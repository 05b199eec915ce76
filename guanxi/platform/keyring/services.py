"""Data keys and what they protect: which key is needed for how many values, a new key, everything encrypted anew."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.functional import Promise

from guanxi.platform.access import envelope, keys, places
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.telling import by
from guanxi.platform.events.payloads import Payload
from guanxi.platform.events.services import NewEvent, append
from guanxi.platform.keyring import rights
from guanxi.platform.keyring.events import Added, Dropped, Rotated, Started

#: Values written anew in one transaction; while people use the same SQLite file, fewer.
CHUNK, SHARED_CHUNK = 500, 100
#: Values written meanwhile by a process that had not yet heard of the new key are looked for so often.
PASSES = 3


class StillNeeded(Exception):
    """A key cannot be destroyed: values need it. ``count`` says how many."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


@dataclass(frozen=True)
class Use:
    """Where values lie, and under which keys: number of the key → values under it. ``behind``: those that a rotation
    would write anew."""

    key: str
    label: str | Promise
    values: dict[int, int]
    behind: int


def uses(using: str = "default") -> list[Use]:
    """What every place holds; one statement each."""
    current = keys.current_header()
    found = []
    for place in places.all_places():
        counted = place.counts(using)
        numbers: Counter[int] = Counter()
        for header, count in counted.items():
            numbers[places.number_of(header)] += count
        found.append(Use(place.key, place.label, dict(numbers), counted.total() - counted[current]))
    return found


def behind() -> int:
    """How many values are not under the newest key and the chosen suite."""
    return sum(use.behind for use in uses())


def needed(number: int) -> int:
    """How many values need a key."""
    return sum(use.values.get(number, 0) for use in uses())


def prepare(actor: Actor) -> int:
    """Begin a rotation: a new key, unless one was begun and not carried through; the number of the key that is rotated to.
    In the caller's transaction. Raises Forbidden; ImproperlyConfigured where the keys stand in the environment and
    no newer one was added there."""
    rights.require(actor, "rotate")
    if not behind():
        _tell(actor, Added(keys.add_key()))
    envelope.renew()  # what is told from now on has a fresh key as well
    _tell(actor, Started(keys.current_id()))
    return keys.current_id()


@dataclass(frozen=True)
class Step:
    """``cursor`` is where the next step begins, None at the end; JSON."""

    cursor: list[Any] | None
    done: int
    unreadable: int


def step(cursor: Sequence[Any] | None, limit: int = CHUNK) -> Step:
    """Write the next values anew, in the caller's transaction; the cursor is (pass, place, last row)."""
    turn, index, after = cursor or (1, 0, None)
    found = places.all_places()
    renewed = found[index].renew(after, limit)
    if renewed.last is not None:
        following: list[Any] | None = [turn, index, renewed.last]
    elif index + 1 < len(found):
        following = [turn, index + 1, None]
    elif turn < PASSES and behind() > renewed.unreadable:
        following = [turn + 1, 0, None]
    else:
        following = None
    return Step(following, renewed.done, renewed.unreadable)


def finish(actor: Actor, done: int) -> int:
    """Remember that a rotation is done; how many values are left behind, in the caller's transaction."""
    left = behind()
    _tell(actor, Rotated(number=keys.current_id(), done=done, left=left))
    return left


def rotate(actor: Actor) -> tuple[int, int]:
    """The whole of it without a worker, for an operator at the console: (values written, left behind). Interrupted, it is
    called again and goes on."""
    with transaction.atomic():
        prepare(actor)
    done, cursor = 0, None
    while True:
        with transaction.atomic():
            found = step(cursor)
        done, cursor = done + found.done, found.cursor
        if cursor is None:
            break
    with transaction.atomic():
        return done, finish(actor, done)


def drop(actor: Actor, number: int) -> None:
    """Destroy a key that nothing needs. Raises Forbidden, StillNeeded; ImproperlyConfigured for the key in use."""
    rights.require(actor, "rotate")
    if count := needed(number):
        raise StillNeeded(count)
    with transaction.atomic():
        _tell(actor, Dropped(number))
        keys.drop_key(number)


def _tell(actor: Actor, payload: Payload) -> None:
    append([NewEvent(kind=payload.kind.key, entity=rights.DATA_KEYS.key, payload=payload, **by(actor))])
