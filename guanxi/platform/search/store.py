"""The index: writing documents and asking for them, on whichever database."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connections

from guanxi.platform.search import postgresql, sqlite
from guanxi.platform.search.documents import HIGHEST, doc_id
from guanxi.platform.search.expressions import Expression
from guanxi.platform.search.models import SearchDoc

ALIAS = "default"
#: SQLite joins no more than 500 selections.
KINDS = 200


def _dialect() -> Any:
    return postgresql if connections[ALIAS].vendor == "postgresql" else sqlite


def put(documents: Iterable[tuple[int, str]]) -> None:
    """Write documents (id, tokens); those that are there with the same tokens stay untouched. They are written in the order
    of their ids, so that two writers wait for each other instead of locking each other out."""
    if rows := sorted(documents):
        _dialect().put(connections[ALIAS], rows)


def remove(ids: Iterable[int]) -> None:
    if gone := sorted(ids):
        SearchDoc.objects.filter(pk__in=gone).delete()


def remove_kind(number: int) -> None:
    SearchDoc.objects.filter(pk__range=bounds(number)).delete()


def ids_between(number: int, after: int, until: int) -> set[int]:
    """The documents of a kind for the records after one id until another."""
    bounds = doc_id(number, after + 1), doc_id(number, min(until, HIGHEST))
    return set(SearchDoc.objects.filter(pk__range=bounds).values_list("pk", flat=True))


def bounds(number: int) -> tuple[int, int]:
    """The first and last possible document of a kind."""
    return doc_id(number, 0), doc_id(number, HIGHEST)


def newest(question: Expression, limit: int) -> list[int]:
    """The documents that answer the question, at most ``limit``, those with the highest ids first."""
    return _dialect().newest(connections[ALIAS], question, limit)


def newest_each(questions: Mapping[int, Expression], limit: int) -> list[int]:
    """The same of several kinds by their numbers, each with a question and at most ``limit`` documents of its own. One
    statement for KINDS of them."""
    asked = [(question, *bounds(number)) for number, question in questions.items()]
    return [
        doc
        for at in range(0, len(asked), KINDS)
        for doc in sorted(_dialect().newest_each(connections[ALIAS], asked[at : at + KINDS], limit), reverse=True)
    ]


def among(question: Expression, ids: Sequence[int]) -> list[int]:
    """Those of some documents that answer the question."""
    return _dialect().among(connections[ALIAS], question, ids) if ids else []


def forget() -> None:
    """Leave nothing in the index of what was removed from it."""
    _dialect().forget(connections[ALIAS])
