"""Searching: the index proposes, the read gate decides, and what is shown is checked on the fields that the reader sees."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from guanxi.platform import bulk
from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.limits import LimitReached
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.events import followers
from guanxi.platform.search import documents, exact, lookups, store
from guanxi.platform.search.expressions import Expression, any_of, holds
from guanxi.platform.search.options import searched
from guanxi.platform.search.question import Question, read
from guanxi.platform.search.receivers import NAME
from guanxi.platform.search.services import outdated
from guanxi.platform.search.sight import Sight, sight_of

#: Proposals that are looked at: names that begin with what was typed, records that hold it, records of the reader's own.
BEGINNING, CANDIDATES, OWN = 200, 2_000, 2_000
SHOWN = 20
#: Records of a kind that are loaded to be checked, for each that is shown.
CHECKED = 3


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
    """What the index does not know yet: events that it has not read, kinds that are being built."""

    events: int
    kinds: list[str]


def behind() -> Behind:
    return Behind(followers.lags().get(NAME, 0), outdated())


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
    asked = [*([question.terms(sight.full)] if sight.full else []), *values]
    groups = search_.groups(any_of(asked) if asked else None)
    if groups or not sight.full or (loose := question.nearly(sight.full)) is None:
        return Found(groups, refused=refused)
    return Found(search_.groups(loose, beginning=False), nearly=True, refused=refused)


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

    def groups(self, asked: Expression | None, *, beginning: bool = True) -> list[Group]:
        """Kinds in the order of the menu. The number of statements depends on how many kinds there are, not on records."""
        first: dict[str, list[int]] = defaultdict(list)
        if beginning and self.sight.full:
            for key, ids in self._by_kind(store.newest(self.question.begins(self.sight.full), BEGINNING)).items():
                first[key] += ids
        rest = self._candidates(asked) if asked else {}
        found = []
        for key in self.sight.entities:
            entity = registry.get(key)
            ids, cut = rest.get(key, ([], False))
            group = self._group(entity, [*self.there.get(key, ()), *first.get(key, ())], ids, cut, asked)
            if group.records:
                found.append(group)
        return found

    def _by_kind(self, docs: Iterable[int]) -> dict[str, list[int]]:
        keys = {number: key for key, number in self.numbers.items()}
        found: dict[str, list[int]] = defaultdict(list)
        for doc in docs:
            number, pk = documents.record_id(doc)
            if number in keys:
                found[keys[number]].append(pk)
        return found

    def _candidates(self, asked: Expression) -> dict[str, tuple[list[int], bool]]:
        """Entity key → ids, newest first, and whether there were more. Where all kinds together have too many, each is asked
        by itself."""
        docs = store.newest(asked, CANDIDATES + 1)
        if len(docs) <= CANDIDATES:
            return {key: (ids, False) for key, ids in self._by_kind(docs).items()}
        found = {}
        for key, number in self.numbers.items():
            ids = [documents.record_id(doc)[1] for doc in store.newest(asked, CANDIDATES + 1, number)]
            found[key] = (ids[:CANDIDATES], len(ids) > CANDIDATES)
        return found

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
        searched, those that answer by the fields they do see."""
        hidden, masked, _frozen = entity.field_rights(self.actor)
        fields = searched(entity)
        free = hidden.isdisjoint(fields) and masked.isdisjoint(fields)
        loaded = entity.base_rows().in_bulk(list(order[: self.limit + 1 if free else self.limit * CHECKED]))
        records = [loaded[pk] for pk in order if pk in loaded]
        if free:
            return records
        parts = [self.question.begins(self.sight.full)] if self.sight.full else []
        question = any_of([*parts, *([asked] if asked is not None else [])])
        shown = [(field, key in masked) for key, field in fields.items() if key not in hidden]
        found = []
        for record in records:
            tokens = {
                token for field, mask in shown for token in documents.of_field(entity, field, record, masked=mask)
            }
            if holds(question, sorted(tokens)):
                found.append(record)
        return found[: self.limit + 1]

    def _rank(self, entity: Entity, record: Any) -> tuple[int, int]:
        return exact.rank(self.actor, entity, record, self.question), -record.pk
