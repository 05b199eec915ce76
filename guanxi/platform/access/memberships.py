"""Memberships: small sets of records that people reach beside the scopes of their roles.

A role says what may be done; a membership only widens where. Rooms and modules above register *providers* (the team of a
customer, shares of a record); access does not know what they are. Which kinds an actor has is looked up in one statement;
each kind then becomes a source of right of its own, whose ids come by a subquery: it appears and ends at once. The SQL of
both is composed once for everybody, with slots for whose memberships are asked.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import BigIntegerField, CharField, DateField, DateTimeField, F, Q, QuerySet, TextChoices, Value
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from guanxi.platform.access.actions import READ_ACTIONS
from guanxi.platform.access.models import RecordSetMember
from guanxi.platform.bulk.prepared import Prepared, Slot, Subquery

if TYPE_CHECKING:
    from guanxi.platform.access.actor import Actor


class Level(TextChoices):
    """What of the holder's rights a membership carries: seeing; also working; all of them."""

    READ = "read", pgettext_lazy("level", "Read only")
    EDIT = "edit", pgettext_lazy("level", "Collaborator")
    LEAD = "lead", pgettext_lazy("level", "Lead")


#: What only those may do whose record it is, and leads.
WITHHELD = {"delete", "restore", "assign", "share", "include", "exclude", "approve", "import"}


def withhold(action: str) -> None:
    """Say so of an action of one's own."""
    WITHHELD.add(action)


def levels_for(action: str) -> tuple[str, ...]:
    """The levels that carry an action."""
    if action in READ_ACTIONS:
        return (Level.EDIT, Level.LEAD, Level.READ)
    return (Level.LEAD,) if action in WITHHELD else (Level.EDIT, Level.LEAD)


@dataclass(frozen=True)
class Holder:
    """Whose memberships, at which moment."""

    user_id: int
    department_id: int | None
    now: datetime
    today: date

    @cached_property
    def values(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def slots(cls, *, placed: bool) -> "Holder":
        """Stands for every holder, or for those without a department, while a query is prepared."""
        department: Any = Slot("department_id", BigIntegerField()) if placed else None
        person: Any = Slot("user_id", BigIntegerField())
        now: Any = Slot("now", DateTimeField())
        today: Any = Slot("today", DateField())
        return cls(person, department, now, today)


@dataclass(frozen=True)
class Subject:
    """Which record is asked about, at which moment."""

    entity: str
    record_id: int
    customer_id: int | None
    now: datetime
    today: date


@dataclass(frozen=True)
class Provider:
    """``live(holder)`` gives the memberships in force, and asks no more of the holder's values than to compare columns with
    them and whether there is a department: what it gives is prepared once for all holders; ``target`` names their column of ids, ``level`` that of their level
    and ``entity`` that of the entity's key; without it the ids are customers, and whatever hangs on them is reached. ``holders(subject)`` is the same question from the
    other side: (level, users) of those who reach a record. ``reached`` is a condition over the same rows and what ``target``
    leads through: of that only what fulfils it is reached. It is asked where ids are, not where memberships are looked up."""

    key: str
    label: str | Promise
    live: Callable[[Holder], QuerySet]
    holders: Callable[[Subject], Iterable[tuple[str, QuerySet]]]
    target: str
    level: str
    entity: str = ""
    reached: Q | None = None


_providers: dict[str, Provider] = {}


def register_provider(provider: Provider) -> Provider:
    """Add a kind of membership; its key must be new."""
    if provider.key in _providers:
        raise ImproperlyConfigured(f"two kinds of membership are called {provider.key}")
    _providers[provider.key] = provider
    return provider


def providers() -> list[Provider]:
    """All kinds in the order of their registration."""
    return list(_providers.values())


def provider(key: str) -> Provider:
    return _providers[key]


@dataclass(frozen=True)
class Ids:
    """The ids that a membership reaches. Equal for the same question, so that sources can be compared; the answer is a
    subquery, never a list."""

    kind: str
    entity: str
    levels: tuple[str, ...]
    holder: Holder

    @property
    def of_customers(self) -> bool:
        return not self.entity

    def rows(self) -> QuerySet:
        return self._rows_of(self.holder)

    @cached_property
    def within(self) -> Subquery:
        """The same to stand behind ``…__in``."""
        key = ("ids", _providers[self.kind].live, self.entity, self.levels, self.holder.department_id is not None)
        return _prepared(key, self.holder, self._rows_of).within(self.holder.values)

    def _rows_of(self, holder: Holder) -> QuerySet:
        kind = _providers[self.kind]
        rows = kind.live(holder).filter(**{f"{kind.level}__in": self.levels})
        if self.entity:
            rows = rows.filter(**{kind.entity: self.entity})
        if kind.reached is not None:
            rows = rows.filter(kind.reached)
        return rows.order_by().values(kind.target)


@dataclass(frozen=True)
class SetIds:
    """The members of the sets that grants of a role name; like Ids, but every action of the grant is carried."""

    sets: tuple[int, ...]
    of_customers: bool
    entity: str
    levels: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return f"set {self.sets}"

    def rows(self) -> QuerySet:
        found = RecordSetMember.objects.filter(record_set__in=self.sets, record_set__active=True)
        return found.order_by().values("record_id")

    @cached_property
    def within(self) -> Subquery:
        """The same to stand behind ``…__in``."""
        return Prepared(self.rows).within({})


@dataclass(frozen=True)
class Memberships:
    """``held``: (kind, entity key or "" for customers, level) of the memberships in force."""

    holder: Holder
    held: frozenset[tuple[str, str, str]]

    def reaching(self, entity: str, action: str) -> Iterable[Ids]:
        """The sets of customers (``entity`` empty) or of records of an entity that carry the action."""
        levels = levels_for(action)
        kinds = dict.fromkeys(kind for kind, of, level in sorted(self.held) if of == entity and level in levels)
        return [Ids(kind, entity, levels, self.holder) for kind in kinds]


def memberships_of(actor: "Actor") -> Memberships:
    """One statement over all kinds."""
    holder = Holder(actor.stands_for or 0, actor.department_id, actor.now(), actor.today())
    if not actor.stands_for or not _providers:
        return Memberships(holder, frozenset())
    key = ("held", *(kind.live for kind in _providers.values()), holder.department_id is not None)
    return Memberships(holder, frozenset(_prepared(key, holder, _held).rows(holder.values)))  # type: ignore[arg-type]


def _held(holder: Holder) -> QuerySet:
    text = CharField()
    kinds = []
    for kind in _providers.values():
        of = F(kind.entity) if kind.entity else Value("", output_field=text)
        rows = kind.live(holder).order_by().annotate(kind_=Value(kind.key, output_field=text), of_=of)
        kinds.append(rows.values_list("kind_", "of_", kind.level).distinct())
    return kinds[0].union(*kinds[1:])


_queries: dict[tuple[Any, ...], Prepared] = {}


def _prepared(key: tuple[Any, ...], holder: Holder, rows: Callable[[Holder], QuerySet]) -> Prepared:
    """The query over all holders that are as this one: with or without a department."""
    found = _queries.get(key)
    if found is None:
        slots = Holder.slots(placed=holder.department_id is not None)
        found = _queries[key] = Prepared(lambda: rows(slots))
    return found
