"""Exact codes and names, asked of the tables themselves: found at once, whatever the index knows."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import CharField, Q, Value

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import EntityKind
from guanxi.platform.search.options import searched, texts_of
from guanxi.platform.search.question import Question
from guanxi.platform.search.sight import Sight
from guanxi.platform.search.tokens import compact, normalised

#: So many records with the very same code or name are looked at.
MOST = 50


def ids(actor: Actor, question: Question, sight: Sight) -> dict[str, set[int]]:
    """Entity key → ids of the records with just this code or name. One statement over all kinds."""
    parts = []
    for key in sight.entities:
        entity = registry.get(key)
        kind = Value(key, output_field=CharField())
        for condition in conditions(entity, actor, question.text):
            parts.append(entity.rows_of(actor, condition).order_by().values_list(kind, "pk"))
    if not parts:
        return {}
    found: dict[str, set[int]] = defaultdict(set)
    for key, pk in parts[0].union(*parts[1:], all=True)[:MOST]:
        found[key].add(pk)
    return found


def conditions(entity: Entity, actor: Actor, text: str) -> Iterator[Q]:
    """By code and by name, as far as the reader sees them in full and an index knows them; each by itself, because SQLite
    reads everything for one or the other."""
    if entity.kind is not EntityKind.RECORD:
        return
    for key in dict.fromkeys(("code", entity.title_field)):
        field = entity.seen(key, actor) if key in searched(entity) else None
        if field is None or field.is_masked or not field.lookup or not _known(entity, field):
            continue
        written = {text, text.upper()} if key == "code" else {text}
        # An index may leave the empty ones out, which is only taken where that is said.
        yield Q(**{f"{field.lookup}__in": sorted(written)}) & ~Q(**{field.lookup: ""})


def _known(entity: Entity, field: Field) -> bool:
    """Whether an index finds rows by it."""
    meta = entity.source.model._meta
    wanted = [*entity.source.only, field.lookup]
    listed = (one.fields for one in (*meta.indexes, *meta.constraints) if getattr(one, "fields", ()))
    return field.indexed or any(list(fields[: len(wanted)]) == wanted for fields in listed)


def rank(actor: Actor, entity: Entity, record: Any, question: Question) -> int:
    """0 for an exact code or number, 1 for an exact name, 2 for a name that begins so, 3 for the others."""
    hidden, masked, _frozen = entity.field_rights(actor)
    found = 3
    for key, field in searched(entity).items():
        if key in hidden or key in masked or field.sealed:
            continue
        for text in texts_of(field, record):
            whole = compact(normalised(text))
            if key == entity.title_field:
                found = min(found, 1 if whole == question.whole else 2 if whole.startswith(question.whole) else 3)
            elif whole == question.whole:
                found = 0
    return found
