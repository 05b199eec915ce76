"""The index in SQL of SQLite: FTS5 over the tokens of the documents."""

import json
from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from guanxi.platform.search.expressions import AllOf, AnyOf, Expression, Token

#: The tokenizer "ascii" takes every character beyond ASCII as part of a word and changes none. The index holds no
#: positions (detail=none) and no copy of the tokens (content=…).
MADE = (
    "CREATE VIRTUAL TABLE search_fts USING fts5(tokens, content='search_searchdoc', content_rowid='id', "
    "tokenize='ascii', detail=none, columnsize=0, prefix='3 4')",
    "CREATE TRIGGER search_doc_new AFTER INSERT ON search_searchdoc BEGIN "
    "INSERT INTO search_fts (rowid, tokens) VALUES (new.id, new.tokens); END",
    "CREATE TRIGGER search_doc_gone AFTER DELETE ON search_searchdoc BEGIN "
    "INSERT INTO search_fts (search_fts, rowid, tokens) VALUES ('delete', old.id, old.tokens); END",
    "CREATE TRIGGER search_doc_changed AFTER UPDATE OF tokens ON search_searchdoc BEGIN "
    "INSERT INTO search_fts (search_fts, rowid, tokens) VALUES ('delete', old.id, old.tokens); "
    "INSERT INTO search_fts (rowid, tokens) VALUES (new.id, new.tokens); END",
)
#: So many of the newest proposals are compared with somebody's own records.
PROPOSALS = 50_000
UNMADE = (
    "DROP TRIGGER search_doc_new",
    "DROP TRIGGER search_doc_gone",
    "DROP TRIGGER search_doc_changed",
    "DROP TABLE search_fts",
)


def put(connection: BaseDatabaseWrapper, documents: Sequence[tuple[int, str]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO search_searchdoc (id, tokens) VALUES (%s, %s) ON CONFLICT (id) DO UPDATE "
            "SET tokens = excluded.tokens WHERE tokens <> excluded.tokens",
            documents,
        )


def newest(connection: BaseDatabaseWrapper, question: Expression, limit: int) -> list[int]:
    sql = "SELECT rowid FROM search_fts WHERE search_fts MATCH %s ORDER BY rowid DESC LIMIT %s"
    return _ids(connection, sql, [written(question), limit])


def newest_each(connection: BaseDatabaseWrapper, asked: Sequence[tuple[Expression, int, int]], limit: int) -> list[int]:
    one = (
        "SELECT id FROM (SELECT rowid AS id FROM search_fts WHERE search_fts MATCH %s AND rowid BETWEEN %s AND %s "
        "ORDER BY rowid DESC LIMIT %s)"
    )
    parameters = [each for question, first, last in asked for each in (written(question), first, last, limit)]
    return _ids(connection, " UNION ALL ".join([one] * len(asked)), parameters)


def among(connection: BaseDatabaseWrapper, question: Expression, ids: Sequence[int]) -> list[int]:
    # One look into the index for each id costs 0.1 ms; the proposals between the first and the last of them cost 1 µs each.
    return _ids(
        connection,
        "SELECT rowid FROM (SELECT rowid FROM search_fts WHERE search_fts MATCH %s AND rowid BETWEEN %s AND %s "
        "ORDER BY rowid DESC LIMIT %s) WHERE rowid IN (SELECT value FROM json_each(%s))",
        [written(question), min(ids), max(ids), PROPOSALS, json.dumps(list(ids))],
    )


def forget(connection: BaseDatabaseWrapper) -> None:
    """Merge the index into one piece: until then tokens of deleted documents lie in older pieces."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO search_fts (search_fts) VALUES ('optimize')")


def _ids(connection: BaseDatabaseWrapper, sql: str, parameters: list[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [row[0] for row in cursor.fetchall()]


def written(question: Expression) -> str:
    """The question in the language of FTS5."""
    match question:
        case Token(text, prefix):
            return f'"{text}"*' if prefix else f'"{text}"'
        case AllOf(parts):
            return f"({' AND '.join(map(written, parts))})"
        case AnyOf(parts):
            return f"({' OR '.join(map(written, parts))})"
    raise TypeError(question)
