"""Bringing records into the index and out of it. The caller has the transaction."""

import hashlib
import json
from collections.abc import Collection, Iterable
from typing import Any

from guanxi.platform import bulk
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.search import documents, file_texts, store
from guanxi.platform.search.models import SearchKind
from guanxi.platform.search.options import searched
from guanxi.platform.search.tokens import VERSION, letter_of

#: The job that builds kinds anew.
BUILD = "search.build"


def index(entity: Entity, ids: Collection[int]) -> None:
    """Make the documents of these records what the records say now; those that are gone lose theirs."""
    if not ids or not searched(entity):
        return
    number = documents.number_of(entity)
    put(
        entity,
        number,
        entity.source.rows().filter(bulk.key_in("pk", ids)),
        {documents.doc_id(number, pk) for pk in ids},
    )


def put(entity: Entity, number: int, records: Iterable[Any], there: set[int]) -> None:
    """Write the documents of the records and remove those of ``there`` that have none any more."""
    records = list(records)
    file_texts.load(entity, records)
    made = [(documents.doc_id(number, record.pk), documents.written(entity, record)) for record in records]
    store.put((doc, tokens) for doc, tokens in made if tokens)
    store.remove(there - {doc for doc, tokens in made if tokens})


def build(entity: Entity, number: int, after: int, size: int) -> tuple[int, int]:
    """Write the documents of the next records after an id anew; (the last id that was dealt with, how many records). Fewer
    records than asked for are the last ones."""
    records: list[Any] = list(entity.source.rows().filter(pk__gt=after).order_by("pk")[:size])
    last = records[-1].pk if len(records) == size else documents.HIGHEST
    put(entity, number, records, store.ids_between(number, after, last))
    return last, len(records)


def forget(entity: Entity, ids: Collection[int]) -> None:
    """Take records that are about to be erased out of the index; ``store.forget`` then leaves nothing of them."""
    if (number := documents.numbers().get(entity.key)) is not None:
        store.remove(documents.doc_id(number, pk) for pk in ids)


def signature(entity: Entity) -> str:
    """What the documents of a kind depend on beside the records: which fields are searched and how sensitive they are."""
    fields = [(key, field.kind.key, letter_of(field)) for key, field in sorted(searched(entity).items())]
    return hashlib.sha256(json.dumps([VERSION, entity.title_field, fields]).encode()).hexdigest()


def outdated() -> list[str]:
    """The kinds whose documents are not all made as they are declared today, or are searched no more."""
    made = dict(SearchKind.objects.values_list("entity", "signature"))
    wanted = {entity.key: signature(entity) for entity in registry.entities() if searched(entity)}
    return [key for key in (*wanted, *(made.keys() - wanted.keys())) if made.get(key, "") != wanted.get(key)]
