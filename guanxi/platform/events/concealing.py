"""Values in differences that are stored encrypted.

Which fields they are, the event says (``NewEvent.concealed``); how they are encrypted, a room above says, once, by
``use``. A concealed value stands in the difference as ``{"sealed": text}``: the hash chain covers that text, so an event
stays verifiable however often the keys above it change. Who reads events through the selectors sees the values.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from guanxi.platform.events.registration import RegistrationError
from guanxi.platform.events.stored import Diff, NewEvent, StoredEvent

MARK = "sealed"

#: What a value belongs to: entity, record and field. It can be read nowhere else.
Place = tuple[str, int | None, str]
Seal = Callable[[Sequence[tuple[Place, Any]], str], list[str]]
Open = Callable[[Place, str], Any]


@dataclass(frozen=True)
class _Cipher:
    seal: Seal
    open: Open


_ciphers: list[_Cipher] = []


def use(seal: Seal, open: Open) -> None:
    """Say how values are sealed (many at once, in a database of an alias) and opened (one; never raises)."""
    _ciphers[:] = [_Cipher(seal, open)]


def concealed(events: Sequence[NewEvent], using: str) -> Sequence[NewEvent]:
    """The events as they are stored. Raises RegistrationError where nobody seals."""
    if not any(event.concealed for event in events):
        return events
    if not _ciphers:
        raise RegistrationError("An event conceals values, but nothing encrypts them")
    places = [
        ((event.entity, event.record_id, key), value)
        for event in events
        for key in _hidden(event)
        for value in (event.diff or {})[key]
    ]
    sealed = iter(_ciphers[0].seal([one for one in places if not _is_empty(one[1])], using))
    return [_with(event, sealed) if event.concealed else event for event in events]


def _hidden(event: NewEvent) -> list[str]:
    return [key for key in event.diff or () if key in event.concealed]


def _with(event: NewEvent, sealed: Any) -> NewEvent:
    diff: dict[str, Any] = dict(event.diff or {})
    for key in _hidden(event):
        diff[key] = [value if _is_empty(value) else {MARK: next(sealed)} for value in diff[key]]
    return replace(event, diff=diff)


def _is_empty(value: Any) -> bool:
    return value is None or value == ""


def opened(events: list[StoredEvent]) -> list[StoredEvent]:
    """The events with their concealed values in clear."""
    return [_opened(event) if event.diff and _conceals(event.diff) else event for event in events]


def _conceals(diff: Diff) -> bool:
    return any(value.__class__ is dict for pair in diff.values() for value in pair)


def _opened(event: StoredEvent) -> StoredEvent:
    diff = {
        key: [
            _ciphers[0].open((event.entity, event.record_id, key), value[MARK])
            if _ciphers and isinstance(value, dict) and value.keys() == {MARK}
            else value
            for value in pair
        ]
        for key, pair in (event.diff or {}).items()
    }
    return replace(event, diff=diff)
