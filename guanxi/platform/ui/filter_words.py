"""Filters in words: a condition as its field, its test and its values, a stored filter as a sentence."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson
from django.utils.translation import gettext as _

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.kinds import Invalid
from guanxi.platform.entities import links, registry
from guanxi.platform.feel.operators import OPERATORS, PERIODS

#: (target of a link, id as text) → the name under which the reader knows it.
Named = Mapping[tuple[str, str], str]


class StoredFilters:
    """The filters in some fields of a page of records, for one reader. Names are asked for in one query per target."""

    def __init__(self, fields: Iterable[Field], records: Iterable[Any], actor: Actor) -> None:
        self._actor = actor
        self._fields: dict[str, Mapping[str, Field]] = {}
        holding = [field for field in fields if field.filters]
        found = [(self._known(field, one), tree_of(field.get(one))) for one in records for field in holding]
        self._named = names(found, actor)

    def words(self, field: Field, record: Any) -> str:
        """The filter as a sentence; empty where there is none, or one with fields that the reader does not know."""
        return _said(tree_of(field.get(record)), self._known(field, record), self._named)

    def _known(self, field: Field, record: Any) -> Mapping[str, Field]:
        key = field.filters if "." in field.filters else getattr(record, field.filters)
        if key not in self._fields:
            entity = registry.find(key)
            self._fields[key] = entity.readable(self._actor) if entity else {}
        return self._fields[key]


def tree_of(value: Any) -> list[Any]:
    """The filter that a field holds, as lists; empty where it holds none."""
    if isinstance(value, str) and value.startswith("["):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return []
    return value if isinstance(value, list) else []


def names(filters: Iterable[tuple[Mapping[str, Field], Any]], actor: Actor) -> Named:
    """What the links in some filters are called, each filter with its fields. One query per target."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for fields, tree in filters:
        for target, value in _link_values(tree, fields):
            wanted[target].add(value)
    return {
        (target, str(pk)): label
        for target, ids in wanted.items()
        for pk, label in links.labels(target, ids, actor).items()
    }


def _link_values(node: Any, fields: Mapping[str, Field]) -> Iterator[tuple[str, int]]:
    if not isinstance(node, list) or not node:
        return
    if node[0] in ("and", "or", "not"):
        for part in node[1:]:
            yield from _link_values(part, fields)
    elif len(node) > 2 and node[1] in fields and fields[node[1]].is_link:
        for value in node[2] if isinstance(node[2], list) else node[2:]:
            if str(value).isdigit():
                yield fields[node[1]].target, int(value)


def words(node: list[Any], fields: Mapping[str, Field], named: Named) -> dict[str, str]:
    """One condition: its field, its test, its values. A group is in the values alone."""
    head, *rest = node
    if head in ("and", "or"):
        joined = (_(" and ") if head == "and" else _(" or ")).join(sentence(part, fields, named) for part in rest)
        return {"field": "", "operator": "", "value": joined}
    if head == "not":
        return {"field": _("Not"), "operator": "", "value": sentence(rest[0], fields, named)}
    field = fields[rest[0]]
    return {
        "field": str(field.label),
        "operator": str(OPERATORS[head].label),
        "value": _value(head, field, rest[1:], named),
    }


def sentence(node: list[Any], fields: Mapping[str, Field], named: Named) -> str:
    """A condition or a group of them as a sentence."""
    parts = words(node, fields, named)
    if node[0] == "eq" and fields[node[1]].kind is kinds.BOOLEAN:
        return _("%(field)s: %(value)s") % parts
    return " ".join(part for part in parts.values() if part)


def of_value(field: Field, value: Any, actor: Actor) -> str:
    """A stored filter as a sentence that asks for no names; empty where that cannot be said."""
    entity = registry.find(field.filters)
    return _said(tree_of(value), entity.readable(actor) if entity else {}, {})


def _said(tree: list[Any], fields: Mapping[str, Field], named: Named) -> str:
    try:
        return sentence(tree, fields, named) if tree else ""
    except (KeyError, IndexError, TypeError, ValueError):
        return ""


def _value(operator: str, field: Field, raw: list[Any], named: Named) -> str:
    values = raw[0] if OPERATORS[operator].many and raw and isinstance(raw[0], list) else raw
    if operator == "period":
        return str(PERIODS.get(str(values[0]), values[0]))
    joint = _(" to ") if operator == "between" else _(", ")
    return joint.join(_one(field, value, named) for value in values)


def _one(field: Field, value: Any, named: Named) -> str:
    if field.is_link:
        return named.get((field.target, str(value)), str(value))
    if field.kind is kinds.BOOLEAN:
        try:
            return str(kinds.YES if field.parse(value) else kinds.NO)
        except Invalid:
            return str(value)
    return str(field.choice_labels().get(str(value), value))
