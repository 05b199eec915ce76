"""Exact codes and names, asked of the tables themselves: found at once, whatever the index knows."""

from collections import defaultdict
from typing import Any

from django.db.models import CharField, Q, Value

from guanxi.platform.access.actor import Actor
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
        condition = _condition(entity, actor, question.text)
        if condition is not None:
            kind = Value(key, output_field=CharField())
            parts.append(entity.rows_of(actor, condition).order_by().values_list(kind, "pk"))
    if not parts:
        return {}
    found: dict[str, set[int]] = defaultdict(set)
    for key, pk in parts[0].union(*parts[1:], all=True)[:MOST]:
        found[key].add(pk)
    return found


def _condition(entity: Entity, actor: Actor, text: str) -> Q | None:
    """By code and name, as far as the reader sees them in full and an index knows them."""
    if entity.kind is not EntityKind.RECORD:
        return None
    conditions = []
    for key in dict.fromkeys(("code", entity.title_field)):
        field = entity.seen(key, actor) if key in searched(entity) else None
        if field is not None and not field.is_masked and field.lookup and (field.indexed or key == "code"):
            written = {text, text.upper()} if key == "code" else {text}
            conditions.append(Q(**{f"{field.lookup}__in": sorted(written)}))
    found = Q()
    for condition in conditions:
        found |= condition
    return found if conditions else None


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
