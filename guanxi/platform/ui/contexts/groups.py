"""Counts along one dimension, as tree, chart and list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from guanxi.platform.ui.contexts.basics import Link, Option
from guanxi.platform.ui.contexts.lists import ListPage, TreeNode


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartSeries:
    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Neutral description; static/guanxi/js/charts.js draws it. ``title`` states the question. ``urls``: one per
    category, where a click leads. ``kind``: bar (lying), column, line, donut, stack. At most six series."""

    id: str
    title: str
    kind: Literal["bar", "column", "line", "donut", "stack"]
    categories: Sequence[str]
    series: Sequence[ChartSeries]
    unit: str = ""
    urls: Sequence[str] = ()
    export_url: str = ""
    total: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPage:
    """All records of a kind counted along one dimension: tree at the left, chart and list at the right."""

    entity_key: str
    title: str
    dimensions: Sequence[Option]
    nodes: Sequence[TreeNode]
    chart: Chart | None
    list: ListPage
    breadcrumb: Sequence[Link] = ()
    back_url: str = ""
