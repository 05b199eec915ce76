"""Groups and totals of an entity over several fields: what the page of a report shows."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from guanxi.platform.access.fields import Field
from guanxi.platform.api.bodies import parameters
from guanxi.platform.api.schema import shapes
from guanxi.platform.api.schema.operations import Components, Operation
from guanxi.platform.api.views.base import EntityView
from guanxi.platform.reports.choices import Function
from guanxi.platform.reports.definition import Definition, Dimension, Measure
from guanxi.platform.reports.naming import Names
from guanxi.platform.reports.reading import Line, Report, read

PARTS = ("filter", "rows", "column", "measures", "sort", "top")


class ReportView(EntityView):
    """GET: records grouped by up to three fields and one across, with counts, sums and other measures."""

    def get(self, request: Request) -> Response:
        definition = Definition.read(self.entity, parameters(request, PARTS))
        report = read(definition, self.actor)
        names = Names(report, self.actor)
        return Response(
            {
                "columns": [self._group(report, names, len(definition.rows), value) for value in report.columns],
                "items": [self._line(report, names, line) for line in report.lines],
                "total": self._line(report, names, report.total),
            }
        )

    def _line(self, report: Report, names: Names, line: Line) -> dict[str, Any]:
        return {
            "groups": [self._group(report, names, place, value) for place, value in enumerate(line.key)],
            "others": line.rest,
            "values": self._values(report, line.total),
            "cells": [
                self._values(report, line.cells[value]) if value in line.cells else None for value in report.columns
            ],
        }

    @staticmethod
    def _group(report: Report, names: Names, place: int, value: Any) -> dict[str, Any]:
        one, field = report.definition.dimensions[place], report.checked.dimensions[place]
        return {"value": _exported(one, field, value), "label": names.group(place, value)}

    @staticmethod
    def _values(report: Report, values: tuple[Any, ...]) -> list[Any]:
        told = zip(report.definition.measures, report.checked.measured, values, strict=True)
        return [_number(one, field, value) for one, field, value in told]

    def operation(self, method: str, components: Components) -> Operation | None:
        return Operation(
            "report", _("Report"), parameters=(shapes.QUERY[0], *shapes.REPORT_PARTS), answers={200: shapes.REPORT}
        )


def _exported(one: Dimension, field: Field, value: Any) -> Any:
    """A group's value: the first day of a period, else as the field exports it."""
    if value is None:
        return None
    return value.isoformat() if one.bucket else field.exported(value)


def _number(one: Measure, field: Field | None, value: Any) -> Any:
    if value is None or field is None or one.function in (Function.COUNT, Function.DISTINCT):
        return value
    if one.function == Function.AVERAGE:
        return str(round(Decimal(value), 4))
    return field.exported(value)
