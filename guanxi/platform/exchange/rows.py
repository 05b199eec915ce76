"""Rows for exports and prints: a fetch plan compiled once per columns and actor.

Fields that are columns come as tuples straight from the database; whatever is not (values in side tables, formulas)
is read from records or loaded in sets. Labels of links, choices and flags are looked up per chunk, never per row.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.beside import Beside, attach, values_of
from guanxi.platform.access.fields import Field
from guanxi.platform.entities import links, registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.exchange.choices import LinkText
from guanxi.platform.exchange.writing import Column, Kind
from guanxi.platform.refdata.selectors import region_resolver

AT_ONCE = 2_000
KIND_OF = {
    "longtext": Kind.LONGTEXT, "phone": Kind.PHONE, "integer": Kind.INTEGER, "decimal": Kind.DECIMAL, "money": Kind.MONEY,
    "date": Kind.DATE, "datetime": Kind.DATETIME, "boolean": Kind.BOOLEAN, "formula": Kind.DECIMAL,
}  # fmt: skip
Convert = Callable[[Sequence[Any]], Sequence[Any]]


@dataclass(frozen=True)
class _Fetched:
    """One column of the plan: where it stands in the fetched tuple (None: loaded), and how it is read and worded."""

    field: Field
    place: int | None
    read: Callable[[Any], Any] | None
    word: Convert | None


def customer_path(entity: Entity) -> str:
    """The path of ``values_list`` to the customer whose data a row is; "" for what is nobody's (regions, roles)."""
    if entity.is_customer:
        return "pk"
    if any(column.attname == "customer_id" for column in entity.source.model._meta.concrete_fields):
        return "customer_id"
    parent = entity.parent_entity()
    above = customer_path(parent) if parent else ""
    if not above:
        return ""
    return f"{entity.parent}_id" if above == "pk" else f"{entity.parent}__{above}"


class FetchPlan:
    """The rows of an entity as an actor may see them, in the order of ``keys``. Keys that are hidden from the actor
    do not exist. Raises LookupError for none left."""

    def __init__(
        self, entity: Entity, actor: Actor, keys: Sequence[str], *, links_as: LinkText = LinkText.NAME
    ) -> None:
        self.entity, self.actor, self.links_as = entity, actor, links_as
        readable = entity.readable(actor)
        self.fields = [readable[key] for key in dict.fromkeys(keys) if key in readable]
        if not self.fields:
            raise LookupError("no column is left to be exported")
        source = entity.source
        columns = {field.key: field.key if field.sealed else source.column(field) for field in self.fields}
        #: The customers whose data were fetched so far, for the audit.
        self.customers: set[int] = set()
        self._customer = customer_path(entity)
        #: Values that no column holds need the record itself, or come in sets from a side table.
        self._by_record = any(not columns[field.key] and not field.stored_beside for field in self.fields)
        self._beside = [place for field in self.fields if (place := field.stored_beside)]
        uid = "uid" if any(field.sealed for field in self.fields) else ""  # an encrypted value is bound to it
        named = dict.fromkeys([self._customer, uid, *columns.values()])
        self.names = ["pk", *(column for column in named if column not in ("", "pk"))]
        self._fetched = [
            _Fetched(
                field,
                self.names.index(columns[field.key]) if columns[field.key] else None,
                source.reader(field),
                self._wording(field),
            )
            for field in self.fields
        ]

    def columns(self) -> list[Column]:
        """What the writers need: keys, headings in the reader's language, kinds."""
        return [
            Column(
                field.key,
                str(field.label),
                KIND_OF.get(field.kind.key, Kind.TEXT),
                unit="CNY" if field.kind is kinds.MONEY else None,
            )
            for field in self.fields
        ]

    def rows(self, queryset: QuerySet) -> Iterator[tuple[Any, ...]]:
        """The values of every row. Streams: not for use while the same connection writes."""
        chunks = self._from_records(queryset) if self._by_record else self._from_columns(queryset)
        for columns in chunks:
            yield from zip(*columns, strict=True)

    def _from_columns(self, queryset: QuerySet) -> Iterator[list[Sequence[Any]]]:
        found = iter(queryset.values_list(*self.names).iterator(chunk_size=AT_ONCE))
        while chunk := list(islice(found, AT_ONCE)):
            stored = list(zip(*chunk, strict=True))
            if self._customer:
                self.customers.update(stored[self.names.index(self._customer)])
            loaded = values_of(self._beside, stored[0])
            yield [self._values(one, stored, loaded) for one in self._fetched]

    def _values(
        self, one: _Fetched, stored: Sequence[Sequence[Any]], loaded: dict[Beside, dict[int, Any]]
    ) -> Sequence[Any]:
        values: Sequence[Any]
        if place := one.field.stored_beside:
            values = [loaded[place].get(pk) for pk in stored[0]]
            if one.field.is_masked:
                values = [one.field.exported(value) for value in values]
        elif one.place is None:
            values = [None] * len(stored[0])
        elif one.field.sealed:
            values = self._opened(one.field, *(stored[self.names.index(name)] for name in ("pk", "uid", one.field.key)))
        else:
            values = stored[one.place]
        if one.read is not None:
            values = list(map(one.read, values))
        return one.word(values) if one.word else values

    def _opened(self, field: Field, *columns: Sequence[Any]) -> list[Any]:
        """Encrypted values in clear, or masked: each read from a record that holds no more than it needs."""
        model = self.entity.source.model
        key, name, found = model._meta.pk.attname, field.key, []  # type: ignore[union-attr]
        for pk, uid, held in zip(*columns, strict=True):
            record = model.__new__(model)
            record.__dict__ |= {key: pk, "uid": uid, name: held}
            found.append(field.get(record))
        return found

    def _from_records(self, queryset: QuerySet) -> Iterator[list[Sequence[Any]]]:
        found = iter(queryset.iterator(chunk_size=AT_ONCE))
        while chunk := list(islice(found, AT_ONCE)):
            self.customers.update(filter(None, map(self.entity.customer_of, chunk)))
            attach(self.fields, chunk)
            yield [
                one.word(values) if one.word else values
                for one in self._fetched
                for values in [list(map(one.field.get, chunk))]
            ]

    # --- wording ----------------------------------------------------------------------------------------
    def _wording(self, field: Field) -> Convert | None:
        if field.is_link:
            return self._link_words(field)
        if field.kind in (kinds.CHOICE, kinds.MULTICHOICE):
            labels = {value: str(label) for value, label in field.choice_labels().items()}
            if field.kind is kinds.CHOICE:
                return lambda values: [labels.get(value, value) for value in values]
            return lambda values: ["; ".join(labels.get(part, part) for part in value or ()) for value in values]
        if field.kind is kinds.TAGS:
            return lambda values: ["; ".join(value or ()) for value in values]
        if field.kind.worded:
            return lambda values: [field.display(value, self.actor.zone) for value in values]
        return None

    def _link_words(self, field: Field) -> Convert:
        known: dict[Any, str] = {None: ""}

        def word(values: Sequence[Any]) -> Sequence[Any]:
            new = set(values) - known.keys()
            if new:
                known.update(dict.fromkeys(new, _("not open to you")))
                known.update(self._labels(field, new))
            return list(map(known.__getitem__, values))

        return word

    def _labels(self, field: Field, ids: Iterable[int]) -> dict[int, str]:
        target = registry.find(field.target)
        by_code = self.links_as is LinkText.CODE and target is not None and "code" in target.fields()
        if target is None or not target.in_full(self.actor, "code" if by_code else target.title_field):
            return links.labels(field.target, list(ids), self.actor)
        if field.target == "refdata.region":
            # The whole name, from the province down: a county's own name is not unique, and an import must find it again.
            resolver = region_resolver()
            return {
                pk: resolver.full_label(entry) if self.links_as is LinkText.NAME else entry.code
                for pk in ids
                if (entry := resolver.by_id(pk))
            }
        if by_code:
            code = target.source.column(target.fields()["code"])
            return dict(links.known(target, list(ids), self.actor).values_list("pk", code))
        return links.labels(field.target, list(ids), self.actor)
