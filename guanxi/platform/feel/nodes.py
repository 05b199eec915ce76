"""The filter tree: what a list, a saved view, a scope or (later) a FEEL text asks of a record.

A tree is JSON of typed nodes, each a list headed by its operator, short enough for an address bar:

    ["and", NODE, NODE, ...]      every node holds
    ["or", NODE, NODE, ...]       at least one holds
    ["not", NODE]                 the node is false (not merely unknown)
    [OPERATOR, FIELD, VALUE...]   a test of one field, e.g. ["under", "region", "320000"]

``parse`` turns JSON into frozen dataclasses and checks it against the fields a reader may see;
what it returns is safe to compile. The tree is bounded: at most MAX_NODES nodes, MAX_DEPTH levels.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.translation import gettext as _

from guanxi.platform.feel.operators import OPERATORS, Operator

MAX_NODES = 200
MAX_DEPTH = 12
MAX_VALUES = 1000
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


class FilterError(ValueError):
    """The tree cannot be used; the message says which part and why, for the person who made it."""


class FilterField(Protocol):
    """What the filter needs to know of a field (access.fields.Field fulfils it)."""

    @property
    def key(self) -> str: ...

    @property
    def operators(self) -> tuple[str, ...]: ...

    def filter_value(self, raw: Any) -> Any:
        """The comparable value for a raw one; raises ValueError with a readable message."""


#: Gives the field of a key, or None.
FieldOf = Callable[[str], FilterField | None]


@dataclass(frozen=True)
class All:
    """Every node holds; with no nodes it holds for every record."""

    nodes: tuple["Node", ...] = ()


@dataclass(frozen=True)
class Any_:
    """At least one node holds."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True)
class Not:
    """The node is false."""

    node: "Node"


@dataclass(frozen=True)
class Test:
    """One field compared with typed values."""

    operator: Operator
    field: str
    values: tuple[Any, ...] = ()
    raw: tuple[Any, ...] = ()


Node = All | Any_ | Not | Test
EVERYTHING = All()


def parse(tree: Any, field_of: FieldOf) -> Node:
    """Read a JSON tree. ``field_of`` returns None for a field that does not exist or may not be read:
    both give the same message, so that a hidden field cannot be told from a missing one."""
    budget = [MAX_NODES]
    return _parse(tree, field_of, budget, 0) if tree else EVERYTHING


def _parse(tree: Any, field_of: FieldOf, budget: list[int], depth: int) -> Node:
    budget[0] -= 1
    if budget[0] < 0 or depth > MAX_DEPTH:
        raise FilterError(_("The filter is too large. Split it into several views."))
    if not isinstance(tree, list) or not tree or not isinstance(tree[0], str):
        raise FilterError(_("The filter cannot be read. Build it again with the filter button."))
    head, *rest = tree
    if head in ("and", "or"):
        nodes = tuple(_parse(part, field_of, budget, depth + 1) for part in rest)
        return All(nodes) if head == "and" else Any_(nodes)
    if head == "not" and len(rest) == 1:
        return Not(_parse(rest[0], field_of, budget, depth + 1))
    return _parse_test(head, rest, field_of)


def _parse_test(head: str, rest: Sequence[Any], field_of: FieldOf) -> Test:
    operator = OPERATORS.get(head)
    key = rest[0] if rest else None
    field = field_of(key) if isinstance(key, str) else None
    if operator is None or field is None or head not in field.operators:
        raise FilterError(
            _("The filter asks for “%(test)s”, which does not exist here. Remove it and try again.")
            % {"test": f"{key} {head}"}
        )
    raw = (
        tuple(rest[1][:MAX_VALUES])
        if operator.many and len(rest) > 1 and isinstance(rest[1], list)
        else tuple(rest[1:])
    )
    if not operator.accepts(len(raw)) or not all(_usable(value) for value in raw):
        raise FilterError(_("The filter on “%(field)s” lacks a value.") % {"field": field.key})
    try:
        values = tuple(field.filter_value(value) for value in raw) if operator.typed else raw
    except ValueError as error:
        raise FilterError(str(error)) from error
    return Test(operator, field.key, values, raw)


def _usable(value: Any) -> bool:
    """Whether it is one plain value: neither empty nor a list, and storable as text in both databases."""
    if isinstance(value, str):
        return bool(value.strip()) and not _UNSTORABLE.search(value)
    return isinstance(value, (bool, int, float))


def to_json(node: Node) -> list:
    """The JSON of a tree; ``parse(to_json(node))`` gives the same tree."""
    match node:
        case All(nodes):
            return ["and", *map(to_json, nodes)]
        case Any_(nodes):
            return ["or", *map(to_json, nodes)]
        case Not(inner):
            return ["not", to_json(inner)]
        case Test(operator, field, _values, raw):
            return [operator.key, field, list(raw)] if operator.many else [operator.key, field, *raw]


def fields_used(node: Node) -> set[str]:
    """Keys of all fields that the tree reads."""
    match node:
        case All(nodes) | Any_(nodes):
            return set().union(*map(fields_used, nodes)) if nodes else set()
        case Not(inner):
            return fields_used(inner)
        case Test(_operator, field, _values, _raw):
            return {field}
