"""A report read through the gate: one statement with GROUP BY, put together into rows, columns and totals here.

Every number equals the exact count or sum of the list it leads to, for the same reader. Where different values are counted,
each total is a statement of its own; so it is where there are more groups than are shown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import DateField, DateTimeField, F, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.bulk.periods import Period
from guanxi.platform.entities.query import Query, condition
from guanxi.platform.reports.aggregates import Parts, Worked
from guanxi.platform.reports.definition import Checked, Definition, Dimension, ReportError

#: Groups that one report reads; groups of one level and columns that it shows; numbers that it draws at all.
CELLS, GROUPS, COLUMNS, DRAWN = 5_000, 500, 40, 20_000

Key = tuple[Any, ...]
Values = tuple[Parts | None, ...]


@dataclass(frozen=True)
class Line:
    """One row of a report: ``key`` are the values of the row groups it stands for, fewer of them for a subtotal, none for the
    total. ``rest`` says how many groups are put together in it."""

    key: Key
    total: tuple[Any, ...]
    cells: dict[Any, tuple[Any, ...]]
    rest: int = 0


@dataclass(frozen=True)
class Report:
    """``columns`` are the values across in their order; ``lines`` the groups, each before the groups within it; ``total``
    covers all records of the filter."""

    checked: Checked
    columns: tuple[Any, ...]
    lines: tuple[Line, ...]
    total: Line

    @property
    def definition(self) -> Definition:
        return self.checked.definition


def read(definition: Definition, actor: Actor, action: str = "view") -> Report:
    """Work out a report for a reader. Raises ReportError, FilterError."""
    return _Reading(definition.checked(actor), actor, action).report()


class _Reading:
    def __init__(self, checked: Checked, actor: Actor, action: str) -> None:
        self.checked, self.actor = checked, actor
        self.definition = checked.definition
        entity, query = self.definition.entity, Query(filter=checked.filter, action=action)
        self.records: QuerySet = query.rows(entity, actor).filter(condition(entity, actor, query)).order_by()
        self.measures = [
            Worked(one, field) for one, field in zip(self.definition.measures, checked.measured, strict=True)
        ]
        self.depth = len(self.definition.rows)
        self._tables: dict[tuple[int, bool], dict[Key, Values]] = {}

    # --- the database -----------------------------------------------------------------------------------------
    def _groups(self, depth: int, across: bool) -> dict[Key, Values]:
        """(values of the first row groups, the value across if asked for) → parts of each measure; most first."""
        chosen = [*range(depth), *([self.depth] if across else [])]
        keys = {
            f"dim{place}_": expression(self.definition.dimensions[place], self.checked.dimensions[place], self.actor)
            for place in chosen
        }
        if not keys:
            return {(): self._split(self.records.aggregate(**self._aggregates))}
        rows = self.records.annotate(**keys).values(*keys).annotate(**self._aggregates)
        found: dict[Key, Values] = {}
        for row in rows.order_by(f"-{next(iter(self._aggregates))}", *keys)[: CELLS + 1]:
            key = tuple(_plain(row[f"dim{place}_"], self.checked.dimensions[place]) for place in chosen)
            values = self._split(row)
            found[key] = self._merged(found[key], values) if key in found else values  # "" and nothing are one group
        return found

    @cached_property
    def _aggregates(self) -> dict[str, Any]:
        return {
            f"part{place}_{at}_": part
            for place, one in enumerate(self.measures)
            for at, part in enumerate(one.aggregates())
        }

    def _split(self, row: dict[str, Any]) -> Values:
        return tuple(
            tuple(row[f"part{place}_{at}_"] for at in range(len(one.aggregates())))
            for place, one in enumerate(self.measures)
        )

    # --- totals -----------------------------------------------------------------------------------------------
    def _table(self, depth: int, across: bool) -> dict[Key, Values]:
        """The groups at one depth, worked out of the finest ones where that can be."""
        place = (depth, across)
        if place not in self._tables:
            finest = self.finest
            exact = len(finest) <= CELLS and all(one.mergeable for one in self.measures)
            self._tables[place] = self._rolled_up(finest, depth, across) if exact else self._groups(depth, across)
        return self._tables[place]

    @cached_property
    def finest(self) -> dict[Key, Values]:
        across = self.definition.column is not None
        found = self._tables[self.depth, across] = self._groups(self.depth, across)
        if len(found) > CELLS and (self.depth > 1 or across):
            raise _too_many()
        return found

    def _rolled_up(self, finest: dict[Key, Values], depth: int, across: bool) -> dict[Key, Values]:
        found: dict[Key, Values] = {}
        for key, values in finest.items():
            short = (*key[:depth], *((key[-1],) if across else ()))
            found[short] = self._merged(found[short], values) if short in found else values
        return found or ({(): self._groups(0, False)[()]} if not depth and not across else {})

    def _merged(self, one: Values, other: Values) -> Values:
        return tuple(work.merged(a, b) for work, a, b in zip(self.measures, one, other, strict=True))

    # --- the report -------------------------------------------------------------------------------------------
    def report(self) -> Report:
        _first = self.finest
        columns = self._columns()
        lines = tuple(self._lines((), columns)) if self.depth else ()
        if len(lines) * (len(columns) + 1) > DRAWN:
            raise _too_many()
        return Report(self.checked, columns, lines, self._line((), columns))

    def _columns(self) -> tuple[Any, ...]:
        if self.definition.column is None:
            return ()
        found = [key[0] for key in self._ordered([(value,) for (value,) in self._table(0, True)], self.depth, True)]
        if len(found) > COLUMNS:
            raise ReportError(
                _("The report would have %(count)d columns; at most %(limit)d are shown. Choose another group across.")
                % {"count": len(found), "limit": COLUMNS}
            )
        return tuple(found)

    def _line(self, key: Key, columns: Iterable[Any]) -> Line:
        """The line of a group. Raises KeyError for a group without records."""
        total = self._table(len(key), False)[key]
        across = self._table(len(key), True) if self.definition.column else {}
        cells = {value: self._values(across[*key, value]) for value in columns if (*key, value) in across}
        return Line(key, self._values(total), cells)

    def _values(self, parts: Values) -> tuple[Any, ...]:
        return tuple(work.value(one) for work, one in zip(self.measures, parts, strict=True))

    def _lines(self, above: Key, columns: Sequence[Any]) -> Iterable[Line]:
        depth = len(above)
        children = self._ordered(self._below.get(above, []), depth, False)
        limit = (self.definition.top or GROUPS) if depth == 0 else GROUPS
        for key in children[:limit]:
            yield self._line(key, columns)
            if depth + 1 < self.depth:
                yield from self._lines(key, columns)
        if len(children) > limit:
            yield self._rest(above, children, limit, columns)

    @cached_property
    def _below(self) -> dict[Key, list[Key]]:
        found: dict[Key, list[Key]] = {}
        for depth in range(1, self.depth + 1):
            for key in self._table(depth, False):
                found.setdefault(key[:-1], []).append(key)
        return found

    def _rest(self, above: Key, children: Sequence[Key], limit: int, columns: Sequence[Any]) -> Line:
        """The groups beyond the shown ones as one."""
        depth, hidden = len(above), children[limit:]
        whole = self._table(depth + 1, False)
        if len(whole) > CELLS:  # not all were read: what is left of the total
            shown = self._sum([whole[key] for key in children[:limit]])
            left = zip(self.measures, self._table(depth, False)[above], shown, strict=True)
            return Line(above, self._values(tuple(work.without(total, one) for work, total, one in left)), {}, -1)
        across = self._table(depth + 1, True) if self.definition.column else {}
        cells = {}
        for value in columns:
            parts = [across[*key, value] for key in hidden if (*key, value) in across]
            if parts:
                cells[value] = self._values(self._sum(parts))
        return Line(above, self._values(self._sum([whole[key] for key in hidden])), cells, len(hidden))

    def _sum(self, parts: Sequence[Values]) -> Values:
        found = parts[0]
        for one in parts[1:]:
            found = self._merged(found, one)
        return found

    def _ordered(self, keys: Sequence[Key], depth: int, across: bool) -> list[Key]:
        """Groups of one level: by the measure asked for; dates in their order, others most first, nothing last."""
        definition = self.definition
        table = self._table(0 if across else depth + 1, across)
        names = [str(one) for one in definition.measures]
        place = names.index(definition.sort.removeprefix("-")) if definition.sort else 0
        worked = self.measures[place]
        values = {key: worked.value(table[key][place]) for key in keys}
        if (definition.dimensions[depth].bucket and not definition.sort) or across:
            by_value = not across or bool(definition.dimensions[depth].bucket)
            if by_value:
                return sorted(keys, key=lambda key: (key[-1] is None, key[-1] if key[-1] is not None else 0))
        down = definition.sort.startswith("-") or not definition.sort or across
        filled = sorted((key for key in keys if values[key] is not None), key=lambda key: values[key], reverse=down)
        return [*filled, *(key for key in keys if values[key] is None)]


def _too_many() -> ReportError:
    return ReportError(
        _("The report would have more than %(count)s groups. Narrow the filter or choose coarser groups.")
        % {"count": f"{CELLS:,}"}
    )


def expression(dimension: Dimension, field: Field, actor: Actor) -> Any:
    """What a group is made of in SQL. Moments fall into days of the reader's zone, as in filters."""
    if not dimension.bucket:
        return F(f"{field.lookup}_id" if field.kind is kinds.TREE else field.lookup)
    moment = field.kind is kinds.DATETIME
    value: Any = F(field.lookup)
    if field.json:
        value = Cast(KT(field.lookup), DateTimeField() if moment else DateField())
    zone = {"tzinfo": actor.zone} if moment else {}
    return Period(value, dimension.bucket, **zone)


def _plain(value: Any, field: Field) -> Any:
    """A group's value; None for all that is empty. Choices kept as numbers are known by their text."""
    if field.is_empty(value):
        return None
    if field.json and field.kind not in (kinds.DATE, kinds.DATETIME):
        value = field.unstored(value)
    return str(value) if field.kind is kinds.CHOICE else value
