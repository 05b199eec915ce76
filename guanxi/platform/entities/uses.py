"""Which stored things name a field of a kind of record: rules, filters, reports, layouts. A room says where its own are, in
one declaration, and whoever takes a field away learns what that touches:

    class CleanupRuleEntity(Entity):
        naming = Naming("target", trees=("filter",), stops=True)

What is no entity (a saved view) is declared by ``declare``. All wanted fields of all records are asked for in one query per
kind of stored thing, narrowed by the database to rows in whose text the key stands, and then read exactly.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import orjson
from django.db.models import CharField, Model, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.bulk import key_in
from guanxi.platform.entities import registry
from guanxi.platform.feel.expressions import parse
from guanxi.platform.feel.faults import ExpressionError
from guanxi.platform.feel.tree import Literal, Name, names_used

if TYPE_CHECKING:
    from guanxi.platform.entities.entity import Entity

#: Stored things of one kind that are looked through, and those of them that are named.
MOST, NAMED = 2_000, 20
_WORD = re.compile(r"\w+")
#: Every name in a text → the values that stand beside it, as far as the text tells.
Mentions = dict[str, set[str]]


class Wanted(NamedTuple):
    """A field of a kind of record, or one of its choices."""

    entity: str
    field: str
    choice: str = ""


@dataclass(frozen=True)
class Naming:
    """Where rows name fields. ``of`` is the column with the key of the kind of record, that key itself, or empty where only
    ``about(row)`` knows it. ``feel`` are columns with expressions; ``parts`` those with filters, keys, lists of keys or
    addresses of lists; ``options`` (column of values, column of the field they belong to). Rows that are not in use are left
    out, by ``used`` or a column ``active``. ``stops``: without the field the thing works wrongly, so it must be changed first;
    else it goes on without the field. ``each(row)`` gives kind of record → keys where one row names fields of several kinds:
    then ``parts`` only say in whose text they stand."""

    of: str
    feel: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    options: tuple[str, str] | None = None
    used: str = "active"
    stops: bool = False
    about: Callable[[Any], str] | None = None
    each: Callable[[Any], Mapping[str, Collection[str]]] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.feel, *self.parts)


@dataclass(frozen=True, eq=False)
class Store:
    """A kind of stored things. ``seen(actor)`` are those that a person may see, ``address(row)`` (entity, record id or 0, query)
    of where one is opened."""

    naming: Naming
    label: str | Promise
    rows: Callable[[], QuerySet]
    seen: Callable[[Actor], QuerySet]
    title: Callable[[Any, Actor], str]
    address: Callable[[Any], tuple[str, int, str]]


@dataclass(frozen=True)
class Named:
    """One stored thing by the name under which the reader knows it; ``entity`` is empty where no page shows it."""

    title: str
    entity: str
    record: int
    query: str


@dataclass(frozen=True)
class Use:
    """The stored things of one kind that name a field, as a reader is told: those that they may see, and how many more."""

    label: str
    stops: bool
    named: tuple[Named, ...]
    more: int

    def __str__(self) -> str:
        names = ", ".join(one.title for one in self.named)
        if self.more and names:
            return _("%(kind)s: %(names)s and %(count)d more") % {
                "kind": self.label,
                "names": names,
                "count": self.more,
            }
        if self.more:
            return _("%(kind)s: %(count)d that are not open to you") % {"kind": self.label, "count": self.more}
        return _("%(kind)s: %(names)s") % {"kind": self.label, "names": names}


_declared: list[Store] = []


def declare(
    model: type[Model], naming: Naming, *, label: str | Promise, seen: Callable[[Actor], QuerySet],
    address: Callable[[Any], tuple[str, int, str]],
) -> None:  # fmt: skip
    """Say where rows of a table that is no entity name fields."""
    _declared.append(Store(naming, label, model._default_manager.all, seen, lambda row, _actor: str(row), address))


def stores() -> list[Store]:
    """All kinds of stored things that name fields."""
    return [*(_of_entity(one) for one in registry.declared() if one.naming), *_declared]


def _of_entity(entity: "Entity") -> Store:
    assert entity.naming is not None

    def seen(actor: Actor) -> QuerySet:
        return entity.rows(actor) if gate.permits(actor, entity, "view") else entity.base_rows().none()

    return Store(
        entity.naming, entity.label_plural, entity.base_rows, seen, entity.title_of, lambda row: (entity.key, row.pk, "")
    )  # fmt: skip


# --- finding ------------------------------------------------------------------------------------------------
def found(wanted: Iterable[Wanted], *, stopping: bool = False) -> dict[Wanted, list[tuple[Store, list[int]]]]:
    """Field → the kinds of stored things that name it, with the ids of the rows. One query per kind; ``stopping`` asks only
    for those that work wrongly without the field."""
    wanted = set(wanted)
    result: dict[Wanted, list[tuple[Store, list[int]]]] = defaultdict(list)
    for store in stores() if wanted else ():
        if stopping and not store.naming.stops:
            continue
        ids: dict[Wanted, list[int]] = defaultdict(list)
        for row in _candidates(store, wanted):
            for one in _named_in(store.naming, row, wanted):
                ids[one].append(row.pk)
        for one, those in ids.items():
            result[one].append((store, those))
    return result


def uses_of(wanted: Wanted, actor: Actor) -> list[Use]:
    """What names a field, as the actor may know it."""
    return told(found([wanted]), actor).get(wanted, [])


def told(using: Mapping[Wanted, Sequence[tuple[Store, list[int]]]], actor: Actor) -> dict[Wanted, list[Use]]:
    """What was found in words for the actor: first what works wrongly without the field. One query per kind of stored
    thing. A choice that is offered no more is still known, so nothing does without one."""
    ids: dict[Store, set[int]] = defaultdict(set)
    for store, those in (one for pairs in using.values() for one in pairs):
        ids[store].update(those[:NAMED])
    names = {
        store: {row.pk: Named(store.title(row, actor), *store.address(row)) for row in _open(store, those, actor)}
        for store, those in ids.items()
    }
    result = {}
    for wanted, pairs in using.items():
        uses = [_use(store, those, names[store], store.naming.stops and not wanted.choice) for store, those in pairs]
        result[wanted] = sorted(uses, key=lambda one: not one.stops)
    return result


def _open(store: Store, ids: set[int], actor: Actor) -> QuerySet:
    return store.seen(actor).filter(key_in("pk", ids))


def _use(store: Store, ids: Sequence[int], names: Mapping[int, Named], stops: bool) -> Use:
    named = tuple(names[pk] for pk in ids[:NAMED] if pk in names)
    return Use(str(store.label), stops, named, len(ids) - len(named))


def _candidates(store: Store, wanted: set[Wanted]) -> QuerySet:
    """The rows in use in whose columns one of the keys stands somewhere."""
    naming, rows = store.naming, store.rows()
    if naming.of and "." not in naming.of:
        rows = rows.filter(**{f"{naming.of}__in": {one.entity for one in wanted}})
    elif naming.of and naming.of not in {one.entity for one in wanted}:
        return rows.none()
    if naming.used != "active" or any(field.name == "active" for field in rows.model._meta.concrete_fields):
        rows = rows.filter(**{naming.used: True})
    for column in naming.columns:
        rows = rows.annotate(**{f"text_of_{column}": _text(rows.model, column)})
    keys = sorted({one.field for one in wanted})
    held = reduce(or_, (Q(**{f"text_of_{column}__contains": key}) for column in naming.columns for key in keys))
    return rows.filter(held).order_by("pk")[:MOST]


def _text(model: type[Model], column: str) -> Cast:
    return Cast(column, CharField() if isinstance(model._meta.get_field(column), CharField) else TextField())


def _named_in(naming: Naming, row: Any, wanted: set[Wanted]) -> Iterator[Wanted]:
    if naming.each:
        named = naming.each(row)
        yield from (one for one in wanted if one.field in named.get(one.entity, ()) and not one.choice)
        return
    key = naming.about(row) if naming.about else naming.of if "." in naming.of else getattr(row, naming.of)
    mentions: Mentions = defaultdict(set)
    for column in naming.feel:
        _merge(mentions, in_expression(getattr(row, column), key))
    for column in naming.parts:
        _merge(mentions, in_stored(getattr(row, column)))
    if naming.options:
        values, field = naming.options
        mentions[getattr(row, field)] |= set(getattr(row, values) or ())
    for one in wanted:
        if one.entity == key and one.field in mentions and (not one.choice or one.choice in mentions[one.field]):
            yield one


def _merge(mentions: Mentions, others: Mentions) -> None:
    for name, values in others.items():
        mentions[name] |= values


# --- reading ------------------------------------------------------------------------------------------------
def in_expression(text: str, key: str) -> Mentions:
    """The names in a FEEL text over a kind of record, with the texts that they are compared with. One that cannot be read any
    more is searched for words."""
    entity = registry.find(key)
    try:
        tree = parse(text, [*(entity.fields() if entity else ()), *_WORD.findall(text)]).tree if text.strip() else None
    except ExpressionError:
        return {word: set() for word in _WORD.findall(text)}
    mentions: Mentions = {name: set() for name in names_used(tree)} if tree else {}
    for node in tree.walk() if tree else ():
        beside = {one.name for one in node.children() if isinstance(one, Name)}
        if beside:
            values = {one.value for one in node.walk() if isinstance(one, Literal) and isinstance(one.value, str)}
            for name in beside:
                mentions[name] |= values
    return mentions


def in_stored(value: Any) -> Mentions:
    """The names in a filter, a list of keys, an address of a list, or any JSON made of them."""
    mentions: Mentions = defaultdict(set)
    for name, beside in _names(value):
        mentions[name] |= beside
    return mentions


def _names(value: Any) -> Iterator[tuple[str, set[str]]]:
    if isinstance(value, dict):
        for key, below in value.items():
            yield from _names(key)
            yield from _names(below)
    elif isinstance(value, list):
        if len(value) > 1 and all(isinstance(one, str) for one in value[:2]):
            yield value[1], set(_flat(value[2:]))
        for below in value:
            yield from _names(below)
    elif isinstance(value, str):
        yield from _names_in_text(value)


def _names_in_text(text: str) -> Iterator[tuple[str, set[str]]]:
    if text.startswith(("[", "{")):
        try:
            yield from _names(orjson.loads(text))
            return
        except orjson.JSONDecodeError:
            pass
    elif "?" in text:
        yield from _names([below for _name, below in parse_qsl(urlsplit(text).query)])
        return
    yield from ((word, set()) for word in _WORD.findall(text))


def _flat(values: Iterable[Any]) -> Iterator[str]:
    for one in values:
        if isinstance(one, list):
            yield from _flat(one)
        else:
            yield str(one)
