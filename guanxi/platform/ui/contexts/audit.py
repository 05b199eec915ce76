"""Pages of the audit: the state of the trail, and who came upon some customers."""

from collections.abc import Sequence
from dataclasses import dataclass

from guanxi.platform.ui.contexts.basics import Count, EmptyState, Tone
from guanxi.platform.ui.contexts.forms import FormField


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailRow:
    """One verification or anchor; ``note`` is muted."""

    at: str
    iso: str
    text: str
    note: str = ""
    tone: Tone = "neutral"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailPage:
    """``tone`` and ``verdict`` are those of the last verification; empty before the first."""

    title: str
    verdict: str
    tone: Tone
    counts: Sequence[Count]
    verifications: Sequence[TrailRow]
    anchors: Sequence[TrailRow]
    verify_url: str
    entity_key: str = "audit.event"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRow:
    """What one person did with which of the customers; ``url`` is the event's page."""

    person: str
    what: str
    customers: str
    when: str
    times: str
    address: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentPage:
    """The question (``fields``) and, once asked, the answer (``rows``; ``summary`` says how many)."""

    title: str
    fields: Sequence[FormField]
    action_url: str
    asked: bool = False
    error: str = ""
    summary: str = ""
    unknown: str = ""
    counts: Sequence[Count] = ()
    rows: Sequence[ContactRow] = ()
    empty: EmptyState | None = None
    record_url: str = ""
    entity_key: str = "audit.event"
