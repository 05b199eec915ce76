"""The hash chain over numbered events: what is digested, and how one link follows from the one before.

    digest = HMAC-SHA256(salt of the event, payload, diff and note)
    hash   = HMAC-SHA256(key, hash of the event before, digest, everything else of the row)

The key stands outside the database, so that whoever can only write to the database cannot forge a hash. The salt is
the event's own: once it is destroyed together with payload, diff and note, nobody can guess from the digest what was
written, while digest and hash go on to prove that a row was there and which one.
"""

import hmac
import json
import os
from collections.abc import Sequence
from typing import Any

import orjson
from django.conf import settings

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


def key() -> bytes:
    """The installation's key. Read each time: tests and a change of the key exchange it."""
    return str(settings.AUDIT_KEY).encode()


def salts(count: int) -> list[bytes]:
    """As many fresh salts; one call to the system's source of randomness."""
    random = os.urandom(SALT * count)
    return [random[place : place + SALT] for place in range(0, len(random), SALT)]


def digest_of(values: Sequence[Any], salt: bytes) -> bytes:
    """The digest of a row's content; ``values`` are those of COLUMNS."""
    return hmac.digest(salt, _canonical(values[_PLACE_OF_CONTENT:]), "sha256")


def hash_of(before: bytes, values: Sequence[Any], digest: bytes, secret: bytes) -> bytes:
    """The hash of a row that follows the hash ``before``."""
    return hmac.digest(secret, before + digest + _canonical(values[:_PLACE_OF_CONTENT]), "sha256")


def sign(text: str) -> str:
    """The mark of this installation under a text, such as an anchor's."""
    return hmac.new(key(), text.encode(), "sha256").hexdigest()


def _canonical(values: Sequence[Any]) -> bytes:
    """The same bytes for the same values on both databases, whatever order a database keeps the keys in."""
    try:
        return orjson.dumps(values, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # a number beyond 64 bits, half a surrogate pair
        return json.dumps(values, sort_keys=True, default=str).encode()
