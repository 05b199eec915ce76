"""Reading many records: the ordered merge over the sources of right, counts."""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.core import signing
from django.db import connections
from django.db.models import F, Model, Q, QuerySet
from django.utils.translation import gettext as _

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.words import stored
from guanxi.platform.bulk import through
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.lookups import record_lookups
from guanxi.platform.feel.compiler import Reader, compile_filter
from guanxi.platform.feel.nodes import EVERYTHING, FilterError, Node, parse

COUNT_LIMIT = 10_000
SORT_LIMIT = 50_000
PAGE_LIMIT = 200
#: So many rows of a source of right take as long to sort as the next page of a million takes to come along in order.
MANY = 10_000
#: The name of a column that lies beside its record while a list is sorted by it.
BESIDE = "sorted_beside"


class SortError(ValueError):
    """The list cannot be sorted this way; the message says what can be done."""


@dataclass(frozen=True)
class Sort:
    """``field`` is a field key, or "id" for order of entry."""

    field: str
    descending: bool = False

    @classmethod
    def parse(cls, text: str) -> "Sort":
        return cls(text.removeprefix("-"), text.startswith("-"))

    def __str__(self) -> str:
        return f"-{self.field}" if self.descending else self.field


@dataclass(frozen=True)
class Query:
    """What a list shows: ``text`` is the one-line search within it, ``filter`` the tree. ``deleted`` reads the
    recycle bin instead of the live rows; ``action`` should then be "restore"."""

    filter: Node = EVERYTHING
    text: str = ""
    sort: Sort | None = None
    action: str = "view"
    deleted: bool = False

    def rows(self, entity: Entity, actor: Actor) -> QuerySet:
        """All rows that the list may show, before its filter."""
        return gate.narrow(
            entity.source.rows(deleted=self.deleted), gate.sources(actor, entity, self.action), entity.every_row()
        )

    def parts(self, entity: Entity, actor: Actor) -> list[QuerySet]:
        """The same rows in parts that have none in common, to be counted."""
        rows = entity.source.rows(deleted=self.deleted).order_by()
        return gate.apart(rows, gate.sources(actor, entity, self.action), entity.every_row())


@dataclass(frozen=True)
class Page:
    """``after``/``before`` are cursors for the neighbouring pages or empty."""

    records: list[Any]
    after: str = ""
    before: str = ""


def read_filter(entity: Entity, actor: Actor, tree: Any) -> Node:
    """Parse a JSON tree for this reader: fields hidden from them do not exist. Raises FilterError; LimitReached when
    it searches masked fields too often."""
    fields = entity.readable(actor)
    node = parse(tree, lambda key: fields.get(key))
    if entity.field_rights(actor).masked:
        record_lookups(entity, actor, node)
    return node


def condition(entity: Entity, actor: Actor, query: Query) -> Q:
    """The query's filter and text as one condition."""
    fields = entity.readable(actor)
    found = compile_filter(query.filter, fields.__getitem__, Reader(actor.stands_for, actor.today(), actor.zone))
    words = query.text.replace("\0", " ").split()  # no text holds a NUL, and PostgreSQL takes none in a question
    for word in words[:5]:
        any_field = Q()
        for key in text_fields(entity, fields):
            any_field |= fields[key].containing(word)
        found &= any_field
    return found


def text_fields(entity: Entity, fields: dict[str, Field]) -> list[str]:
    """The fields the one-line search looks into: title and code."""
    keys = [key for key in dict.fromkeys((entity.title_field, "code")) if key in fields]
    return [key for key in keys if fields[key].kind.blank and not fields[key].is_masked]


def ordered(rows: QuerySet, entity: Entity, actor: Actor, sort: Sort) -> QuerySet:
    """All rows in an order, by id alone where the actor cannot sort so."""
    field, sign = entity.readable(actor).get(sort.field), "-" if sort.descending else ""
    if field is None or not field.sortable:
        return rows.order_by(f"{sign}pk")
    if field.beside:
        value = F(BESIDE)
        rows = rows.annotate(**{BESIDE: field.beside.column()})
        return rows.order_by(
            value.desc(nulls_last=True) if sort.descending else value.asc(nulls_last=True), f"{sign}pk"
        )
    return rows.order_by(f"{sign}{field.lookup}", f"{sign}pk")


def page(entity: Entity, actor: Actor, query: Query, *, limit: int = 50, after: str = "", before: str = "") -> Page:
    """One page of records by key. One query per source of right; of several sources they read the keys alone, and the page
    is fetched when it is known. Raises FilterError, SortError."""
    limit = min(limit, PAGE_LIMIT)
    where = condition(entity, actor, query)
    order = order_of(entity, actor, query, where)
    backwards = bool(before)
    start = _read_cursor(before or after, order)
    whole = order.prepared(entity.source.rows(deleted=query.deleted))
    base, rights = whole.filter(where), gate.sources(actor, entity, query.action)
    if len(rights) > 1:
        base = base.values_list("pk", *order.columns(entity.source.model), named=True)
    lists = [_slice(_reached(base, entity, one, order), order, start, backwards, limit + 1) for one in rights]
    records = _merge(lists, order, backwards, limit + 1)
    more, records = len(records) > limit, records[:limit]
    if len(rights) > 1:
        found = whole.in_bulk([record.pk for record in records])
        records = [found[record.pk] for record in records if record.pk in found]
    if backwards:
        records.reverse()
    return Page(
        records,
        after=cursor_at(records[-1], order) if records and (more or backwards) else "",
        before=cursor_at(records[0], order) if records and (more if backwards else bool(after)) else "",
    )


@dataclass(frozen=True)
class Order:
    """Sort by ``column`` (empty: by id alone), then by id, both in the same direction. ``annotated`` is the column of a
    value that lies beside its record."""

    column: str
    descending: bool
    nullable: bool
    read: Callable[[Any], Any]
    field: Field | None
    annotated: Any = None
    index: str = ""

    def prepared(self, rows: QuerySet) -> QuerySet:
        """The rows with what they are sorted by."""
        return rows.annotate(**{self.column: self.annotated}) if self.annotated is not None else rows

    def columns(self, model: type[Model]) -> tuple[str, ...]:
        """What its keys are made of, beside the id, by the names under which records have it."""
        if not self.column or self.annotated is not None:
            return (self.column,) if self.column else ()
        field: Any = model._meta.get_field(self.column.partition("__")[0])
        return (field.attname,)

    @property
    def salt(self) -> str:
        """A cursor goes only with the kind of sort it was made for: its value would not fit another."""
        return f"guanxi.cursor.{self.column}.{self.field.kind.key if self.field else 'id'}"

    def key(self, record: Any) -> Any:
        value = self.read(record) if self.column else None
        if isinstance(value, list) and not (self.field and self.field.json):
            value = stored(value)
        return (value is None, value, record.pk) if value is not None else (True, record.pk)


def order_of(entity: Entity, actor: Actor, query: Query, where: Q) -> Order:
    sort = query.sort or Sort.parse(entity.usual_order(query.filter))
    if sort.field == "id":
        return Order("", sort.descending, False, lambda record: None, None)
    field = entity.readable(actor).get(sort.field)
    if field is None or not field.sortable:
        raise SortError(_("The list cannot be sorted by “%(field)s”.") % {"field": sort.field})
    if not field.indexed and _number(entity, actor, query, where, SORT_LIMIT) > SORT_LIMIT:
        raise SortError(
            _("More than %(limit)s records cannot be sorted by “%(field)s”. Narrow the list with a filter first.")
            % {"limit": f"{SORT_LIMIT:,}", "field": field.label}
        )
    if field.beside:
        return Order(BESIDE, sort.descending, True, attrgetter(BESIDE), field, field.beside.column())
    nullable = field.json or entity.source.model._meta.get_field(field.lookup.split("__")[0]).null
    column = field.lookup.replace(".", "__")
    # With a filter nobody knows how far the next row is.
    sqlite = connections[entity.source.every().db].vendor == "sqlite"
    index = entity.source.index_of(field) if sqlite and query.filter == EVERYTHING and not query.text else ""
    return Order(column, sort.descending, nullable, _stored_reader(field), field, index=index)


def _stored_reader(field: Field) -> Callable[[Any], Any]:
    """Reads the comparable stored value: the JSON form for fields in JSON, the column for labels."""
    if field.json:
        return lambda record: field.stored(field.get(record))
    if field.is_link:
        return field.get
    name = field.lookup
    return lambda record: getattr(record, name)


def _reached(rows: QuerySet, entity: Entity, right: gate.Source, order: Order) -> QuerySet:
    """What a source of right reaches. SQLite sorts all that a department or a kind of record has rather than read on in the
    order that is asked for: of many it must follow that order's index, in which the next ones come soon."""
    found = rows.filter(right.condition())
    if not order.index or right.within or not (right.equal or entity.source.only):
        return found
    many = entity.source.every().filter(right.condition())[: MANY + 1].count() > MANY
    return through(found, order.index) if many else found


def _slice(rows: QuerySet, order: Order, start: tuple | None, backwards: bool, limit: int) -> list[Any]:
    """The next rows in the direction of reading. Empty values stand at the end, and are read by a query of their own:
    one order over both could not follow an index."""
    down = order.descending != backwards
    if not order.nullable:
        return _ordered(rows, order.column, start, down, limit)
    filled, empty = Q(**{f"{order.column}__isnull": False}), Q(**{f"{order.column}__isnull": True})
    parts = [(filled, order.column), (empty, "")]
    if backwards:
        parts.reverse()
    if start is not None and (start[0] is None) != backwards:  # the cursor stands in the second part
        parts = parts[1:]
    found: list[Any] = []
    for place, (where, column) in enumerate(parts):
        begin = start if place == 0 else None
        found += _ordered(rows.filter(where), column, begin, down, limit - len(found))
        if len(found) >= limit:
            break
    return found


def _ordered(rows: QuerySet, column: str, start: tuple | None, down: bool, limit: int) -> list[Any]:
    """Rows by a column (by id alone without one) strictly after the cursor."""
    if start is not None:
        rows = rows.filter(_beyond(column, start, down))
    terms = [f"-{column}" if down else column] if column else []
    return list(rows.order_by(*terms, "-pk" if down else "pk")[:limit])


def _beyond(column: str, start: tuple, down: bool) -> Q:
    value, pk = start
    side = "lt" if down else "gt"
    same_id = Q(**{f"pk__{side}": pk})
    if not column:
        return same_id
    further = Q(**{f"{column}__{side}": value}) | (Q(**{column: value}) & same_id)
    return Q(**{f"{column}__{side}e": value}) & further


def _merge(lists: Sequence[list[Any]], order: Order, backwards: bool, limit: int) -> list[Any]:
    """The first ``limit`` different records of several lists sorted alike."""
    if len(lists) == 1:
        return lists[0]
    down = order.descending != backwards
    decorated = [
        sorted(
            ((Directed(order.key(record), down, backwards), record.pk, record) for record in rows),
            key=lambda item: item[0],
        )
        for rows in lists
    ]
    found: dict[int, Any] = {}
    for _key, pk, record in heapq.merge(*decorated, key=lambda item: item[0]):
        found.setdefault(pk, record)
        if len(found) >= limit:
            break
    return list(found.values())


class Directed:
    """A sort key in a direction, empty values last (first when reading backwards)."""

    __slots__ = ("down", "empty", "key")

    def __init__(self, key: tuple, down: bool, backwards: bool) -> None:
        self.empty = key[0] != backwards
        self.key, self.down = key[1:], down

    def __lt__(self, other: "Directed") -> bool:
        if self.empty != other.empty:
            return other.empty
        return self.key > other.key if self.down else self.key < other.key


def cursor_at(record: Any, order: Order) -> str:
    value = order.read(record) if order.column else None
    if value is not None and order.field is not None and not order.field.json:
        value = order.field.exported(value)
    return signing.dumps([value, record.pk], salt=order.salt, compress=True)


def _read_cursor(text: str, order: Order) -> tuple | None:
    if not text:
        return None
    try:
        value, pk = signing.loads(text, salt=order.salt)
        if value is not None and order.field is not None and not order.field.json and not order.field.is_link:
            value = order.field.imported(value)
        return value, int(pk)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise FilterError(_("The link to this page is no longer valid. Go back to the start of the list.")) from error


def count(entity: Entity, actor: Actor, query: Query, *, exact: bool = False) -> tuple[int, bool]:
    """(number, whether it is exact): exact up to COUNT_LIMIT unless asked for more."""
    where = condition(entity, actor, query)
    if exact:
        return sum(rows.filter(where).count() for rows in query.parts(entity, actor)), True
    number = _number(entity, actor, query, where, COUNT_LIMIT)
    return min(number, COUNT_LIMIT), number <= COUNT_LIMIT


def _number(entity: Entity, actor: Actor, query: Query, where: Q, limit: int) -> int:
    """How many there are, counted as far as one more than ``limit``."""
    number = 0
    for rows in query.parts(entity, actor):
        number += rows.filter(where)[: limit + 1 - number].count()
        if number > limit:
            break
    return number
