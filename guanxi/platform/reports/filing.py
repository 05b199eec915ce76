"""A report as a file: numbers as numbers, one column per group and measure. Who takes one away needs the right to export, sees
only what they may export, and leaves an event; more rows than may go without a second person are refused, because
what they tell is the list itself."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from guanxi.platform.access import gate, kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.watermark import watermark
from guanxi.platform.commands.record_event import by
from guanxi.platform.events.services import append
from guanxi.platform.events.stored import NewEvent
from guanxi.platform.exchange.approval import approval_settings
from guanxi.platform.exchange.choices import Format
from guanxi.platform.exchange.events import Exported
from guanxi.platform.exchange.exporting import made_by, texts_of
from guanxi.platform.exchange.writing import Column, Kind, Sheet, write_pdf, write_xlsx
from guanxi.platform.reports import naming
from guanxi.platform.reports.choices import Function
from guanxi.platform.reports.definition import Definition, Measure
from guanxi.platform.reports.naming import Names
from guanxi.platform.reports.reading import Line, Report, read

_KINDS = {kinds.INTEGER: Kind.INTEGER, kinds.DECIMAL: Kind.DECIMAL, kinds.MONEY: Kind.MONEY}


def take_away(definition: Definition, actor: Actor, format: Format, title: str) -> BinaryIO:
    """The file, from its beginning. Raises ReportError, FilterError; Forbidden for who may not export so much."""
    report = exportable(definition, actor)
    target = cast(BinaryIO, TemporaryFile())  # noqa: SIM115 -- whoever asked closes it
    columns, rows = sheet(report, actor)
    if format is Format.PDF:
        write_pdf(
            target, title=title, subtitle="", columns=columns, rows=rows, language=actor.language, generated_at_text=made_by(actor),
            page_text_template=_("Page %(page)s of %(pages)s"), texts=texts_of(actor), watermark=watermark(actor),
        )  # fmt: skip
    else:
        write_xlsx(
            target, [Sheet(title, columns, rows)], title=title, author=actor.name, created=actor.now(), texts=texts_of(actor),
            watermark=watermark(actor) or None,
        )  # fmt: skip
    target.seek(0)
    remember(report, actor, str(format), hashlib.file_digest(cast(Any, target), "sha256").hexdigest())
    target.seek(0)
    return target


def exportable(definition: Definition, actor: Actor) -> Report:
    """The report over what the actor may export. Raises Forbidden for more rows than may leave without a second person."""
    gate.require(actor, definition.entity, "export")
    report = read(definition, actor, "export")
    limit = approval_settings().rows
    if limit and len(report.lines) > limit:
        raise gate.Forbidden(
            _(
                "A report of more than %(count)s rows is not taken away without a second person. Choose coarser groups, "
                "or ask for the list itself with “Export”."
            )
            % {"count": f"{limit:,}"}
        )
    return report


def file_name(title: str, actor: Actor, format: str) -> str:
    name = slugify(title, allow_unicode=True) or "report"
    return f"{name}-{actor.now().astimezone(actor.zone):%Y%m%d-%H%M}.{format}"


def remember(report: Report, actor: Actor, format: str, sha256: str = "") -> None:
    """One event: who took away which report."""
    definition = report.definition
    told = Exported(
        format=format, rows=len(report.lines), what=json.dumps(definition.parameters(), ensure_ascii=False),
        columns=tuple(map(str, (*definition.dimensions, *definition.measures))), sha256=sha256,
    )  # fmt: skip
    with transaction.atomic():
        append([NewEvent(kind="exchange.export.made", entity=definition.entity.key, payload=told, **by(actor))])


def sheet(report: Report, actor: Actor) -> tuple[list[Column], list[list[Any]]]:
    """Columns and rows; the last row is the total."""
    names, definition = Names(report, actor), report.definition
    depth = len(definition.rows)
    heads = [
        Column(f"group{place}", naming.dimension_label(one, field), Kind.TEXT)
        for place, (one, field) in enumerate(zip(definition.rows, report.checked.dimensions, strict=False))
    ] or [Column("group0", _("Group"), Kind.TEXT)]
    across = [names.group(depth, value) for value in report.columns]
    for place, name in enumerate([*across, _("Total") if across else ""]):
        heads += _measure_columns(report, place, name)
    return heads, [[*_labels(names, line, max(depth, 1)), *_numbers(report, line)] for line in _printed(report)]


def _printed(report: Report) -> Iterator[Line]:
    """Groups, each before its parts, and the total."""
    yield from report.lines
    yield report.total


def _measure_columns(report: Report, place: int, name: str) -> list[Column]:
    found = []
    for at, (one, field) in enumerate(zip(report.definition.measures, report.checked.measured, strict=True)):
        label = naming.measure_label(one, field)
        heading = f"{name} · {label}" if name else label
        found.append(Column(f"value{place}_{at}", heading, _kind(one, field), unit=_unit(one, field)))
    return found


def _kind(one: Measure, field: Field | None) -> Kind:
    if field is None or one.function in (Function.COUNT, Function.DISTINCT):
        return Kind.INTEGER
    if one.function == Function.AVERAGE and field.kind is not kinds.MONEY:
        return Kind.DECIMAL
    return _KINDS[field.kind]


def _unit(one: Measure, field: Field | None) -> str | None:
    return "CNY" if _kind(one, field) is Kind.MONEY else None


def _labels(names: Names, line: Line, depth: int) -> Sequence[str]:
    if not line.key and not line.rest:
        return [_("Total"), *[""] * (depth - 1)]
    own = [names.group(place, value) for place, value in enumerate(line.key)]
    if line.rest:
        own.append(names.rest(line.rest))
    return [*own, *[""] * (depth - len(own))]


def _numbers(report: Report, line: Line) -> Iterator[Any]:
    nothing = [None] * len(report.definition.measures)
    for value in report.columns:
        yield from line.cells.get(value, nothing)
    yield from line.total
