"""The groups of a report in words, and the filter that finds the records behind one of them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.entities import links, registry
from guanxi.platform.reports.choices import Bucket, Function
from guanxi.platform.reports.definition import Definition, Dimension, Measure
from guanxi.platform.reports.reading import Report


class Names:
    """The words of a report for its reader; one query per kind of record that groups are named after."""

    def __init__(self, report: Report, actor: Actor) -> None:
        self.report, self.actor = report, actor
        self._fields = report.checked.dimensions
        self._links = self._linked()

    def _linked(self) -> dict[str, dict[int, str]]:
        wanted: dict[str, set[int]] = {}
        for place, field in enumerate(self._fields):
            if field.is_link:
                wanted.setdefault(field.target, set()).update(self._values(place))
        return {target: links.labels(target, ids, self.actor) for target, ids in wanted.items()}

    def _values(self, place: int) -> set[Any]:
        across = place == len(self.report.definition.rows)
        found = (
            self.report.columns if across else [line.key[place] for line in self.report.lines if len(line.key) > place]
        )
        return {value for value in found if value is not None}

    def group(self, place: int, value: Any) -> str:
        """One value of the group at a place (rows from the outside in, then the one across)."""
        field = self._fields[place]
        if value is None:
            return _("Not given")
        if bucket := self.report.definition.dimensions[place].bucket:
            return bucket_label(bucket, value)
        if field.is_link:
            return self._links[field.target].get(value) or f"{registry.get(field.target).label} {value}"
        return field.display(value, self.actor.zone)

    def rest(self, groups: int) -> str:
        """The line of all groups that are not shown by themselves."""
        return _("All others") if groups < 0 else _("%(count)s others") % {"count": f"{groups:,}"}


def bucket_label(bucket: str, day: date) -> str:
    """A year, quarter, month, week or day by its first day."""
    if bucket == Bucket.YEAR:
        return f"{day:%Y}"
    if bucket == Bucket.QUARTER:
        return _("%(year)d Q%(quarter)d") % {"year": day.year, "quarter": (day.month + 2) // 3}
    if bucket == Bucket.MONTH:
        return f"{day:%Y-%m}"
    if bucket == Bucket.WEEK:
        year, week, _weekday = day.isocalendar()
        return _("%(year)d week %(week)d") % {"year": year, "week": week}
    return day.isoformat()


def dimension_label(one: Dimension, field: Field) -> str:
    """A group as a heading: the field, with how its days are put together."""
    if not one.bucket:
        return str(field.label)
    return _("%(field)s · %(bucket)s") % {"field": field.label, "bucket": Bucket(one.bucket).label}


def measure_label(one: Measure, field: Field | None) -> str:
    """A measure as a heading."""
    label = str(Function(one.function).label)
    return label if field is None else _("%(field)s · %(bucket)s") % {"field": field.label, "bucket": label}


def shown(one: Measure, field: Field | None, value: Any, actor: Actor) -> str:
    """One number for people; — for nothing."""
    if value is None:
        return "\u2014"
    if field is None or one.function in (Function.COUNT, Function.DISTINCT):
        return f"{value:,}"
    if one.function == Function.AVERAGE and field.kind is not kinds.MONEY:
        return f"{value:,.2f}"
    return field.display(value, actor.zone)


def behind(definition: Definition, fields: Sequence[Field], key: Sequence[Any], across: Any = ...) -> list[Any]:
    """The filter tree of the records behind a cell: the report's own filter and one condition per group."""
    nodes = [node(one, field, value) for one, field, value in zip(definition.rows, fields, key, strict=False)]
    if across is not ... and definition.column is not None:
        nodes.append(node(definition.column, fields[-1], across))
    own = definition.filter
    first = list(own[1:]) if own and own[0] == "and" else [own] if own else []
    return ["and", *first, *nodes]


def node(one: Dimension, field: Field, value: Any) -> list[Any]:
    """The condition that finds the records of one group."""
    if value is None:
        return ["empty", one.key]
    if one.bucket:
        return ["between", one.key, value.isoformat(), _last(one.bucket, value).isoformat()]
    if field.kind is kinds.BOOLEAN:
        return ["eq", one.key, "true" if value else "false"]
    return ["eq", one.key, str(value)]


def _last(bucket: str, first: date) -> date:
    """The last day of the period that begins with a day."""
    months = {Bucket.YEAR: 12, Bucket.QUARTER: 3, Bucket.MONTH: 1}.get(Bucket(bucket))
    if months is None:
        return first + timedelta(days=6 if bucket == Bucket.WEEK else 0)
    ahead = first.month - 1 + months
    return date(first.year + ahead // 12, ahead % 12 + 1, 1) - timedelta(days=1)
