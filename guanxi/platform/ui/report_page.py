"""A report as a page: the choices it is made of, its table and its chart."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from guanxi.platform.access import gate, kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.watermark import watermark
from guanxi.platform.entities import registry
from guanxi.platform.feel.nodes import FilterError
from guanxi.platform.reports import filing, naming
from guanxi.platform.reports.choices import Bucket, ChartKind, Function
from guanxi.platform.reports.definition import DATES, MEASURES, ROWS, Definition, countable, groupable, measurable
from guanxi.platform.reports.models import Report as Saved
from guanxi.platform.reports.reading import Line, Report, read
from guanxi.platform.reports.shipped_names import in_language
from guanxi.platform.ui import addresses, filters
from guanxi.platform.ui.contexts import Chart, ChartSeries, Chip, Link, Option
from guanxi.platform.ui.contexts.reports import (
    ReportCell,
    ReportLine,
    ReportPage,
    ReportPrint,
    ReportResult,
    ReportTable,
    Selector,
)
from guanxi.platform.ui.list_state import ListState

#: Bars that one chart shows, and series in one.
BARS, SERIES = 20, 6
TOPS = (5, 10, 20, 50)


def build(definition: Definition, actor: Actor, saved: Saved | None = None, error: str = "") -> ReportPage:
    """The page on which a report is made. ``error`` stands where the result would be."""
    entity = definition.entity
    result = ReportResult(title="", error=error) if error else result_of(definition, actor, saved)
    usable = not error and not result.error
    reports = registry.get(Saved)
    may_create = gate.permits(actor, reports, "create")
    may_edit = saved is not None and gate.admits(actor, reports, [saved.pk], "edit")
    known = {"report": saved.pk} if saved else {}
    return ReportPage(
        entity_key=entity.key,
        title=in_language(saved.name) if saved else _("Report on %(entities)s") % {"entities": entity.label_plural},
        url=addresses.page_of(entity, "report"),
        result=result,
        selectors=_selectors(definition, actor),
        chips=_chips(definition, actor, known) if usable else (),
        filter=definition.parameters()["filter"],
        filter_url=addresses.page_of(entity, "filter") if filters.offers(entity, actor) else "",
        filter_tree=definition.filter or [],
        clear_url=address(replace(definition, filter=None), **known),
        report=saved.pk if saved else 0,
        version=saved.version if saved else 0,
        record_url=addresses.record(reports, saved.pk) if saved else "",
        save_url=addresses.page_of(entity, "report_save") if usable and may_edit else "",
        save_as_url=addresses.page_of(reports, "create", subject=entity.key, **definition.parameters())
        if usable and may_create
        else "",
        breadcrumb=[Link(label=str(entity.label_plural), url=addresses.list_of(entity))],
    )


def result_of(definition: Definition, actor: Actor, saved: Saved | None = None) -> ReportResult:
    """Table and chart for a reader, or why there are none."""
    entity = definition.entity
    try:
        gate.require(actor, entity, "view")
        report = read(definition, actor)
    except (FilterError, gate.Forbidden) as refusal:
        return ReportResult(title="", error=str(refusal))
    words = Words(report, actor)
    known = {"report": saved.pk} if saved else {}
    return ReportResult(
        title=words.title(),
        table=table(words),
        chart=chart(words),
        build_url=address(definition, **known),
        files=_files(definition, known) if gate.permits(actor, entity, "export") else (),
    )


def address(definition: Definition, **more: Any) -> str:
    """The page of a report."""
    return addresses.page_of(definition.entity, "report", **definition.parameters(), **more)


def _files(definition: Definition, known: Mapping[str, Any]) -> list[Link]:
    offered = (
        ("xlsx", _("As a workbook"), "file-spreadsheet"),
        ("pdf", _("As a PDF"), "file-text"),
        ("print", _("Print"), "printer"),
    )
    return [
        Link(
            label=label,
            icon=icon,
            url=addresses.page_of(definition.entity, "report_file", **definition.parameters(), format=form, **known),
        )
        for form, label, icon in offered
    ]


class Words:
    """A report with the words of its reader."""

    def __init__(self, report: Report, actor: Actor, *, links: bool = True) -> None:
        self.report, self.actor, self.links = report, actor, links
        self.names = naming.Names(report, actor)
        self.definition, self.checked = report.definition, report.checked
        self.measures = [
            naming.measure_label(one, field)
            for one, field in zip(self.definition.measures, self.checked.measured, strict=True)
        ]
        self.groups = [
            naming.dimension_label(one, field)
            for one, field in zip(self.definition.dimensions, self.checked.dimensions, strict=True)
        ]

    def title(self, depth: int | None = None) -> str:
        """What the report answers, as a heading; a chart shows its outermost group alone."""
        depth = len(self.definition.rows) if depth is None else depth
        text = _("%(measure)s of %(entities)s") % {
            "measure": self.measures[0],
            "entities": self.definition.entity.label_plural,
        }
        by = _(", ").join(self.groups[:depth])
        return _("%(what)s by %(groups)s") % {"what": text, "groups": by} if by else text

    def label(self, line: Line) -> str:
        if line.rest:
            return self.names.rest(line.rest)
        return self.names.group(len(line.key) - 1, line.key[-1]) if line.key else _("Total")

    def columns(self) -> list[str]:
        return [self.names.group(len(self.definition.rows), value) for value in self.report.columns]

    def texts(self, values: Sequence[Any] | None) -> list[str]:
        """The numbers of one group; empty ones where it holds no record."""
        if values is None:
            return [""] * len(self.measures)
        told = zip(self.definition.measures, self.checked.measured, values, strict=True)
        return [naming.shown(one, field, value, self.actor) for one, field, value in told]

    def url(self, line: Line, across: Any = ...) -> str:
        """The records behind a number."""
        if line.rest or not self.links:
            return ""
        tree = naming.behind(self.definition, self.checked.dimensions, line.key, across)
        return addresses.list_of(self.definition.entity, filter=orjson.dumps(tree).decode() if len(tree) > 1 else "")


def table(words: Words) -> ReportTable:
    """The report as a table: groups below each other, what is across and the total beside each other."""
    report, across = words.report, words.columns()
    spans = [(name, len(words.measures)) for name in across]
    return ReportTable(
        corner=_(", ").join(words.groups[: len(words.definition.rows)]),
        across=[*spans, (_("Total"), len(words.measures))] if across else (),
        columns=words.measures * (len(across) + 1),
        lines=[_line(words, line) for line in (*report.lines, report.total)],
    )


def _line(words: Words, line: Line) -> ReportLine:
    cells = []
    for value in words.report.columns:
        found = line.cells.get(value)
        url = words.url(line, value) if found else ""
        cells += [ReportCell(text=text, url=url) for text in words.texts(found)]
    url = words.url(line)
    cells += [ReportCell(text=text, url=url) for text in words.texts(line.total)]
    depth = len(line.key) + (1 if line.rest else 0)
    return ReportLine(
        label=words.label(line), cells=cells, depth=max(depth - 1, 0), url=url, sums=not line.key and not line.rest
    )


def on_paper(definition: Definition, actor: Actor, saved: Saved | None = None) -> ReportPrint:
    """The table for printing. Raises as filing.exportable does."""
    report = filing.exportable(definition, actor)
    filing.remember(report, actor, "print")
    words = Words(report, actor, links=False)
    moment = actor.now().astimezone(actor.zone)
    return ReportPrint(
        title=in_language(saved.name) if saved else words.title(), subtitle=words.title() if saved else "", table=table(words),
        printed_by=actor.name, printed_at=date_format(moment, "DATETIME_FORMAT"), watermark=watermark(actor),
        entity_key=definition.entity.key,
    )  # fmt: skip


# --- the chart ----------------------------------------------------------------------------------------------
def chart(words: Words, identity: str = "gx-report") -> Chart | None:
    """The outermost groups as a chart of the first measure; what is across, or further measures of the same kind, are
    its series."""
    definition = words.definition
    lines = [line for line in words.report.lines if len(line.key) == (0 if line.rest else 1)][:BARS]
    if definition.chart == ChartKind.NONE or not lines:
        return None
    return Chart(
        id=identity,
        title=words.title(1),
        kind=definition.chart,  # type: ignore[arg-type]
        categories=[words.label(line) for line in lines],
        series=_across(words, lines) if definition.column else _measured(words, lines),
        urls=[words.url(line) for line in lines],
        unit=_unit(words),
        total=words.texts(words.report.total.total)[0],
    )


def _across(words: Words, lines: Sequence[Line]) -> list[ChartSeries]:
    shown = zip(words.columns()[:SERIES], words.report.columns, strict=False)
    return [
        ChartSeries(name=name, values=[_number(line.cells.get(value, (None,))[0]) for line in lines])
        for name, value in shown
    ]


def _measured(words: Words, lines: Sequence[Line]) -> list[ChartSeries]:
    kinds_of = [field.kind if field else None for field in words.checked.measured]
    alike = [place for place, kind in enumerate(kinds_of) if kind is kinds_of[0]]
    return [
        ChartSeries(name=words.measures[place], values=[_number(line.total[place]) for line in lines])
        for place in alike
    ]


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _unit(words: Words) -> str:
    field = words.checked.measured[0]
    if field is None:
        return _("records")
    return "\u00a5" if field.kind is kinds.MONEY and words.definition.measures[0].function != Function.DISTINCT else ""


# --- the choices --------------------------------------------------------------------------------------------
def _selectors(definition: Definition, actor: Actor) -> list[Selector]:
    fields = definition.entity.readable(actor)
    groups, measures = _group_options(fields), _measure_options(fields)
    rows = [str(one) for one in definition.rows]
    chosen = [str(one) for one in definition.measures]
    return [
        *(
            _selector("rows", place, pgettext("report", "Rows"), [("", [_nothing(_("Group by …")), *groups])], one)
            for place, one in _and_one_more(rows, ROWS)
        ),
        _selector("column", 0, _("Across"), [("", [_nothing(_("Nothing across")), *groups])], str(definition.column or "")),
        *(
            _selector("measures", place, _("Measures"), [("", [_nothing(_("Measure …"))] if place else []), *measures], one)
            for place, one in _and_one_more(chosen, MEASURES)
        ),
        _selector("sort", 0, _("Sorted by"), [("", _sorts(definition, fields))], definition.sort),
        _selector("top", 0, _("Groups shown"), [("", _tops())], str(definition.top or "")),
        _selector("chart", 0, _("Chart"), [("", _members(ChartKind))], str(definition.chart)),
    ]  # fmt: skip


def _and_one_more(chosen: Sequence[str], most: int) -> list[tuple[int, str]]:
    return list(enumerate([*chosen, ""][:most]))


def _selector(
    name: str, place: int, label: str, groups: Iterable[tuple[str, Sequence[Option]]], chosen: str
) -> Selector:
    marked = [(head, [replace(one, selected=one.value == chosen) for one in options]) for head, options in groups]
    return Selector(id=f"gx-{name}-{place}", name=name, label=label, groups=marked, hidden_label=place > 0)


def _nothing(label: str) -> Option:
    return Option(value="", label=label)


def _members(enumeration: Any) -> list[Option]:
    return [Option(value=one.value, label=str(one.label)) for one in enumeration]


def _group_options(fields: Mapping[str, Field]) -> list[Option]:
    found = []
    for field in groupable(fields):
        if field.kind in DATES:
            words = [(f"{field.key}:{one.value}", {"field": field.label, "bucket": one.label}) for one in Bucket]
            found += [Option(value=value, label=_("%(field)s · %(bucket)s") % word) for value, word in words]
        else:
            found.append(Option(value=field.key, label=str(field.label)))
    return found


def _measure_options(fields: Mapping[str, Field]) -> list[tuple[str, list[Option]]]:
    offered = {Function.DISTINCT: countable(fields)}
    found = [("", [Option(value="count", label=str(Function.COUNT.label))])]
    for function in (Function.SUM, Function.AVERAGE, Function.LEAST, Function.MOST, Function.DISTINCT):
        options = [
            Option(value=f"{function.value}:{field.key}", label=naming.measure_label(_measure(function, field), field))
            for field in offered.get(function, measurable(fields))
        ]
        if options:
            found.append((str(function.label), options))
    return found


def _measure(function: Function, field: Field) -> Any:
    return naming.Measure(function, field.key)


def _sorts(definition: Definition, fields: Mapping[str, Field]) -> list[Option]:
    found = [_nothing(_("As usual"))]
    for one in definition.measures:
        if one.key and one.key not in fields:
            continue
        label = naming.measure_label(one, fields.get(one.key))
        found.append(Option(value=f"-{one}", label=_("%(measure)s, most first") % {"measure": label}))
        found.append(Option(value=str(one), label=_("%(measure)s, least first") % {"measure": label}))
    return found


def _tops() -> list[Option]:
    each = [Option(value=str(top), label=_("The first %(count)d") % {"count": top}) for top in TOPS]
    return [_nothing(_("All of them")), *each]


def _chips(definition: Definition, actor: Actor, known: Mapping[str, Any]) -> list[Chip]:
    state = ListState(definition.entity, definition.filter)
    return [
        replace(chip, remove_url=address(replace(definition, filter=state.without(chip.index)), **known))
        for chip in filters.chips(state, actor)
    ]
