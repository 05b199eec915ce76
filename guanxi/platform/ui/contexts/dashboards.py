"""Dashboards: tiles that load themselves."""

from collections.abc import Sequence
from dataclasses import dataclass

from guanxi.platform.ui.contexts.basics import Link, Row
from guanxi.platform.ui.contexts.desk import InboxItem
from guanxi.platform.ui.contexts.groups import Chart
from guanxi.platform.ui.contexts.lists import ColumnHead
from guanxi.platform.ui.contexts.reports import ReportTable


@dataclass(frozen=True, slots=True, kw_only=True)
class TilePlace:
    """Where a tile will be: ``url`` answers its inside. The addresses for changing it are empty for readers."""

    id: int
    title: str
    width: str
    url: str
    edit_url: str = ""
    delete_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """``every``: the tiles load anew after so many seconds, 0 for never; ``order_url`` takes POST order."""

    id: int
    tiles: Sequence[TilePlace]
    every: int = 0
    order_url: str = ""
    version: int = 0
    add_url: str = ""
    edit_url: str = ""
    screen_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardPage:
    title: str
    board: Dashboard
    screen: bool = False
    back_url: str = ""
    entity_key: str = "reports.dashboard"
    breadcrumb: Sequence[Link] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TileInside:
    """One of its parts is given; ``url`` leads to the whole."""

    title: str
    url: str = ""
    chart: Chart | None = None
    table: ReportTable | None = None
    columns: Sequence[ColumnHead] = ()
    rows: Sequence[Row] = ()
    figure: str = ""
    hint: str = ""
    tasks: Sequence[InboxItem] = ()
    text: str = ""
    empty: str = ""
