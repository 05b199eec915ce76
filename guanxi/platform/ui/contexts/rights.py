"""Deputies, effective access, handover: pages about whose rows are whose."""

from collections.abc import Sequence
from dataclasses import dataclass

from guanxi.platform.ui.contexts.basics import Badge, CommandButton, EmptyState, Option
from guanxi.platform.ui.contexts.forms import FormField
from guanxi.platform.ui.contexts.records import Tab


@dataclass(frozen=True, slots=True, kw_only=True)
class DeputyLine:
    """One appointment: ``act_url`` starts to act, ``end_url`` ends it; both take a POST."""

    deputy: str
    principal: str
    days: str
    note: str = ""
    act_url: str = ""
    end_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeputiesPage:
    title: str
    tab: str
    tabs: Sequence[Tab]
    lines: Sequence[DeputyLine]
    create: CommandButton | None = None
    entity_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessSource:
    """One source of right in words; ``via`` is the role, team or share."""

    reach: str
    via: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessGroup:
    """Actions that are open for the same reasons."""

    actions: str
    sources: Sequence[AccessSource]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLine:
    """What somebody may do with one kind of record, and the fields that a rule takes away."""

    label: str
    icon: str
    groups: Sequence[AccessGroup]
    fields: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPerson:
    """Somebody who reaches a record, with what they may do and why."""

    name: str
    note: str
    url: str
    may: Badge
    sources: Sequence[AccessSource]
    deputies: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPage:
    """``person`` and ``record`` are the fields that choose what is asked about; then either ``lines`` (what they may) or
    ``people`` (who may)."""

    title: str
    action_url: str
    person: Sequence[FormField]
    record: Sequence[FormField]
    subject: str = ""
    roles: Sequence[Badge] = ()
    error: str = ""
    lines: Sequence[AccessLine] = ()
    people: Sequence[AccessPerson] = ()
    next_url: str = ""
    empty: EmptyState | None = None
    entity_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverLine:
    """What a person owns of one kind: whether it goes along, narrowed by one of the reader's saved views or not."""

    key: str
    label: str
    icon: str
    count: str
    url: str
    note: str = ""
    chosen: bool = True
    views: Sequence[Option] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverPage:
    title: str
    action_url: str
    pickers: Sequence[FormField]
    lines: Sequence[HandoverLine] = ()
    further: Sequence[FormField] = ()
    person: str = ""
    errors: Sequence[str] = ()
    idempotency_key: str = ""
    empty: EmptyState | None = None
    entity_key: str = ""
