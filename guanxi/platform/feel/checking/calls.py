"""Calls: whether the arguments fit a signature, and what comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from guanxi.platform.feel import conformity, tree, types
from guanxi.platform.feel.checking.literals import rounded, type_of
from guanxi.platform.feel.faults import ExpressionError
from guanxi.platform.feel.functions import BUILTINS, Builtin
from guanxi.platform.feel.functions.registry import ABSENT, Parameter, Signature
from guanxi.platform.feel.types import Type

if TYPE_CHECKING:
    from guanxi.platform.feel.checking.checker import Checker, Env

#: Made out of a text that stands in the expression, their value is known beforehand.
CONSTANTS = frozenset({"date", "time", "date and time", "duration"})
_ROUNDING = frozenset({"decimal", "floor", "ceiling", "round up", "round down", "round half up", "round half down"})


def call(checker: Checker, node: tree.Call, env: Env) -> Type:
    """The type of a call."""
    name = node.function.name if isinstance(node.function, tree.Name) else ""
    if name in BUILTINS and name not in env:
        return _builtin(checker, node, env, BUILTINS[name])
    kind = checker.type(node.function, env)
    given = [checker.type(one, env) for one in node.arguments]
    if kind.kind not in ("function", "any"):
        raise _error(node.function, _("This is no function, so it cannot be called: %(kind)s.") % {"kind": kind.label})
    if kind.parameters is not None and len(kind.parameters) != len(given):
        raise _error(node, _("The function takes %(count)d arguments.") % {"count": len(kind.parameters)})
    return (kind.result or types.ANY).maybe()


def function(checker: Checker, node: tree.Function, env: Env, expected: tuple[Type, ...]) -> Type:
    """The type of a function written in the expression. ``expected`` are the types of its parameters where it stands as
    an argument; without them and without a written type a parameter may be anything."""
    taken = []
    for place, written in enumerate(node.types):
        kind = conformity.named_type(written) if written else None
        if written and kind is None:
            raise _error(written, _("There is no type “%(name)s”.") % {"name": written.name})
        taken.append(kind or (expected[place] if place < len(expected) else types.ANY))
    inner = {**env, **dict(zip(node.parameters, taken, strict=True))}
    result = checker.type(node.body, inner) if node.body is not None else types.NULL
    return Type("function", parameters=tuple(taken), result=result)


def _error(node: tree.Node, message: str) -> ExpressionError:
    return ExpressionError(message, node.at, node.to)


def _builtin(checker: Checker, node: tree.Call, env: Env, known: Builtin) -> Type:
    kinds = _argument_types(checker, node, env)
    if known.name in CONSTANTS and all(isinstance(one, tree.Literal) for one in node.arguments):
        return _constant(node, known)
    for signature in known.signatures:
        placed = signature.placed(kinds, node.names)
        if placed is not None and _fit(signature, placed):
            return _result(signature, placed, node, known.name)
    raise _error(
        node,
        _("“%(name)s” does not take these arguments: %(kinds)s. It is used like this: %(usage)s.")
        % {
            "name": known.name,
            "kinds": ", ".join(kind.label for kind in kinds) or "–",
            "usage": " / ".join(usage(known.name, one) for one in known.signatures),
        },
    )


def usage(name: str, signature: Signature) -> str:
    """How a function is written, such as ``substring(string, start position, [length])``."""
    parts = [f"[{one.name}]" if one.optional else one.name for one in signature.parameters]
    return f"{name}({', '.join(parts)})"


def _argument_types(checker: Checker, node: tree.Call, env: Env) -> list[Any]:
    kinds: list[Type] = []
    for one in node.arguments:
        if isinstance(one, tree.Function):
            # The function gets elements of the list that stands before it.
            item = next((kind.item for kind in kinds if kind.kind == "list" and kind.item), types.ANY)
            kind = function(checker, one, env, (item,) * len(one.parameters))
            checker.found[id(one)] = kind
        else:
            kind = checker.type(one, env)
        kinds.append(kind)
    return kinds


def _constant(node: tree.Call, known: Builtin) -> Type:
    """The type of a date, time or duration whose text or parts stand there; what is none is told at once."""
    given = [one.value for one in node.arguments if isinstance(one, tree.Literal)]
    value = known(None, given, node.names)
    if value is None:
        raise _error(
            node,
            _("This is no valid value for “%(name)s”. Write dates like 2026-02-28, durations like P30D or P1M.")
            % {"name": known.name},
        )
    return type_of(value)


def _fit(signature: Signature, placed: list[Any]) -> bool:
    return all(
        kind is ABSENT or _takes(parameter, kind) for parameter, kind in zip(signature.parameters, placed, strict=False)
    )


def _takes(parameter: Parameter, kind: Any) -> bool:
    if isinstance(kind, list):  # arguments gathered into one list
        return all(_takes_one(parameter.kinds[0].item or types.ANY, one) for one in kind)
    return any(_takes_one(one, kind) for one in parameter.kinds) or (
        parameter.many and _takes_one(parameter.kinds[0].item or types.ANY, kind)
    )


def _takes_one(wanted: Type, kind: Type) -> bool:
    if wanted.kind == "any" or kind.kind in ("any", "null"):
        return True
    if wanted.kind != kind.kind:
        return False
    if wanted.kind == "list" and wanted.item and kind.item:
        return _takes_one(wanted.item, kind.item)
    return True


def _result(signature: Signature, placed: list[Any], node: tree.Call, name: str) -> Type:
    flat = [one for kind in placed for one in (kind if isinstance(kind, list) else [kind]) if one is not ABSENT]
    nullable = signature.fails or any(kind.nullable for kind in flat)
    first = flat[0] if flat else types.NULL
    if name in _ROUNDING:
        return rounded(first, _scale(node)).maybe(nullable)
    if name == "now":
        return Type("date and time", zoned=True)
    match signature.result:
        case Type() as kind:
            return kind.maybe(nullable)
        case "same":
            return first.maybe(nullable)
        case "item":
            return _item(placed).maybe()
        case _:
            lists = [kind for kind in flat if kind.kind == "list"]
            return (lists[0] if lists else types.list_of(types.ANY)).maybe(nullable)


def _item(placed: list[Any]) -> Type:
    """What the elements are that a function chooses from."""
    given = placed[0]
    if not isinstance(given, list):
        return given.item or types.ANY if given.kind == "list" else given
    united = given[0]
    for kind in given[1:]:
        united = types.unite(united, kind) or types.ANY
    return united


def _scale(node: tree.Call) -> int | None:
    """The digits that a rounding keeps, if they stand in the text."""
    if len(node.arguments) < 2:
        return 0
    scale = node.arguments[1]
    value = scale.value if isinstance(scale, tree.Literal) else None
    return int(value) if value is not None and 0 <= value <= 30 and value == int(value) else None
