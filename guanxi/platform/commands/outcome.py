"""What comes of running a command, and the ways it can be refused."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from guanxi.platform.entities.uses import Use


@dataclass(frozen=True)
class Change:
    """One record as a command left it. ``diff``: field key → [old, new] in JSON form."""

    record: Any
    diff: dict[str, list[Any]]
    created: bool = False

    def touches(self, *keys: str) -> bool:
        return any(key in self.diff for key in keys)


@dataclass(frozen=True)
class Outcome:
    """``ids`` of the records made or changed; ``batch`` undoes them together; ``held`` is the id of the
    held command when a second person must approve first; ``repeated`` marks an answer to a known key."""

    command: str
    ids: tuple[int, ...] = ()
    batch: uuid.UUID | None = None
    held: int | None = None
    repeated: bool = False
    changes: tuple[Change, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True)
class Hanging:
    """``count`` records of ``entity`` name the record in their link ``field``."""

    entity: str
    field: str
    record: int
    count: int


@dataclass(frozen=True)
class Hindrance:
    """Why a command cannot be run on a record, and what hangs on it or uses it where that is why."""

    reason: str
    hanging: tuple[Hanging, ...] = ()
    uses: tuple[Use, ...] = ()


class Refusal(Exception):
    """A command was not carried out and nothing was changed. The message is for the person who asked."""


class Rejected(Refusal):
    """Inputs are wrong: {field key or "": message}."""

    def __init__(self, errors: dict[str, str]) -> None:
        self.errors = errors
        super().__init__(" ".join(str(message) for message in errors.values()))


class Blocked(Refusal):
    """The state of records does not allow it: {record id: reason}; ``hanging`` is what must go first, ``uses`` what must be
    changed first."""

    def __init__(self, reasons: dict[int, str], hanging: Sequence[Hanging] = (), uses: Sequence[Use] = ()) -> None:
        self.reasons, self.hanging, self.uses = reasons, tuple(hanging), tuple(uses)
        super().__init__(next(iter(reasons.values())))


class Conflict(Refusal):
    """Somebody else changed the record since it was read: {field key: (theirs, mine)} as values."""

    def __init__(self, record: Any, fields: dict[str, tuple[Any, Any]]) -> None:
        self.record, self.fields = record, fields
        super().__init__(_("Somebody else has changed this record meanwhile. Compare both versions and save again."))
