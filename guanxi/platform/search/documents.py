"""The document of a record: all tokens of its searched fields; and its place in the index."""

from collections.abc import Iterable, Iterator
from typing import Any

from guanxi.platform.access import keys, kinds
from guanxi.platform.access.encrypted import TAIL
from guanxi.platform.access.encrypted import normalised as normalised_secret
from guanxi.platform.access.fields import Field
from guanxi.platform.entities.entity import Entity
from guanxi.platform.search import file_texts
from guanxi.platform.search.models import SearchKind
from guanxi.platform.search.options import searched, texts_of
from guanxi.platform.search.tokens import letter_of, tokens_of

#: The lower bits of a document's id are the id of its record.
BITS = 44
HIGHEST = (1 << BITS) - 1


def doc_id(number: int, record_id: int) -> int:
    """The id of a record's document; ``number`` is that of its kind."""
    return number << BITS | record_id


def record_id(doc: int) -> tuple[int, int]:
    """(number of the kind, id of the record)."""
    return doc >> BITS, doc & HIGHEST


def numbers() -> dict[str, int]:
    """Entity key → number of its kind, of those that are in the index."""
    return dict(SearchKind.objects.values_list("entity", "pk"))


def number_of(entity: Entity) -> int:
    """The number of a kind, given when it first comes into the index."""
    return SearchKind.objects.get_or_create(entity=entity.key)[0].pk


def written(entity: Entity, record: Any) -> str:
    """The tokens of a record as they are stored."""
    found: dict[str, None] = {}
    for field in searched(entity).values():
        found |= dict.fromkeys(of_field(entity, field, record))
    return " ".join(found)


def of_field(entity: Entity, field: Field, record: Any, *, masked: bool = False) -> Iterable[str]:
    """The tokens of one field of a record."""
    if field.sealed:
        return _stored_digests(field, record)
    if field.kind is kinds.FILE:
        return () if masked else file_texts.tokens_of(field, record, letter_of(field))
    return tokens_of(field, texts_of(field, record), title=field.key == entity.title_field, masked=masked)


def _stored_digests(field: Field, record: Any) -> Iterator[str]:
    for place, kind in (("blind", "v"), ("tail", "t")):
        if digest := getattr(record, f"{field.key}_{place}", ""):
            yield f"{letter_of(field)}{kind}{digest}"


def asked_digests(entity: Entity, field: Field, text: str) -> Iterator[str]:
    """The tokens by which an encrypted field is found: the digests of the text, and those of a last four."""
    column: Any = entity.source.model._meta.get_field(field.key)
    whole = normalised_secret(text)
    for digest in keys.blinds(whole, column.purpose):
        yield f"{letter_of(field)}v{digest}"
    if len(whole) == TAIL:
        for digest in keys.blinds(whole, f"{column.purpose}.tail"):
            yield f"{letter_of(field)}t{digest}"
