"""The walk over the tree. Kinds that do not go together are an error told to the author; the evaluator would answer null,
SQL something else again."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from guanxi.platform.feel import conformity, tree, types
from guanxi.platform.feel.checking import calls, operators
from guanxi.platform.feel.checking.literals import type_of
from guanxi.platform.feel.faults import ExpressionError
from guanxi.platform.feel.functions import BUILTINS
from guanxi.platform.feel.properties import PROPERTIES
from guanxi.platform.feel.tree import Node
from guanxi.platform.feel.types import BOOLEAN, Type

Env = Mapping[str, Type]


class Checker:
    """``found`` holds the type of every node that was seen, by its identity, for the compiler to SQL."""

    def __init__(self) -> None:
        self.found: dict[int, Type] = {}

    def type(self, node: Node, env: Env) -> Type:
        """The type of a node. Raises ExpressionError with the place."""
        kind = _VISITS[type(node)](self, node, env)
        self.found[id(node)] = kind
        return kind

    def condition(self, node: Node, env: Env) -> Type:
        """As ``type``, for what must be true or false."""
        kind = self.type(node, env)
        if kind.kind not in ("boolean", "null", "any"):
            raise error(
                node, _("A condition is needed here, not: %(kind)s. Compare it with something.") % {"kind": kind.label}
            )
        return kind


def error(node: Node, message: str) -> ExpressionError:
    """The error at the place of a node."""
    return ExpressionError(message, node.at, node.to)


def nearest(word: str, words: Any) -> str:
    """The word most like it, or empty."""
    return next(iter(difflib.get_close_matches(word, sorted(words), 1, 0.7)), "")


def _literal(checker: Checker, node: tree.Literal, env: Env) -> Type:
    return type_of(node.value)


def _name(checker: Checker, node: tree.Name, env: Env) -> Type:
    if node.name in env:
        return env[node.name]
    if node.name in BUILTINS:
        return types.FUNCTION
    near = nearest(node.name, [*env, *BUILTINS])
    if near:
        raise error(node, _("“%(name)s” is not known. Did you mean “%(near)s”?") % {"name": node.name, "near": near})
    raise error(
        node,
        _("“%(name)s” is not known. Choose a name from the list; texts stand in quotation marks.")
        % {"name": node.name},
    )


def _list(checker: Checker, node: tree.ListOf, env: Env) -> Type:
    item = types.NULL
    for one in node.items:
        kind = checker.type(one, env)
        united = types.unite(item, kind)
        if united is None and item.kind == kind.kind:
            united = types.list_of(types.ANY) if kind.kind == "list" else types.CONTEXT
        if united is None:
            raise error(
                one,
                _("The list holds values of different kinds: %(one)s and %(other)s. Keep to one kind.")
                % {"one": item.label, "other": kind.label},
            )
        item = united
    return types.list_of(item if node.items else types.ANY)


def _context(checker: Checker, node: tree.ContextOf, env: Env) -> Type:
    fields: dict[str, Type] = {}
    for key, value in node.entries:
        if key in fields:
            raise error(value, _("“%(name)s” stands twice in the context. Keep one.") % {"name": key})
        fields[key] = checker.type(value, {**env, **fields})
    return types.context_of(fields)


def _interval(checker: Checker, node: tree.Interval, env: Env) -> Type:
    ends = [checker.type(one, env) for one in (node.low, node.high) if one is not None]
    for kind in ends:
        operators.refuse_unordered(node, kind)
    if len(ends) == 2:
        operators.refuse_different(node, "..", *ends)
        return types.range_of(types.unite(*ends) or ends[0])
    return types.range_of(ends[0])


def _chain(checker: Checker, node: tree.Chain, env: Env) -> Type:
    kind = checker.type(node.first, env)
    for operator, operand in node.rest:
        kind = operators.result(operand, operator, kind, checker.type(operand, env))
    return kind


def _negate(checker: Checker, node: tree.Negate, env: Env) -> Type:
    kind = checker.type(node.operand, env)
    if kind.kind not in (types.NUMBER_, types.DAYS_, types.MONTHS_, types.NULL_, types.ANY_):
        raise error(node, _("“-” does not work on: %(kind)s.") % {"kind": kind.label})
    return kind


def _logic(checker: Checker, node: tree.Logic, env: Env) -> Type:
    kinds = [checker.condition(one, env) for one in node.parts]
    return BOOLEAN.maybe(any(kind.nullable for kind in kinds))


def _compare(checker: Checker, node: tree.Compare, env: Env) -> Type:
    left, right = checker.type(node.left, env), checker.type(node.right, env)
    return operators.comparison(node, node.operator, left, right)


def _between(checker: Checker, node: tree.Between, env: Env) -> Type:
    value = checker.type(node.value, env)
    kinds = [operators.comparison(one, "<", value, checker.type(one, env)) for one in (node.low, node.high)]
    return BOOLEAN.maybe(any(kind.nullable for kind in kinds))


def _in(checker: Checker, node: tree.In, env: Env) -> Type:
    value = checker.type(node.value, env)
    kinds = [_test(checker, one, value, env) for one in node.tests]
    return BOOLEAN.maybe(any(kind.nullable for kind in kinds))


def _test(checker: Checker, test: tree.Test, value: Type, env: Env) -> Type:
    if test.operator == "true":
        return checker.condition(test.operand, env)
    kind = checker.type(test.operand, env)
    if test.operator != "in":
        return operators.comparison(test, test.operator, value, kind)
    while kind.kind in ("list", "range") and kind.item is not None and kind.kind != value.kind:
        if kind.kind == "range":
            return operators.comparison(test, "<", value, kind.item)
        kind = kind.item
    return operators.comparison(test, "=", value, kind)


def _instance_of(checker: Checker, node: tree.InstanceOf, env: Env) -> Type:
    checker.type(node.value, env)
    _named(node.type)
    return BOOLEAN


def _named(written: tree.TypeName) -> Type:
    kind = conformity.named_type(written)
    if kind is None:
        raise error(written, _("There is no type “%(name)s”.") % {"name": written.name})
    return kind


def _path(checker: Checker, node: tree.Path, env: Env) -> Type:
    source = checker.type(node.source, env)
    if source.kind == "list" and source.item is not None:
        return types.list_of(_part(node, source.item)).maybe(source.nullable)
    return _part(node, source).maybe(source.nullable)


def _part(node: tree.Path, source: Type) -> Type:
    if source.kind in ("any", "null") or (source.kind == "context" and source.fields is None):
        return types.ANY
    if source.kind == "range" and node.name in ("start", "end"):
        return (source.item or types.ANY).maybe()
    parts: dict[str, Type] = dict(source.fields or ())
    if not parts:
        parts = {name: kind for name, (kind, _read) in PROPERTIES.get(source.kind, {}).items()}
    if node.name in parts:
        return parts[node.name]
    if not parts:
        raise error(node, _("“.%(name)s” does not work on: %(kind)s.") % {"name": node.name, "kind": source.label})
    raise error(
        node,
        _("There is no “%(name)s” here. There is: %(parts)s.") % {"name": node.name, "parts": ", ".join(parts)},
    )


def _filter(checker: Checker, node: tree.Filter, env: Env) -> Type:
    source = checker.type(node.source, env)
    item = source.item if source.kind == "list" and source.item else source
    if source.kind == "list" and source.item is None:
        item = types.ANY
    fields = dict(item.fields or ()) if item.kind == "context" else {}
    inner = {**env, "item": item, **fields}
    if item.kind == "any":
        inner = _Open(inner)
    kind = checker.type(node.condition, inner)
    if kind.kind == "number":
        return item.maybe()
    if kind.kind not in ("boolean", "any", "null"):
        raise error(
            node.condition,
            _("In brackets stands a position or a condition, not: %(kind)s.") % {"kind": kind.label},
        )
    return types.list_of(item)


class _Open(dict):
    """Names within something of which nothing is known: any word may be one of its entries."""

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name not in BUILTINS

    def __getitem__(self, name: str) -> Type:
        return self.get(name, types.ANY)


def _call(checker: Checker, node: tree.Call, env: Env) -> Type:
    return calls.call(checker, node, env)


def _if(checker: Checker, node: tree.If, env: Env) -> Type:
    checker.condition(node.condition, env)
    then, otherwise = checker.type(node.then, env), checker.type(node.otherwise, env)
    united = types.unite(then, otherwise)
    if united is None:
        raise error(
            node.otherwise,
            _("Both answers of “if” must be of one kind, not: %(one)s and %(other)s.")
            % {"one": then.label, "other": otherwise.label},
        )
    return united


def _bound(checker: Checker, iterations: tuple[tree.Iteration, ...], env: Env) -> dict[str, Type]:
    """The names within a loop."""
    inner = dict(env)
    for one in iterations:
        source = checker.type(one.source, inner)
        if one.end is not None:
            operators.refuse_different(one, "..", source, checker.type(one.end, inner))
            inner[one.name] = replace(source, nullable=False)
        elif source.kind in ("list", "range"):
            inner[one.name] = source.item or types.ANY
        elif source.kind in ("any", "null"):
            inner[one.name] = types.ANY
        else:
            raise error(one.source, _("A list is needed here, not: %(kind)s.") % {"kind": source.label})
    return inner


def _for(checker: Checker, node: tree.For, env: Env) -> Type:
    inner = _bound(checker, node.iterations, env)
    inner["partial"] = types.list_of(types.ANY)
    return types.list_of(checker.type(node.body, inner)).maybe()


def _quantified(checker: Checker, node: tree.Quantified, env: Env) -> Type:
    checker.condition(node.body, _bound(checker, node.iterations, env))
    return BOOLEAN.maybe()


def _function(checker: Checker, node: tree.Function, env: Env) -> Type:
    return calls.function(checker, node, env, ())


_VISITS: dict[type, Callable[[Checker, Any, Any], Type]] = {
    tree.Literal: _literal,
    tree.Name: _name,
    tree.ListOf: _list,
    tree.ContextOf: _context,
    tree.Interval: _interval,
    tree.Chain: _chain,
    tree.Negate: _negate,
    tree.Logic: _logic,
    tree.Compare: _compare,
    tree.Between: _between,
    tree.In: _in,
    tree.InstanceOf: _instance_of,
    tree.Path: _path,
    tree.Filter: _filter,
    tree.Call: _call,
    tree.If: _if,
    tree.For: _for,
    tree.Quantified: _quantified,
    tree.Function: _function,
}
