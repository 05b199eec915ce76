"""Reports: what is asked, and the table and chart that answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from guanxi.platform.ui.contexts.basics import Link, Option
from guanxi.platform.ui.contexts.groups import Chart
from guanxi.platform.ui.contexts.lists import Chip


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportCell:
    """One number; ``url`` leads to the records behind it."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """``depth`` counts the groups above; ``sums`` marks the line of the total."""

    label: str
    cells: Sequence[ReportCell]
    depth: int = 0
    url: str = ""
    sums: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTable:
    """``across`` are the values over the columns, each with how many columns it spans; ``columns`` the heads below."""

    corner: str
    across: Sequence[tuple[str, int]]
    columns: Sequence[str]
    lines: Sequence[ReportLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportResult:
    """``error`` says why there is none. Files are offered to those who may export."""

    title: str
    table: ReportTable | None = None
    chart: Chart | None = None
    error: str = ""
    build_url: str = ""
    files: Sequence[Link] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """One choice of the builder; several may send the same ``name``."""

    id: str
    name: str
    label: str
    groups: Sequence[tuple[str, Sequence[Option]]]
    hidden_label: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage:
    """``state`` is the filter tree for filters.js; ``report`` the saved report that is shown, with its ``version``."""

    entity_key: str
    title: str
    url: str
    result: ReportResult
    selectors: Sequence[Selector]
    chips: Sequence[Chip] = ()
    filter: str = ""
    filter_url: str = ""
    filter_tree: Sequence[Any] = ()
    clear_url: str = ""
    report: int = 0
    version: int = 0
    record_url: str = ""
    save_url: str = ""
    save_as_url: str = ""
    breadcrumb: Sequence[Link] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPrint:
    """A report on paper: no shell, no links."""

    title: str
    subtitle: str
    printed_by: str
    printed_at: str
    table: ReportTable
    watermark: str = ""
    entity_key: str = ""
