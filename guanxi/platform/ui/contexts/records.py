"""The record page (360)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from guanxi.platform.ui.contexts.basics import Badge, Card, Cell, CommandButton, EmptyState, Link, Option, Tone
from guanxi.platform.ui.contexts.forms import FormField
from guanxi.platform.ui.contexts.lists import ListPage


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFigure:
    """``url`` opens what the figure counts. ``trend``: "", up, down; ``trend_tone`` says whether that is good."""

    label: str
    value: str
    title: str = ""
    note: str = ""
    url: str = ""
    trend: str = ""
    trend_tone: Tone = "neutral"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """Loaded by its own request from ``url`` (htmx fragment); ``page_url`` is the address of the whole page on it."""

    id: str
    label: str
    url: str
    page_url: str = ""
    count: str = ""
    active: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyRow:
    """``changed`` says on hover who changed it last and when; ``reveal_url`` asks for what a mask hides."""

    id: str
    label: str
    cell: Cell
    edit_url: str = ""
    changed: str = ""
    reveal_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyGroup:
    id: str
    label: str
    rows: Sequence[PropertyRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A related list beside the record. With ``url`` it loads itself when it comes into view (platform/panel.html is
    also the answer); otherwise ``cards``, or ``body``, the rendered template of a
    declared panel, is drawn at once."""

    id: str
    title: str
    icon: str = ""
    count: str = ""
    url: str = ""
    all_url: str = ""
    add_url: str = ""
    add_label: str = ""
    cards: Sequence[Card] = ()
    empty: str = ""
    body: SafeString | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """``text`` is plain text; ``changes`` shows old → new; ``source`` says import, REST … when not a person's click,
    ``origin`` of which merged record it tells."""

    id: str
    kind: str
    icon: str
    actor: str
    initials: str
    summary: str
    at: str
    at_title: str
    iso: str = ""
    day: str = ""
    text: str = ""
    tone: Tone = "neutral"
    source: str = ""
    origin: str = ""
    url: str = ""
    changes: Sequence[FieldChange] = ()
    attachments: Sequence[Link] = ()
    commands: Sequence[CommandButton] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposerKind:
    """One tab of the composer (note, call, visit …); ``key`` is its one-stroke shortcut."""

    id: str
    label: str
    icon: str
    action_url: str
    placeholder: str
    key: str = ""
    fields: Sequence[FormField] = ()
    active: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """``draft_url`` takes POST of the unfinished text (kept by the server, never by the browser)."""

    entries: Sequence[TimelineEntry]
    kinds: Sequence[Option] = ()
    composer: Sequence[ComposerKind] = ()
    draft: str = ""
    draft_url: str = ""
    next_url: str = ""
    empty: EmptyState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """``on`` is the record of the customer that the file hangs on, where that is another one than the page's;
    ``url`` is empty when the bytes are gone or not given out, which ``state`` says; ``delete_url`` takes POST and answers platform/files.html."""

    id: int
    name: str
    icon: str
    size: str
    by: str
    at: str
    at_title: str
    iso: str
    page_url: str
    url: str = ""
    state: str = ""
    on: Link | None = None
    delete_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFiles:
    """The tab of files. ``upload_url`` takes POST of several ``file`` parts, none of more than ``limit`` bytes, and answers
    platform/files.html; empty for who may not add files. ``next_url`` answers platform/file_rows.html."""

    rows: Sequence[FileRow]
    count: str = ""
    upload_url: str = ""
    limit: int = 0
    hint: str = ""
    next_url: str = ""
    empty: EmptyState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """``tab_template`` is drawn at once with ``tab_context`` for the active tab (timeline by default)."""

    entity_key: str
    id: int | str
    title: str
    url: str
    version: int = 0
    code: str = ""
    icon: str = ""
    initials: str = ""
    badges: Sequence[Badge] = ()
    tags: Sequence[Badge] = ()
    owner: str = ""
    owner_note: str = ""
    next_step: str = ""
    breadcrumb: Sequence[Link] = ()
    figures: Sequence[KeyFigure] = ()
    commands: Sequence[CommandButton] = ()
    more: Sequence[CommandButton] = ()
    edit_url: str = ""
    tabs: Sequence[Tab] = ()
    timeline: Timeline | None = None
    related: ListPage | None = None
    properties: Sequence[PropertyGroup] = ()
    panels: Sequence[Panel] = ()
    prev_url: str = ""
    next_url: str = ""
    pin: CommandButton | None = None
    viewers: Sequence[str] = ()
    deleted_note: str = ""
    restore: CommandButton | None = None
    print_url: str = ""
    documents_url: str = ""
    phone: str = ""
