"""Long work: import in four steps, jobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from guanxi.platform.ui.contexts.basics import CommandButton, Count, EmptyState, Link, Option, Row, Tone
from guanxi.platform.ui.contexts.forms import FormField
from guanxi.platform.ui.contexts.lists import ColumnHead


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportStep:
    number: int
    label: str
    state: Literal["done", "now", "next"]
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePreview:
    """The file's first rows; always in view from step 2 on. ``notes`` say what was detected (GBK, tab, header row 3)."""

    name: str
    size: str
    rows_total: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingRow:
    """One column of the file; the select is named ``name``. ``confidence``: "", sure, guess."""

    name: str
    header: str
    samples: Sequence[str]
    choices: Sequence[Option]
    confidence: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    row: str
    column: str
    value: str
    message: str
    tone: Tone = "danger"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlikeRecord:
    """A record that a row resembles, and why."""

    title: str
    url: str
    score: str
    reasons: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlikeRow:
    """A new row by its number in the file and what it is called there; ``certain``: nobody would doubt it."""

    row: str
    title: str
    certain: bool
    records: Sequence[AlikeRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlikePart:
    """New rows that resemble records, and what is to happen to them."""

    text: str
    notes: Sequence[str]
    rows: Sequence[AlikeRow]
    choice: FormField | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPage:
    """One of the four steps: file, columns, check, run (``step``); each template reads what belongs to it.
    ``sheet_fields`` say how the file was read; ``reread_url`` takes them where it could not be read at all."""

    entity_key: str
    title: str
    step: Literal["file", "columns", "check", "run"]
    steps: Sequence[ImportStep]
    action_url: str
    back_url: str = ""
    cancel_url: str = ""
    errors: Sequence[str] = ()
    formats: str = ""
    limits: str = ""
    sample_url: str = ""
    recent: Sequence[Link] = ()
    preview: FilePreview | None = None
    sheet_fields: Sequence[FormField] = ()
    reread_url: str = ""
    mapping: Sequence[MappingRow] = ()
    templates: Sequence[Option] = ()
    options: Sequence[FormField] = ()
    counts: Sequence[Count] = ()
    problems: Sequence[RowProblem] = ()
    problems_more: str = ""
    error_file_url: str = ""
    examples: Sequence[Row] = ()
    columns: Sequence[ColumnHead] = ()
    blocked_reason: str = ""
    alike: AlikePart | None = None
    job: "JobView | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStage:
    label: str
    state: Literal["done", "now", "next", "failed"]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """One job. ``state``: waiting, running, done, failed, cancelled. ``percent`` -1 = unknown. While it lives, the part
    reloads itself from ``url_part`` every 2 s and on the live event ``job``."""

    id: str
    title: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    state_label: str
    percent: int
    url: str
    url_part: str = ""
    stages: Sequence[JobStage] = ()
    counts: Sequence[Count] = ()
    rate: str = ""
    remaining: str = ""
    started: str = ""
    started_by: str = ""
    duration: str = ""
    error: str = ""
    commands: Sequence[CommandButton] = ()
    downloads: Sequence[Link] = ()
    problems: Sequence[RowProblem] = ()

    @property
    def alive(self) -> bool:
        return self.state in ("waiting", "running")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPage:
    title: str
    job: JobView
    breadcrumb: Sequence[Link] = ()
    entity_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFilePage:
    """A file that an export has written; ``once``: to download it spends the link."""

    title: str
    name: str
    size: str
    until: str
    once: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class JobListPage:
    title: str
    jobs: Sequence[JobView]
    filters: Sequence[Option] = ()
    next_url: str = ""
    empty: EmptyState | None = None
    entity_key: str = ""
