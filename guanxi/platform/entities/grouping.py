"""The records of a list counted and summed per value of a field."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, Count, F, QuerySet, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext as _

from guanxi.platform.access import gate, kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.words import stored
from guanxi.platform.bulk import Unordered
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.query import Query, SortError, condition

GROUP_LIMIT = 500
#: So many values of a field are put together from several parts of a list.
MOST_VALUES = 10_000


@dataclass(frozen=True)
class Group:
    """One value of the grouping field with its exact number of records and the sum of ``total``."""

    value: Any
    count: int
    total: Decimal | int | None = None


def groups(
    entity: Entity, actor: Actor, query: Query, by: str, total: str = "", most: int = GROUP_LIMIT
) -> list[Group]:
    """The records counted per value of a field, most frequent first."""
    fields = entity.readable(actor)
    field = fields.get(by)
    if field is None or not field.lookup or field.kind in (kinds.LONGTEXT, kinds.MULTICHOICE):
        raise SortError(_("The list cannot be grouped by “%(field)s”.") % {"field": by})
    summed = fields.get(total)
    sums = {"total_": _sum(summed)} if summed and summed.lookup else {}
    where = condition(entity, actor, query)
    everything = gate.EVERY_ROW in gate.sources(actor, entity, query.action) and not where

    def counted(rows: QuerySet) -> QuerySet:
        rows = rows.filter(where).order_by().values(value_=_value(field, in_order=everything))
        return rows.annotate(count_=Count("pk"), **sums).order_by("-count_", "value_")

    parts = query.parts(entity, actor)
    found = _added(counted(rows)[: MOST_VALUES + 1] for rows in parts) if len(parts) > 1 else None
    if found is None:
        found = list(counted(query.rows(entity, actor))[:most])
    unscaled = summed.unstored if summed and summed.json else lambda total: total
    return [Group(row["value_"], row["count_"], unscaled(row.get("total_"))) for row in found[:most]]


def _value(field: Field, *, in_order: bool) -> F | Unordered:
    """The column of a field. Some of the rows are found by what picks them, not by reading all in the order of this column."""
    column = F(f"{field.lookup}_id" if field.kind is kinds.TREE else field.lookup)
    return column if in_order or field.json else Unordered(column)


def _added(parts: Iterable[QuerySet]) -> list[dict[str, Any]] | None:
    """The groups of all parts, the most frequent ones; None where a part has too many to be put together here."""
    found: dict[Any, dict[str, Any]] = {}
    for rows in map(list, parts):
        if len(rows) > MOST_VALUES:
            return None
        for row in rows:
            value = row["value_"]
            known = found.setdefault(stored(value) if isinstance(value, list) else value, row)
            if known is not row:
                known |= {name: known[name] + row[name] for name in row if name != "value_"}
    return [row for _value, row in sorted(found.items(), key=_rank)]


def _rank(group: tuple[Any, dict[str, Any]]) -> tuple:
    """Frequent ones first, of equal ones the empty one last."""
    value, row = group
    return (-row["count_"], True) if value is None else (-row["count_"], False, value)


def _sum(field: Field) -> Coalesce:
    """The sum of a number field; those in JSON are kept as whole numbers of their scale."""
    value = Cast(KT(field.lookup), BigIntegerField()) if field.json else F(field.lookup)
    return Coalesce(Sum(value), 0)
