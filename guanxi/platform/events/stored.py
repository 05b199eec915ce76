"""An event as it is handed in and as it is handed out."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from guanxi.platform.events.payloads import Payload
from guanxi.platform.events.registry import EventKind, kind_of, template_values

Diff = Mapping[str, tuple[Any, Any] | list[Any]]
"""Field key → [old, new], as JSON values."""

TOMBSTONE = {"erased": True}
"""What stands in the place of an erased payload; its difference and note are empty then."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewEvent:
    """An event to append.

    ``kind`` is the key of a declared kind, ``payload`` an instance of its dataclass. ``at`` None means now; a time
    given (import, demo, an injected clock) sorts the event into that time. ``customer_id`` is the customer in whose
    timeline it stands, ``customers`` those in whose it stands as well. ``record_id`` None: about no single record.
    ``concealed`` names the fields of ``diff`` whose values are stored encrypted (``concealing``).
    ``address`` is where the request came from; a payload that names an ``address`` gives it as well.
    """

    kind: str
    entity: str = ""
    record_id: int | None = None
    customer_id: int | None = None
    customers: tuple[int, ...] = ()
    actor_id: int | None = None
    actor_name: str = ""
    on_behalf_of_id: int | None = None
    source: str = ""
    address: str = ""
    request: str = ""
    batch: uuid.UUID | None = None
    payload: Payload | None = None
    diff: Diff | None = None
    concealed: frozenset[str] = frozenset()
    note: str = ""
    at: dt.datetime | None = None


@dataclass(frozen=True, kw_only=True)
class StoredEvent:
    """A stored event. ``data`` is the payload's JSON in version ``schema``; ``seq`` is None until it is sealed."""

    at: dt.datetime
    id: int
    actor_id: int | None
    actor_name: str
    on_behalf_of_id: int | None
    source: str
    address: str
    request: str
    batch: uuid.UUID | None
    kind: str
    schema: int
    entity: str
    record_id: int | None
    customer_id: int | None
    data: Mapping[str, Any] | None
    diff: Diff | None
    note: str
    seq: int | None

    @property
    def erased(self) -> bool:
        """Whether payload, difference and note were erased; that it happened, and who did it, stays."""
        return self.data == TOMBSTONE

    @cached_property
    def declared(self) -> EventKind | None:
        """The kind's declaration; None for a kind that this installation does not know."""
        return kind_of(self.kind)

    @cached_property
    def payload(self) -> Payload | dict[str, Any] | None:
        """The kind's dataclass, upgraded to today's schema; the bare JSON where that is impossible."""
        if self.declared is None or self.erased:
            return None if self.data is None else dict(self.data)
        return self.declared.read(self.data, self.schema)

    @property
    def label(self) -> str:
        """The kind's name in the reader's language, or its key when it is not declared."""
        return str(self.declared.label) if self.declared else self.kind

    @property
    def icon(self) -> str:
        return self.declared.icon if self.declared else "point"

    def text(self, *, record: str = "", actor: str | None = None) -> str:
        """The whole sentence in the reader's language; ``record`` is how the reader may see the record named."""
        if self.declared is None:
            return self.kind
        values = dict(template_values(self.payload))
        values |= {"actor": self.actor_name if actor is None else actor, "record": record}
        values |= {"label": self.label, "note": self.note}
        try:
            return str(self.declared.template) % values
        except (KeyError, TypeError, ValueError):  # a payload that could not be upgraded lacks a field
            return self.label
