"""The hash chain over numbered events: what is digested, and how one link follows from the one before.

    digest = SHA256(salt of the event, payload, diff and note)
    hash   = HMAC-SHA256(key, hash of the event before, digest, everything else of the row)

The key stands outside the database, so that whoever can only write to the database cannot forge a hash. The salt is
the event's own: once it is destroyed together with payload, diff and note, nobody can guess from the digest what was
written, while digest and hash go on to prove that a row was there and which one.
"""

import hmac
import json
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
from django.conf import settings
from django.db import connections
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

ORIGIN = bytes(32)
"""What stands for the hash before the first event."""

SALT = 16
CONTENT = ("payload", "diff", "note")
"""Columns that an erasure empties."""

METADATA = (
    *("seq", "at", "id", "actor_id", "actor_name", "on_behalf_of_id", "source", "address", "request", "batch"),
    *("kind", "schema", "entity", "record_id", "customer_id"),
)
"""Columns that stay for ever."""

COLUMNS = (*METADATA, *CONTENT)
"""What a link is made of, in the order of the values that ``digest_of`` and ``hash_of`` take."""

_PLACE_OF_CONTENT = len(METADATA)
_TEXTS = ("at", "batch", "payload", "diff")
_AT, _BATCH, _PAYLOAD, _DIFF = (COLUMNS.index(name) for name in _TEXTS)


def rows(events: QuerySet) -> Iterator[tuple[Any, ...]]:
    """The values of COLUMNS of each event. Times, batches and JSON come as text and are read here: a third of the cost of
    Django's own converters, and the same values whichever database they come from."""
    texts = {f"{name}_text": Cast(name, TextField()) for name in _TEXTS}
    names = [f"{name}_text" if name in _TEXTS else name for name in COLUMNS]
    # Named before it is read: to replace the zone of a time that has none takes four times as long.
    zone = "" if connections[events.db].vendor == "postgresql" else "+00:00"
    for row in events.annotate(**texts).values_list(*names):
        values = list(row)
        values[_AT] = datetime.fromisoformat(values[_AT] + zone)
        values[_BATCH] = values[_BATCH] and values[_BATCH].replace("-", "")
        values[_PAYLOAD] = values[_PAYLOAD] and _read(values[_PAYLOAD])
        values[_DIFF] = values[_DIFF] and _read(values[_DIFF])
        yield tuple(values)


def _read(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:  # what only the standard library takes for JSON, such as NaN
        return json.loads(text)


def key() -> bytes:
    """The installation's key. Read each time: tests and a change of the key exchange it."""
    return str(settings.AUDIT_KEY).encode()


def keyed() -> hmac.HMAC:
    """The beginning of every hash: to make the key ready takes longer than to hash a row."""
    return hmac.new(key(), digestmod="sha256")


def salts(count: int) -> list[bytes]:
    """As many fresh salts; one call to the system's source of randomness."""
    random = os.urandom(SALT * count)
    return [random[place : place + SALT] for place in range(0, len(random), SALT)]


def digest_of(values: Sequence[Any], salt: bytes) -> bytes:
    """The digest of a row's content; ``values`` are those of COLUMNS."""
    return sha256(salt + _canonical(values[_PLACE_OF_CONTENT:])).digest()


def hash_of(before: bytes, values: Sequence[Any], digest: bytes, beginning: hmac.HMAC) -> bytes:
    """The hash of a row that follows the hash ``before``; ``beginning`` is ``keyed()``."""
    found = beginning.copy()
    found.update(before + digest + _canonical(values[:_PLACE_OF_CONTENT]))
    return found.digest()


def sign(text: str) -> str:
    """The mark of this installation under a text, such as an anchor's."""
    return hmac.new(key(), text.encode(), "sha256").hexdigest()


def _canonical(values: Sequence[Any]) -> bytes:
    """The same bytes for the same values on both databases, whatever order a database keeps the keys in."""
    try:
        return orjson.dumps(values, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # a number beyond 64 bits, half a surrogate pair
        return json.dumps(values, sort_keys=True, default=str).encode()
