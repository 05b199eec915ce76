"""Which records are the person who asks: found by telephone, e-mail, document number or code, each with the name.

Values are asked through the field descriptions, so that fields which are stored encrypted are found like all others.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor, System
from guanxi.platform.access.fields import Field
from guanxi.platform.access.keys import blind
from guanxi.platform.access.kinds import Invalid
from guanxi.platform.bulk import key_in
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import EntityKind
from guanxi.platform.entities.query import Query, condition, read_filter
from guanxi.platform.privacy.choices import DataClass
from guanxi.platform.privacy.marks import Marks, is_telling, is_telling_name
from guanxi.platform.privacy.models import SubjectRequest
from guanxi.platform.privacy.subject import every_row, lines_of, person_entities, subject_of

#: Entity key → ids of the records that are the person.
Persons = dict[str, set[int]]
#: Data by which somebody is recognised, when it is a text.
_TELLING = frozenset({DataClass.CONTACT, DataClass.IDENTITY, DataClass.FINANCIAL})
#: What such a field is masked as when it names a place or somebody else.
_OF_OTHERS = frozenset({"place", "name"})
_TEXTS = (kinds.TEXT, kinds.CODE, kinds.PHONE, kinds.EMAIL)
ROUNDS = 2
MOST = 50


class TooMany(Exception):
    """So many records answer to what was given that it cannot be one person."""


def system() -> Actor:
    """A person's data lie beyond the reach of any one role: only the program sees all of them."""
    return System("data of a person on their request")


def values_of_request(request: SubjectRequest) -> list[str]:
    return [value for value in (request.phone, request.email, request.number, request.code) if value]


def asked_for(request: SubjectRequest) -> str:
    """A keyed digest of whom the request is about: a look-up counts as long as it stays the same."""
    return blind("\n".join([request.name, *values_of_request(request)]), "privacy.asked_for")


def recognises(field: Field) -> bool:
    """Whether somebody is recognised by the values of a field."""
    if field.kind not in _TEXTS or "eq" not in field.operators:
        return False
    return field.kind.personal or (field.sensitivity in _TELLING and field.mask not in _OF_OTHERS)


def find(request: SubjectRequest) -> Persons:
    """The records that are the person of the request. Raises TooMany."""
    found: Persons = defaultdict(set)
    values = values_of_request(request)
    for _round in range(ROUNDS):
        for entity, record in _matching(values):
            if _is_called(entity, record, request.name):
                found[entity.key].add(record.pk)
        if sum(map(len, found.values())) > MOST:
            raise TooMany
        values = [value for value in values_of(found) if value not in values]
        if not values:
            break
    return dict(found)


def _is_called(entity: Entity, record: Any, name: str) -> bool:
    title = str(entity.fields()[entity.title_field].get(record) or "")
    return "".join(title.split()).casefold() == "".join(name.split()).casefold()


def _matching(values: Collection[str]) -> Iterator[tuple[Entity, Any]]:
    """Records of persons that hold one of the values, themselves or in one of their lines."""
    for entity in person_entities():
        ids = set(_ids_with(entity, values))
        for line in lines_of(entity):
            ids |= set(_ids_with(line, values, f"{line.parent}_id"))
        subject = subject_of(entity)
        for record in every_row(entity).filter(key_in("pk", ids)) if ids else ():
            if subject is not None and subject.is_person(record):
                yield entity, record


def _ids_with(entity: Entity, values: Collection[str], column: str = "pk") -> Iterator[int]:
    for _field, condition_ in conditions(entity, values):
        yield from every_row(entity).filter(condition_).values_list(column, flat=True)[: MOST + 1]


def conditions(entity: Entity, values: Collection[str]) -> Iterator[tuple[Field, Any]]:
    """Each field that may hold one of the values, with the condition that it does."""
    actor = system()
    for field in entity.fields().values():
        asked = [value for value in values if recognises(field) or (field.key == "code" and value)]
        trees = [["eq", field.key, canonical] for value in asked if (canonical := _canonical(field, value))]
        if trees:
            query = Query(filter=read_filter(entity, actor, ["or", *trees]))
            yield field, condition(entity, actor, query)


def _canonical(field: Field, value: str) -> str:
    """The value in the one way of writing that the field stores; empty for what it can never hold."""
    try:
        return str(field.parse(value) or "")
    except Invalid:
        return ""


def records_of(persons: Persons) -> Iterator[tuple[Entity, Any]]:
    for key, ids in sorted(persons.items()):
        entity = registry.get(key)
        for record in every_row(entity).filter(key_in("pk", ids)).order_by("pk"):
            yield entity, record


def values_of(persons: Persons) -> list[str]:
    """Whatever these records and their lines hold by which the person is recognised."""
    found: dict[str, None] = {}
    for key, ids in sorted(persons.items()):
        entity = registry.get(key)
        rows = [(entity, every_row(entity).filter(key_in("pk", ids)))]
        rows += [(line, line.source.rows().filter(key_in(f"{line.parent}_id", ids))) for line in lines_of(entity)]
        for one, records in rows:
            fields = [field for field in one.fields().values() if recognises(field)]
            for record in records.order_by("pk"):
                found |= dict.fromkeys(str(value) for field in fields if (value := field.get(record)))
    return [value for value in found if is_telling(value)]


def marks_of(request: SubjectRequest, persons: Persons) -> Marks:
    """What to look for in texts: what was given and what the records hold, and the name if it tells somebody."""
    given = [value for value in (request.phone, request.email, request.number) if is_telling(value)]
    names = [request.name] if is_telling_name(request.name) else []
    return Marks.of([*given, *values_of(persons), *names])


def as_pairs(persons: Persons) -> list[list[Any]]:
    return [[key, pk] for key, ids in sorted(persons.items()) for pk in sorted(ids)]


def from_pairs(pairs: Iterable[Iterable[Any]]) -> Persons:
    found: Persons = defaultdict(set)
    for key, pk in pairs:
        found[key].add(pk)
    return dict(found)


def is_other_person(entity: Entity, record: Any, persons: Persons) -> bool:
    """Whether a record, or the record that a line belongs to, is a person other than these."""
    if entity.kind is EntityKind.LINE:
        parent = entity.parent_entity()
        return parent is not None and is_other_person(parent, getattr(record, entity.parent), persons)
    subject = subject_of(entity)
    return subject is not None and subject.is_person(record) and record.pk not in persons.get(entity.key, ())
