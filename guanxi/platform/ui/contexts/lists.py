"""Lists, their filters, and bulk work on a selection."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from guanxi.platform.ui.contexts.basics import Badge, Cell, CommandButton, EmptyState, Kind, Link, Option, Row, Tone
from guanxi.platform.ui.contexts.forms import FormSection


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewTab:
    id: str
    label: str
    url: str
    active: bool = False
    shared: bool = False
    count: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """One top-level condition as a sentence: ``field`` Region, ``operator`` is, ``value`` Jiangsu. ``index`` is its place in
    the filter tree, so that a click re-opens it in the popover."""

    index: int
    field: str
    operator: str
    value: str
    remove_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnHead:
    """``sorted``: "", "asc", "desc". ``editable`` columns take double click. ``total`` stands in the foot."""

    id: str
    label: str
    kind: Kind = "text"
    sort_url: str = ""
    sorted: str = ""
    editable: bool = False
    total: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnChoice:
    id: str
    label: str
    shown: bool
    fixed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeNode:
    """``children_url`` loads the children (platform/tree_nodes.html) when ``has_children`` and none are given;
    a node with ``more_url`` stands for the next ones of its level and is replaced by them when it is reached."""

    id: int | str
    label: str
    url: str
    count: str = ""
    badge: Badge | None = None
    note: str = ""
    has_children: bool = False
    open: bool = False
    active: bool = False
    children: Sequence["TreeNode"] = ()
    children_url: str = ""
    more_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardFact:
    """A value on a card of a board; ``told`` ones say beside it what they are, the others on hover."""

    label: str
    cell: Cell
    told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardCard:
    """A record on a board: the number below its name, facts in their order, the owner at the end."""

    id: int
    version: int
    title: str
    url: str
    code: str = ""
    facts: Sequence[BoardFact] = ()
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KanbanColumn:
    """``value`` is sent as ``value`` when a card is dropped here (POST to KanbanBoard.move_url with id, version, value)."""

    value: str
    label: str
    tone: Tone
    count: str
    total: str
    cards: Sequence[BoardCard]
    next_url: str = ""
    create_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KanbanBoard:
    columns: Sequence[KanbanColumn]
    move_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """A record on its day; ``time`` is empty for dates without one, ``tone`` that of its first badge."""

    title: str
    url: str
    time: str = ""
    tone: Tone = "neutral"
    badge: Badge | None = None
    facts: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDay:
    """``url`` is the list of the day, ``more`` the text of how many are not drawn; ``outside`` days belong to the
    neighbouring months."""

    iso: str
    number: str
    label: str
    weekday: str
    url: str
    entries: Sequence[CalendarEntry] = ()
    count: int = 0
    more: str = ""
    today: bool = False
    weekend: bool = False
    outside: bool = False
    create_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarMonth:
    """``days`` are those of the month that hold something: the agenda of a phone. ``undated`` leads to the records
    without a date."""

    title: str
    weekdays: Sequence[str]
    weeks: Sequence[Sequence[CalendarDay]]
    days: Sequence[CalendarDay]
    prev_url: str
    today_url: str
    next_url: str
    undated: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """A list in one of its layouts. ``url`` is the address without filter, columns and cursor; ``state`` the parameters
    now in force (kept by every form on the page). ``filter_tree`` is the JSON tree in force, [] for none;
    ``filter_url`` answers {"fields": [...]}, what may be filtered by (see ``filters.described``).
    ``count_url`` answers the text of the count; ``bulk_url`` (POST ids=…&all=0/1) answers platform/bulk_bar.html;
    ``cell_url`` (GET) answers platform/cell_edit.html and takes the POST; ``view_save_url`` takes POST name, audience, state (JSON object)."""

    entity_key: str
    title: str
    icon: str = "list"
    url: str = ""
    state: tuple[tuple[str, str], ...] = ()
    views: Sequence[ViewTab] = ()
    view_save_url: str = ""
    audiences: Sequence[Option] = ()
    view_actions: Sequence[CommandButton] = ()
    chips: Sequence[Chip] = ()
    clear_url: str = ""
    filter_url: str = ""
    filter_tree: Sequence[Any] = ()
    query: str = ""
    columns: tuple[ColumnHead, ...] = ()
    column_choices: tuple[ColumnChoice, ...] = ()
    rows: Sequence[Row] = ()
    layout: str = "table"
    layouts: Sequence[Option] = ()
    groupings: tuple[Option, ...] = ()
    sorts: tuple[Option, ...] = ()
    next_url: str = ""
    prev_url: str = ""
    jumps: Sequence[Option] = ()
    count_url: str = ""
    peek_url: str = ""
    edit_url: str = ""
    cell_url: str = ""
    bulk_url: str = ""
    create_url: str = ""
    create_label: str = ""
    actions: Sequence[CommandButton] = ()
    import_url: str = ""
    export_url: str = ""
    print_url: str = ""
    report_url: str = ""
    bin_url: str = ""
    empty: EmptyState | None = None
    error: str = ""
    kanban: KanbanBoard | None = None
    nodes: Sequence[TreeNode] = ()
    calendar: CalendarMonth | None = None

    @property
    def has_totals(self) -> bool:
        return any(column.total for column in self.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkCommand:
    """``url`` takes POST ids (or all=1 and the filter) and answers platform/bulk_preview.html."""

    id: str
    label: str
    icon: str
    url: str
    allowed: int
    skipped: int = 0
    reason: str = ""
    danger: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkBar:
    """``total``: the text of the view's count when more than the marked rows can be taken, else empty.
    ``export_url`` takes the selection as a command's does and answers the dialog of the export."""

    count: int
    commands: Sequence[BulkCommand]
    more: Sequence[BulkCommand] = ()
    total: str = ""
    export_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedGroup:
    reason: str
    count: int
    sample: Sequence[Link] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkPreview:
    """In the dialog before a bulk command runs. ``form`` holds the inputs; ``token`` names the frozen selection."""

    title: str
    action_url: str
    token: str
    allowed: int
    skipped: Sequence[SkippedGroup]
    sections: Sequence[FormSection]
    submit_label: str
    sample: Sequence[Sequence[str]] = ()
    sample_head: Sequence[str] = ()
    as_job: bool = False
    undo_note: str = ""
    danger: bool = False
    errors: Sequence[str] = ()
