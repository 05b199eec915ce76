"""The parts an Entity is declared with. Zero options already give a good page."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise


class EntityKind(StrEnum):
    """Record: independent. Line: part of a parent. Fact: append-only. Attached: hangs on any record.
    Reference: lists that everybody uses and administrators keep (regions, departments, roles)."""

    RECORD = "record"
    LINE = "line"
    FACT = "fact"
    ATTACHED = "attached"
    REFERENCE = "reference"


@dataclass(frozen=True)
class Section:
    """A titled group of fields in the form and among the properties. ``wide`` fields take a whole row."""

    label: str | Promise
    fields: tuple[str, ...]
    key: str = ""

    def __init__(self, label: str | Promise, *fields: str, key: str = "") -> None:
        object.__setattr__(self, "label", label)
        object.__setattr__(self, "fields", fields)
        object.__setattr__(self, "key", key or (fields[0] if fields else "empty"))


@dataclass(frozen=True)
class Menu:
    """Where the entity stands in the navigation: a group key (see ui.menu) and an order within it; ``filter`` is the tree with
    which its list opens from there."""

    group: str
    order: int = 100
    filter: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Kanban:
    """Cards in columns of a choice field; ``total`` is a number field summed per column."""

    by: str
    total: str = ""
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tree:
    """The records as a tree over a link to the same entity."""

    parent: str = "parent"


@dataclass(frozen=True)
class Calendar:
    """Records on a calendar by a date or date-time field."""

    at: str


@dataclass(frozen=True)
class Timeline:
    """The record appears on the timeline of what it hangs on, at the time of ``at``; ``body`` is the text
    shown below its title, ``kind`` a choice field that filters it."""

    at: str = "created_at"
    body: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Handover:
    """How records of somebody who leaves go to a successor: those whose link ``field`` names the person (and that the
    filter tree ``only`` finds) are given by ``command``, the successor in its ``input``."""

    field: str = "owner"
    command: str = "assign"
    input: str = "owner"
    only: Any = None


@dataclass(frozen=True)
class Sensitive:
    """Personal or confidential fields: what kind of data, for which purpose kept, on which legal basis and for how long
    after the last use (ISO 8601 period; both by the kind of data if they are empty, privacy.declared.USUAL); ``mask`` names
    what is left of them for those who see them masked (access.masking.SHAPES; by the kind of the field if it is empty).
    Who sees them is role data."""

    fields: tuple[str, ...]
    kind: str
    purpose: str | Promise
    basis: str = ""
    retention: str = ""
    mask: str = ""

    def __init__(
        self, *fields: str, kind: str, purpose: str | Promise, basis: str = "", retention: str = "", mask: str = ""
    ) -> None:
        given = {
            "fields": fields, "kind": kind, "purpose": purpose, "basis": basis, "retention": retention, "mask": mask,
        }  # fmt: skip
        for name, value in given.items():
            object.__setattr__(self, name, value)


@dataclass(frozen=True)
class Related:
    """Records of another entity that name this one in their field ``by``: a tab or panel with count and add."""

    entity: str
    by: str
    columns: tuple[str, ...] = ()
    label: str | Promise = ""
    place: str = "tab"
    limit: int = 5

    @property
    def key(self) -> str:
        """Its stable id within the record page."""
        return f"{self.entity}.{self.by}"


@dataclass(frozen=True)
class Panel:
    """A part of the record page that is loaded in its own request. ``build(actor, record)`` returns the
    context of ``template``; ``permission`` is the action needed on the entity."""

    key: str
    label: str | Promise
    template: str
    build: Callable[..., dict[str, Any]]
    permission: str = "view"
    place: str = "side"


@dataclass(frozen=True)
class Figure:
    """A key figure in the record's header: ``compute(actor, record)`` gives (text, hint, link)."""

    key: str
    label: str | Promise
    compute: Callable[..., tuple[str, str, str]]
    icon: str = ""
