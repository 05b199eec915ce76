"""What a report asks: a filter, groups on rows and columns, measures. The same words stand in the address bar, in REST and
in a saved report:

    rows      region,created_at:month      up to three fields, dates with their bucket
    column    stage                        one more, across
    measures  count,sum:capital            what is worked out
    sort      -sum:capital                 a measure; empty: dates in their order, others by the first measure
    top       10                           groups of the first field; the rest is put together

A definition is checked against the fields that its reader sees: what is hidden from them or masked cannot be used.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.utils.translation import gettext as _

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.grants import MASKED_BY_DEFAULT
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.query import read_filter
from guanxi.platform.feel.nodes import FilterError, Node, fields_used
from guanxi.platform.reports.choices import Bucket, ChartKind, Function

ROWS, MEASURES, TOP = 3, 4, 100
#: Names of the parts as they stand in an address and as columns of a saved report.
PARTS = ("filter", "rows", "column", "measures", "sort", "top", "chart")

NUMBERS = (kinds.INTEGER, kinds.DECIMAL, kinds.MONEY)
DATES = (kinds.DATE, kinds.DATETIME)
_GROUPED = (kinds.CHOICE, kinds.LINK, kinds.TREE, kinds.USER, kinds.BOOLEAN, kinds.TEXT, kinds.CODE, *DATES)


class ReportError(FilterError):
    """The report cannot be made this way; the message says what to change."""


@dataclass(frozen=True)
class Dimension:
    """A field that groups are made of; ``bucket`` for dates and moments."""

    key: str
    bucket: str = ""

    def __str__(self) -> str:
        return f"{self.key}:{self.bucket}" if self.bucket else self.key


@dataclass(frozen=True)
class Measure:
    """``key`` is the field that is measured, empty for the number of records."""

    function: str
    key: str = ""

    def __str__(self) -> str:
        return f"{self.function}:{self.key}" if self.key else self.function


COUNT = Measure(Function.COUNT)


@dataclass(frozen=True)
class Definition:
    """``filter`` is the JSON tree; ``top`` 0 shows all groups."""

    entity: Entity
    filter: Any = None
    rows: tuple[Dimension, ...] = ()
    column: Dimension | None = None
    measures: tuple[Measure, ...] = (COUNT,)
    sort: str = ""
    top: int = 0
    chart: str = ChartKind.BAR

    @classmethod
    def read(cls, entity: Entity, data: Mapping[str, Any]) -> "Definition":
        """From the parameters of an address or the columns of a saved report. Raises ReportError for what has no meaning
        for anybody; ``checked`` says whether a reader may use it."""
        text = {part: str(data.get(part) or "").strip() for part in PARTS}
        columns = _dimensions(text["column"])
        found = cls(
            entity,
            tree_of(text["filter"]),
            _dimensions(text["rows"]),
            columns[0] if columns else None,
            _measures(text["measures"]) or (COUNT,),
            text["sort"],
            _top(text["top"]),
            text["chart"] or ChartKind.BAR,
        )
        found._refuse_misfits(len(columns))
        return found

    def _refuse_misfits(self, columns: int) -> None:
        if len(self.rows) > ROWS or columns > 1:
            raise ReportError(_("A report has up to three groups on its rows and one across."))
        if len(self.measures) > MEASURES:
            raise ReportError(_("A report has up to %(count)d measures.") % {"count": MEASURES})
        if len(set(self.dimensions)) < len(self.dimensions):
            raise ReportError(_("Each group can be used once."))
        if self.column and not self.rows:
            raise ReportError(_("Choose a group for the rows as well."))
        if self.sort and self.sort.removeprefix("-") not in map(str, self.measures):
            raise ReportError(_("Sort by one of the measures of the report."))
        if self.chart not in ChartKind.values:
            raise ReportError(_("Choose one of the charts that are offered."))

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        return (*self.rows, *((self.column,) if self.column else ()))

    def parameters(self) -> dict[str, str]:
        """The definition as the texts it was read from."""
        return {
            "filter": orjson.dumps(self.filter).decode() if self.filter else "",
            "rows": ",".join(map(str, self.rows)),
            "column": str(self.column or ""),
            "measures": ",".join(map(str, self.measures)),
            "sort": self.sort,
            "top": str(self.top or ""),
            "chart": str(self.chart),
        }

    def checked(self, actor: Actor) -> "Checked":
        """The definition for a reader. Raises ReportError, FilterError."""
        readable = self.entity.readable(actor)
        node = read_filter(self.entity, actor, self.filter)
        for key in fields_used(node):
            if readable[key].is_masked:
                raise _unusable(key)
        dimensions = tuple(_dimension(one, readable) for one in self.dimensions)
        measures = tuple(_measured(one, readable) for one in self.measures)
        return Checked(self, node, dimensions, measures)


@dataclass(frozen=True)
class Checked:
    """A definition whose parts are open to the reader, with their fields; ``measured`` has None for the number of
    records."""

    definition: Definition
    filter: Node
    dimensions: tuple[Field, ...]
    measured: tuple[Field | None, ...]


def tree_of(text: str) -> Any:
    """The filter tree of a text."""
    try:
        return orjson.loads(text) if text else None
    except ValueError as error:
        raise ReportError(_("The filter cannot be read. Build it again with the filter button.")) from error


def _pairs(text: str) -> Iterable[tuple[str, str]]:
    for part in filter(None, (one.strip() for one in text.split(","))):
        head, _colon, tail = part.partition(":")
        yield head, tail


def _dimensions(text: str) -> tuple[Dimension, ...]:
    found = tuple(Dimension(key, bucket) for key, bucket in _pairs(text))
    if any(one.bucket and one.bucket not in Bucket.values for one in found):
        raise ReportError(_("Dates are put together by year, quarter, month, week or day."))
    return found


def _measures(text: str) -> tuple[Measure, ...]:
    found = tuple(dict.fromkeys(Measure(function, key) for function, key in _pairs(text)))
    for one in found:
        if one.function not in Function.values or (one.function == Function.COUNT) == bool(one.key):
            raise ReportError(
                _("“%(measure)s” is no measure. Choose one of those that are offered.") % {"measure": one}
            )
    return found


def _top(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= TOP and len(text) <= len(str(TOP))):
        raise ReportError(_("Show between 1 and %(count)d groups, or all of them.") % {"count": TOP})
    return int(text)


# --- what a reader may use ----------------------------------------------------------------------------------
def groupable(fields: Mapping[str, Field]) -> list[Field]:
    """Fields that can be groups. Personal data never: a group would be a person, looked at without a trace."""
    return [one for one in fields.values() if one.kind in _GROUPED and _open(one) and _grouped_by_itself(one)]


def measurable(fields: Mapping[str, Field]) -> list[Field]:
    """Number fields."""
    return [one for one in fields.values() if one.kind in NUMBERS and _open(one)]


def countable(fields: Mapping[str, Field]) -> list[Field]:
    """Fields whose different values can be counted."""
    return [*(one for one in groupable(fields) if one.kind not in DATES), *measurable(fields)]


def _open(field: Field) -> bool:
    return bool(field.lookup) and not field.is_masked and field.sensitivity not in MASKED_BY_DEFAULT


def _grouped_by_itself(field: Field) -> bool:
    """A field that stands on another one's column, or in several languages, has groups that its own filter cannot find."""
    return field.json or field.lookup in (field.key, f"{field.key}_id")


def _dimension(one: Dimension, readable: Mapping[str, Field]) -> Field:
    field = readable.get(one.key)
    if field is None or field not in groupable({one.key: field}):
        raise _unusable(one.key)
    if bool(one.bucket) != (field.kind in DATES):
        raise ReportError(_("Say for a date, and for a date only, how days are put together."))
    return field


def _measured(one: Measure, readable: Mapping[str, Field]) -> Field | None:
    if not one.key:
        return None
    field = readable.get(one.key)
    offered = countable if one.function == Function.DISTINCT else measurable
    if field is None or field not in offered({one.key: field}):
        raise _unusable(one.key)
    return field


def _unusable(key: str) -> ReportError:
    return ReportError(
        _("The report uses “%(field)s”, which does not exist here or is not open to you. Choose another field.")
        % {"field": key}
    )
