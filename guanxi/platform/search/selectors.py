"""Searching: the index proposes, the read gate decides, and what is shown is checked on the fields that the reader sees."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from guanxi.platform import bulk
from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.limits import LimitReached
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.events import followers
from guanxi.platform.jobs import selectors as jobs
from guanxi.platform.jobs.choices import JobState
from guanxi.platform.search import documents, exact, file_texts, lookups, store
from guanxi.platform.search.expressions import Expression, any_of, holds
from guanxi.platform.search.options import searched
from guanxi.platform.search.question import Question, read
from guanxi.platform.search.receivers import NAME
from guanxi.platform.search.services import BUILD, outdated
from guanxi.platform.search.sight import Sight, sight_of

#: Proposals that are looked at: names that begin with what was typed, records that hold it, records of the reader's own.
BEGINNING, CANDIDATES, OWN = 200, 2_000, 2_000
SHOWN = 20
#: Records that a build has before it are counted so far.
COUNTED = 10_000
#: Records of a kind that are loaded to be checked: at first, for each that is shown, then at a time.
CHECKED, MORE = 3, 200

#: From the letters that a kind of record may be asked for to the question; None if nothing is left to ask.
Asks = Callable[[str], Expression | None]


@dataclass(frozen=True)
class Group:
    """The records of one kind, the best first. ``more``: there are others."""

    entity: Entity
    records: list[Any]
    more: bool


@dataclass(frozen=True)
class Found:
    """``nearly``: nothing holds all that was typed, these hold nearly all. ``refused`` says why masked values were not
    looked through."""

    groups: list[Group] = field(default_factory=list)
    nearly: bool = False
    refused: str = ""

    @property
    def hits(self) -> int:
        return sum(len(group.records) for group in self.groups)


@dataclass(frozen=True)
class Behind:
    """What the index does not know yet: events that it has not read, kinds that are being built. ``records`` are left to be
    built, ``more`` if there are more than were counted; ``percent`` of the build is done, None while that is not known."""

    events: int
    kinds: list[str]
    records: int = 0
    more: bool = False
    percent: int | None = None


def behind() -> Behind:
    events, kinds = followers.lags().get(NAME, 0), outdated()
    if not kinds:
        return Behind(events, [])
    view = next(iter(jobs.views(jobs.unfinished().filter(kind=BUILD, state=JobState.RUNNING)[:1])), None)
    if view is not None and view.total is not None:
        return Behind(events, kinds, max(view.total - view.done, 0), percent=view.percent)
    left = _left(kinds)
    return Behind(events, kinds, min(left, COUNTED), more=left > COUNTED)


def _left(kinds: Iterable[str]) -> int:
    """How many records a build that has not begun will read, as far as they are counted. One statement over all kinds."""
    rows = [
        entity.source.rows().order_by().values_list("pk")
        for entity in filter(None, map(registry.find, kinds))
        if searched(entity)
    ]
    return rows[0].union(*rows[1:], all=True)[: COUNTED + 1].count() if rows else 0


def search(actor: Actor, text: str, *, only: str = "", limit: int = SHOWN, whole_values: bool = False) -> Found:
    """What the actor finds under a text, at most ``limit`` records of each kind. ``whole_values``: also look for it as a
    masked value or its last four, which is counted and remembered; never while somebody is still typing."""
    question = read(text)
    sight = sight_of(actor, only)
    if question is None or not sight.entities:
        return Found()
    there = exact.ids(actor, question, sight)
    values: tuple[Expression, ...] = ()
    refused = ""
    if whole_values and not there and question.is_number:
        try:
            values = lookups.values(actor, question, sight)
        except LimitReached as reached:
            refused = str(reached)
    search_ = _Search(actor, question, sight, limit, there)

    def wanted(letters: str) -> Expression | None:
        asked = [*([question.terms(letters)] if letters else []), *values]
        return any_of(asked) if asked else None

    groups = search_.groups(wanted)
    if groups or not sight.full or question.nearly(sight.full) is None:
        return Found(groups, refused=refused)
    return Found(search_.groups(question.nearly, beginning=False), nearly=True, refused=refused)


@dataclass
class _Search:
    """One question of one person. ``there`` are the ids that the tables themselves gave, by entity."""

    actor: Actor
    question: Question
    sight: Sight
    limit: int
    there: dict[str, set[int]]

    def __post_init__(self) -> None:
        numbers = documents.numbers()
        self.numbers = {key: numbers[key] for key in self.sight.entities if key in numbers}

    def groups(self, wanted: Asks, *, beginning: bool = True) -> list[Group]:
        """Kinds in the order of the menu. The number of statements depends on how many kinds there are, not on records."""
        first = self._beginning() if beginning else {}
        rest = self._candidates(wanted)
        found = []
        for key in self.sight.entities:
            entity = registry.get(key)
            ids, cut = rest.get(key, ([], False))
            asked = wanted(self.sight.letters(key))
            group = self._group(entity, [*self.there.get(key, ()), *first.get(key, ())], ids, cut, asked)
            if group.records:
                found.append(group)
        return found

    def _begins(self, letters: str) -> Expression | None:
        return self.question.begins(letters) if letters else None

    def _beginning(self) -> dict[str, list[int]]:
        """The newest records whose name begins with the text. Names that the reader does not see push none aside: then
        each kind is asked by itself."""
        asked = self._begins(self.sight.full)
        docs = store.newest(asked, BEGINNING) if asked else []
        if len(docs) == BEGINNING and self.sight.alone:
            return {key: ids for key, (ids, _cut) in self._each(self._begins, BEGINNING).items()}
        return {key: ids for key, ids in self._by_kind(docs).items() if key not in self.sight.alone} | {
            key: ids for key, (ids, _cut) in self._each(self._begins, BEGINNING, self.sight.alone).items()
        }

    def _by_kind(self, docs: Iterable[int]) -> dict[str, list[int]]:
        keys = {number: key for key, number in self.numbers.items()}
        found: dict[str, list[int]] = defaultdict(list)
        for doc in docs:
            number, pk = documents.record_id(doc)
            if number in keys:
                found[keys[number]].append(pk)
        return found

    def _candidates(self, wanted: Asks) -> dict[str, tuple[list[int], bool]]:
        """Entity key → ids, newest first, and whether there were more. Where all kinds together have too many, each is asked
        by itself."""
        asked = wanted(self.sight.full)
        docs = store.newest(asked, CANDIDATES + 1) if asked else []
        if len(docs) > CANDIDATES:
            return self._each(wanted, CANDIDATES)
        together = {key: (ids, False) for key, ids in self._by_kind(docs).items() if key not in self.sight.alone}
        return together | self._each(wanted, CANDIDATES, self.sight.alone)

    def _each(self, wanted: Asks, limit: int, keys: Iterable[str] | None = None) -> dict[str, tuple[list[int], bool]]:
        """The same of single kinds, all of them if none are named, each asked for its own letters."""
        kinds = self.numbers if keys is None else self.numbers.keys() & keys
        asked = {self.numbers[key]: one for key in kinds if (one := wanted(self.sight.letters(key)))}
        found = self._by_kind(store.newest_each(asked, limit + 1))
        return {key: (ids[:limit], len(ids) > limit) for key, ids in found.items()}

    def _group(
        self, entity: Entity, first: Sequence[int], rest: Sequence[int], cut: bool, asked: Expression | None
    ) -> Group:
        if not first and not rest:
            return Group(entity, [], False)
        best = [*dict.fromkeys(first)]
        seen = self._visible(entity, {*best, *rest})
        if cut and len(seen) <= self.limit and asked is not None:
            seen |= self._own(entity, asked)
        order = [pk for pk in best if pk in seen]
        order += sorted(seen.difference(best), reverse=True)
        records = self._answering(entity, order, asked)
        shown = sorted(records[: self.limit], key=lambda record: self._rank(entity, record))
        return Group(entity, shown, len(records) > self.limit)

    def _visible(self, entity: Entity, ids: set[int]) -> set[int]:
        return set(entity.rows_of(self.actor, bulk.key_in("pk", ids)).values_list("pk", flat=True))

    def _own(self, entity: Entity, asked: Expression) -> set[int]:
        """Of somebody who sees few of many records, the newest proposals may hold none: then their own newest are looked
        through."""
        rights = gate.sources(self.actor, entity)
        if gate.EVERY_ROW in rights:
            return set()
        ids: set[int] = set()
        for one in rights:
            rows = entity.base_rows().filter(one.condition()).order_by("-pk")
            ids.update(rows.values_list("pk", flat=True)[:OWN])
        number = self.numbers[entity.key]
        newest = sorted(ids, reverse=True)[:OWN]
        return {
            documents.record_id(doc)[1] for doc in store.among(asked, [documents.doc_id(number, pk) for pk in newest])
        }

    def _answering(self, entity: Entity, order: Sequence[int], asked: Expression | None) -> list[Any]:
        """The first records of that order, one more than are shown. Where the reader does not see every field that is
        searched, those that answer by the fields they do see: as many are read as it takes, so that none is pushed aside
        by records that answer by what is masked."""
        hidden, masked, _frozen = entity.field_rights(self.actor)
        fields = searched(entity)
        enough = self.limit + 1
        if hidden.isdisjoint(fields) and masked.isdisjoint(fields):
            return self._loaded(entity, order[:enough])
        begins = self._begins(self.sight.letters(entity.key))
        parts = [one for one in (begins, asked) if one is not None]
        shown = [(field, key in masked) for key, field in fields.items() if key not in hidden]
        found: list[Any] = []
        at, size = 0, self.limit * CHECKED
        while parts and at < len(order) and len(found) < enough:
            some = self._loaded(entity, order[at : at + size])
            file_texts.load(entity, some)
            for record in some:
                if holds(any_of(parts), _tokens(entity, shown, record)):
                    found.append(record)
            at, size = at + size, MORE
        return found[:enough]

    def _loaded(self, entity: Entity, order: Sequence[int]) -> list[Any]:
        loaded = entity.base_rows().in_bulk(list(order))
        return [loaded[pk] for pk in order if pk in loaded]

    def _rank(self, entity: Entity, record: Any) -> tuple[int, int]:
        return exact.rank(self.actor, entity, record, self.question), -record.pk


def _tokens(entity: Entity, shown: list[tuple[Field, bool]], record: Any) -> list[str]:
    """The tokens of a record by which the reader may find it, sorted; ``shown`` are the fields, and which are masked."""
    return sorted({token for one, mask in shown for token in documents.of_field(entity, one, record, masked=mask)})
