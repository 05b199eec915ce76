"""The index in SQL of PostgreSQL: GIN over the tokens of the documents."""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from guanxi.platform.search.expressions import AllOf, AnyOf, Expression, Token


def put(connection: BaseDatabaseWrapper, documents: Sequence[tuple[int, str]]) -> None:
    ids, tokens = [one for one, _tokens in documents], [tokens for _one, tokens in documents]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO search_searchdoc AS d (id, tokens) "
            "SELECT n.id, array_to_tsvector(string_to_array(n.tokens, ' ')) "
            "FROM unnest(%s::bigint[], %s::text[]) AS n (id, tokens) ORDER BY n.id "
            "ON CONFLICT (id) DO UPDATE SET tokens = excluded.tokens WHERE d.tokens <> excluded.tokens",
            [ids, tokens],
        )


def newest(connection: BaseDatabaseWrapper, question: Expression, limit: int) -> list[int]:
    sql = "SELECT id FROM search_searchdoc WHERE tokens @@ %s::tsquery ORDER BY id DESC LIMIT %s"
    return _ids(connection, sql, [written(question), limit])


def newest_each(connection: BaseDatabaseWrapper, asked: Sequence[tuple[Expression, int, int]], limit: int) -> list[int]:
    one = "(SELECT id FROM search_searchdoc WHERE tokens @@ %s::tsquery AND id BETWEEN %s AND %s ORDER BY id DESC LIMIT %s)"
    parameters = [each for question, first, last in asked for each in (written(question), first, last, limit)]
    return _ids(connection, " UNION ALL ".join([one] * len(asked)), parameters)


def among(connection: BaseDatabaseWrapper, question: Expression, ids: Sequence[int]) -> list[int]:
    return _ids(
        connection,
        "SELECT id FROM search_searchdoc WHERE id = ANY(%s::bigint[]) AND tokens @@ %s::tsquery",
        [list(ids), written(question)],
    )


def forget(connection: BaseDatabaseWrapper) -> None:
    """What was deleted leaves the pages with the next vacuum, as everywhere on PostgreSQL."""


def _ids(connection: BaseDatabaseWrapper, sql: str, parameters: list[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [row[0] for row in cursor.fetchall()]


def written(question: Expression) -> str:
    """The question as a tsquery."""
    match question:
        case Token(text, prefix):
            return f"'{text}':*" if prefix else f"'{text}'"
        case AllOf(parts):
            return f"({' & '.join(map(written, parts))})"
        case AnyOf(parts):
            return f"({' | '.join(map(written, parts))})"
    raise TypeError(question)
