"""Values that belong to records but lie in a table of their own: the latest figure of each kind, one row per record and name.

A room registers the table once; a field then says in which table and under which name its values lie (``Beside``). Filters
look the name and value up in an index and give ids, a page of records fetches its values by one query, and the same look-up
is a source of right where a set of records is limited by it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Protocol

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models import OuterRef, Q, QuerySet
from django.db.models import Subquery as Correlated

from guanxi.platform.bulk import key_in
from guanxi.platform.bulk.prepared import Prepared, Subquery

#: The tests of a value that are one place or one range of the index.
LOOKUPS = {"eq": "exact", "in": "in", "lt": "lt", "le": "lte", "gt": "gt", "ge": "gte", "between": "range"}


@dataclass(frozen=True)
class SideTable:
    """``host``, ``name`` and ``value`` are its columns: the id of the record, what the value is called, the value. It has a
    unique constraint over host and name, and an index over name, value and host (``checks``)."""

    key: str
    model: type[models.Model]
    host: str
    name: str
    value: str

    @property
    def rows(self) -> QuerySet:
        return self.model._base_manager.order_by()


_tables: dict[str, SideTable] = {}


def register_table(table: SideTable) -> SideTable:
    """Add a table; its key must be new."""
    if table.key in _tables:
        raise ImproperlyConfigured(f"two side tables are called {table.key}")
    _tables[table.key] = table
    return table


def tables() -> list[SideTable]:
    """All tables in the order of their registration."""
    return list(_tables.values())


@dataclass(frozen=True)
class Beside:
    """Where the values of one field lie."""

    table: SideTable
    name: str

    @property
    def rows(self) -> QuerySet:
        """The rows of all its values."""
        return self.table.rows.filter(**{self.table.name: self.name})

    def condition(self, operator: str, values: tuple[Any, ...]) -> Q | None:
        """The operators of a filter (``Field.conditions``)."""
        if operator == "filled":
            return Q(pk__in=self.rows.values(self.table.host))
        return Q(pk__in=self.found(operator, values)) if operator in LOOKUPS else None

    def found(self, operator: str, values: Sequence[Any]) -> QuerySet:
        """The ids of the records whose value passes the test."""
        value = list(values) if operator in ("in", "between") else values[0]
        rows = self.rows.filter(**{f"{self.table.value}__{LOOKUPS[operator]}": value})
        return rows.values(self.table.host)

    def column(self) -> Correlated:
        """The value as a column of the records, to sort them by."""
        return Correlated(self.rows.filter(**{self.table.host: OuterRef("pk")}).values(self.table.value)[:1])

    def get(self, record: Any) -> Any:
        """The value of a record: what ``attach`` fetched for its page, else asked for."""
        attached: dict[Beside, Any] = record.__dict__.setdefault(_ATTACHED, {})
        if self not in attached:
            attached[self] = self.values([record.pk]).get(record.pk)
        return attached[self]

    def values(self, ids: Iterable[int]) -> dict[int, Any]:
        """Id → value, of those records that have one."""
        return values_of([self], ids)[self]


_ATTACHED = "_beside"


def values_of(places: Iterable[Beside], ids: Iterable[int]) -> dict[Beside, dict[int, Any]]:
    """Place → id → value. One query per table, whatever the number of its fields and records."""
    wanted = set(ids)
    found: dict[Beside, dict[int, Any]] = {place: {} for place in places}
    for table in dict.fromkeys(place.table for place in found):
        names = [place.name for place in found if place.table == table]
        rows = table.rows.filter(key_in(table.host, wanted), **{f"{table.name}__in": names})
        for host, name, value in rows.values_list(table.host, table.name, table.value):
            found[Beside(table, name)][host] = value
    return found


class Described(Protocol):
    """A field that may lie beside its record (fields.Field)."""

    @property
    def stored_beside(self) -> Beside | None: ...


def attach(fields: Iterable[Described], records: Sequence[Any]) -> None:
    """Fetch the values of a page of records, so that ``get`` asks for none of them alone."""
    places = [place for field in fields if (place := field.stored_beside)]
    if not places or not records:
        return
    found = values_of(places, [record.pk for record in records])
    for record in records:
        record.__dict__[_ATTACHED] = {place: values.get(record.pk) for place, values in found.items()}


@dataclass(frozen=True)
class BesideIds:
    """The records whose value passes a test, as a small set of ids that a right reaches (``gate.Reached``): one range of
    the index, asked with each statement. ``values`` are texts of numbers, as a set of records keeps them."""

    table: str
    name: str
    operator: str
    values: tuple[str, ...]
    entity: str
    of_customers: bool
    levels: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """Two tests are two sets: a right may ask for both."""
        return f"beside {self.table} {self.name} {self.operator} {self.values}"

    @property
    def known(self) -> bool:
        """Whether its table is installed: without it nobody passes."""
        return self.table in _tables and self.operator in LOOKUPS

    @property
    def host(self) -> str:
        """The column of the ids in ``rows``."""
        return _tables[self.table].host

    def rows(self) -> QuerySet:
        place = Beside(_tables[self.table], self.name)
        return place.found(self.operator, [Decimal(value) for value in self.values])

    @cached_property
    def within(self) -> Subquery:
        """The same to stand behind ``…__in``."""
        return Prepared(self.rows).within({})
