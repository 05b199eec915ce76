"""Keys in envelopes: what is never written again, such as the memory, is encrypted with a key of its own that lies in the
database under the data keys. A rotation writes the few envelopes anew instead of millions of events.

A text is "uid of the envelope key, point, sealed value". Envelope keys are known to a process once it has read them; which
one encrypts is asked of the database each time, because a transaction rolled back, or a restore, may have taken it away.
"""

import json
import uuid
from collections.abc import Sequence
from typing import Any

from guanxi.platform.access import keys
from guanxi.platform.access.encrypted import Unreadable, new_uid
from guanxi.platform.access.models.envelope import EnvelopeKey
from guanxi.platform.events.concealing import Place

_known: dict[uuid.UUID, keys.Key] = {}


def context_of(uid: uuid.UUID) -> bytes:
    """Where an envelope key belongs."""
    return f"access.envelopekey.{uid.hex}".encode()


def renew(using: str = "default") -> EnvelopeKey:
    """A new envelope key, which encrypts from now on."""
    uid = new_uid()
    wrapped = keys.to_text(keys.encrypt(keys.fresh_secret(), context_of(uid)))
    return EnvelopeKey.objects.using(using).create(uid=uid, wrapped=wrapped)


def seal(values: Sequence[tuple[Place, Any]], using: str = "default") -> list[str]:
    """Texts for JSON values, each bound to its place; in the transaction of what they belong to."""
    if not values:
        return []
    row = EnvelopeKey.objects.using(using).order_by("-uid").first() or renew(using)
    key = _open(row)
    return [
        f"{row.uid.hex}.{keys.to_text(keys.encrypt(json.dumps(value).encode(), _context(place), key))}"
        for place, value in values
    ]


def open_value(place: Place, text: str) -> Any:
    """The value of a text; Unreadable where it cannot be read."""
    name, _point, sealed = text.partition(".")
    try:
        plain = keys.decrypt(keys.from_text(sealed), _context(place), _key(uuid.UUID(name)))
        return json.loads(plain)
    except (keys.Undecipherable, EnvelopeKey.DoesNotExist, ValueError):
        return Unreadable()


def _context(place: Place) -> bytes:
    entity, record_id, field = place
    return f"{entity}.{record_id}.{field}".encode()


def _key(uid: uuid.UUID) -> keys.Key:
    return _known.get(uid) or _open(EnvelopeKey.objects.get(uid=uid))


def _open(row: EnvelopeKey) -> keys.Key:
    if row.uid not in _known:
        _known[row.uid] = keys.Key(0, keys.decrypt(keys.from_text(row.wrapped), context_of(row.uid)))
    return _known[row.uid]
