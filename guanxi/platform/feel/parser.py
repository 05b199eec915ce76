"""From tokens to the tree. The grammar is LALR: reading takes no recursion and no look-back, whatever the text."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedInput, UnexpectedToken, VisitError
from lark.lexer import Lexer as LarkLexer

from guanxi.platform.feel import limits, tree
from guanxi.platform.feel.faults import ExpressionError
from guanxi.platform.feel.lexer import Lexer
from guanxi.platform.feel.tree import Node

_GRAMMAR = Path(__file__).with_name("grammar.lark")


class _Ready(LarkLexer):
    """Hands lark the tokens that were made beforehand."""

    def __init__(self, conf: Any) -> None:
        pass

    def lex(self, data: Any) -> Iterator[Token]:  # type: ignore[override]
        return iter(data)


def _span(parts: list[Any]) -> dict[str, Any]:
    """Where the parts begin and end."""
    found = [one for one in parts if one is not None]
    if not found:
        return {"at": 0, "to": 0}
    first, last = found[0], found[-1]
    return {
        "at": first.start_pos if isinstance(first, Token) else first.at,
        "to": last.end_pos if isinstance(last, Token) else last.to,
    }


def _nodes(parts: list[Any]) -> list[Any]:
    """The parts that are no tokens."""
    return [one for one in parts if one is not None and not isinstance(one, Token)]


def _asks(test: tree.Test) -> bool:
    """Whether the test is a condition on "?" of its own making instead of a value to compare with."""
    return test.operator == "in" and "?" in tree.names_used(test.operand)


class _Builder(Transformer):
    """One method per rule of the grammar; children come built."""

    # --- values -----------------------------------------------------------------------------------------------------
    def number(self, parts: list) -> Node:
        return tree.Literal(parts[0].value, **_span(parts))

    string = temporal = number

    def true(self, parts: list) -> Node:
        return tree.Literal(True, **_span(parts))

    def false(self, parts: list) -> Node:
        return tree.Literal(False, **_span(parts))

    def null(self, parts: list) -> Node:
        return tree.Literal(None, **_span(parts))

    def name(self, parts: list) -> Node:
        return tree.Name(parts[0].value, **_span(parts))

    def grouped(self, parts: list) -> Node:
        return parts[1]

    def list_(self, parts: list) -> Node:
        return tree.ListOf(tuple(_nodes(parts)), **_span(parts))

    def context(self, parts: list) -> Node:
        return tree.ContextOf(tuple(one.entry for one in _nodes(parts)), **_span(parts))

    def entry(self, parts: list) -> "_Entry":
        return _Entry((parts[0].value, parts[2]), **_span(parts))

    def interval(self, parts: list) -> Node:
        opening, low, _dots, high, closing = parts
        return tree.Interval(low, high, opening.type == "LSQB", closing.type == "RSQB", **_span(parts))

    def unary_range(self, parts: list) -> Node:
        _opening, sign, end, _closing = parts
        place = _span(parts)
        if sign.value in ("=", "!="):
            if sign.value == "!=":
                raise ExpressionError(_("A range cannot be written with !=. Use < or >."), sign.start_pos, sign.end_pos)
            return tree.Interval(end, end, True, True, unary=True, **place)
        closed = sign.value.endswith("=")
        if sign.value.startswith("<"):
            return tree.Interval(None, end, False, closed, unary=True, **place)
        return tree.Interval(end, None, closed, False, unary=True, **place)

    # --- operators --------------------------------------------------------------------------------------------------
    def disjunction(self, parts: list) -> Node:
        return tree.Logic("or", tuple(_nodes(parts)), **_span(parts))

    def conjunction(self, parts: list) -> Node:
        return tree.Logic("and", tuple(_nodes(parts)), **_span(parts))

    def additive(self, parts: list) -> Node:
        rest = tuple((parts[i].value, parts[i + 1]) for i in range(1, len(parts), 2))
        return tree.Chain(parts[0], rest, **_span(parts))

    multiplicative = power = additive

    def negate(self, parts: list) -> Node:
        return tree.Negate(parts[1], **_span(parts))

    def compare(self, parts: list) -> Node:
        return tree.Compare(parts[1].value, parts[0], parts[2], **_span(parts))

    def between(self, parts: list) -> Node:
        return tree.Between(*_nodes(parts), **_span(parts))

    def in_value(self, parts: list) -> Node:
        return tree.In(parts[0], (tree.Test("in", parts[2], **_span(parts[2:])),), **_span(parts))

    def in_compare(self, parts: list) -> Node:
        return tree.In(parts[0], (self.test(parts[2:]),), **_span(parts))

    def in_tests(self, parts: list) -> Node:
        return tree.In(parts[0], parts[3].items, **_span(parts))

    def tests(self, parts: list) -> "_Tests":
        return _Tests(tuple(_nodes(parts)), **_span(parts))

    in_list = tests

    def test(self, parts: list) -> tree.Test:
        if isinstance(parts[0], Token):
            return tree.Test(parts[0].value, parts[1], **_span(parts))
        return tree.Test("in", parts[0], **_span(parts))

    def cell(self, parts: list) -> Node:
        tests = next(one for one in parts if isinstance(one, _Tests))
        items = tuple(replace(one, operator="true") if _asks(one) else one for one in tests.items)
        return tree.In(tree.Name("?"), items, negated=isinstance(parts[0], Token), **_span(parts))

    def whole(self, parts: list) -> Node:
        return parts[0]

    # --- names, calls, types ----------------------------------------------------------------------------------------
    def path(self, parts: list) -> Node:
        return tree.Path(parts[0], parts[2].value, **_span(parts))

    def filter_(self, parts: list) -> Node:
        return tree.Filter(parts[0], parts[2], **_span(parts))

    def call(self, parts: list) -> Node:
        function, given = parts[0], parts[2].items
        names = tuple(one.name for one in given if one.name)
        if names and len(names) != len(given):
            raise ExpressionError(_("Either all arguments have names or none."), function.at, parts[3].end_pos)
        return tree.Call(function, tuple(one.value for one in given), names, **_span(parts))

    def arguments(self, parts: list) -> "_Arguments":
        return _Arguments(tuple(_nodes(parts)), **_span(parts))

    def argument(self, parts: list) -> "_Argument":
        return _Argument(parts[0].value if parts[0] is not None else "", parts[-1], **_span(parts))

    def type(self, parts: list) -> tree.TypeName:
        words = [one.value for one in parts if isinstance(one, Token) and one.type == "NAME"]
        inner = next((one for one in parts if isinstance(one, _Parts)), _Parts(()))
        result = tuple(one for one in parts if isinstance(one, tree.TypeName))
        kinds = tuple(kind for _name, kind in inner.items)
        names = tuple(name for name, _kind in inner.items if name)
        return tree.TypeName(".".join(words), kinds + result, names, **_span(parts))

    def type_parts(self, parts: list) -> "_Parts":
        return _Parts(tuple(one.items[0] for one in _nodes(parts)), **_span(parts))

    def type_part(self, parts: list) -> "_Parts":
        return _Parts(((parts[0].value if parts[0] is not None else "", parts[-1]),), **_span(parts))

    def instance_of(self, parts: list) -> Node:
        return tree.InstanceOf(parts[0], parts[3], **_span(parts))

    # --- statements -------------------------------------------------------------------------------------------------
    def if_(self, parts: list) -> Node:
        return tree.If(*_nodes(parts), **_span(parts))

    def iteration(self, parts: list) -> tree.Iteration:
        return tree.Iteration(parts[0].value, parts[2], parts[4] if len(parts) > 4 else None, **_span(parts))

    def iterations(self, parts: list) -> "_Iterations":
        return _Iterations(tuple(_nodes(parts)), **_span(parts))

    def for_(self, parts: list) -> Node:
        return tree.For(parts[1].items, parts[3], **_span(parts))

    def quantified(self, parts: list) -> Node:
        return tree.Quantified(parts[0].type == "EVERY", parts[1].items, parts[3], **_span(parts))

    def function(self, parts: list) -> Node:
        given = next(one for one in parts if isinstance(one, _Parameters)).items
        external = any(isinstance(one, Token) and one.type == "EXTERNAL" for one in parts)
        names = tuple(name for name, _kind in given)
        return tree.Function(names, tuple(kind for _n, kind in given), None if external else parts[-1], **_span(parts))

    def parameters(self, parts: list) -> "_Parameters":
        return _Parameters(tuple(one.items[0] for one in _nodes(parts)), **_span(parts))

    def parameter(self, parts: list) -> "_Parameters":
        return _Parameters(((parts[0].value, parts[2] if len(parts) > 2 else None),), **_span(parts))


class _Group:
    """Several things on their way into one node."""

    def __init__(self, items: tuple, at: int = 0, to: int = 0) -> None:
        self.items, self.at, self.to = items, at, to


class _Tests(_Group): ...


class _Arguments(_Group): ...


class _Parts(_Group): ...


class _Iterations(_Group): ...


class _Parameters(_Group): ...


class _Argument:
    def __init__(self, name: str, value: Node, at: int, to: int) -> None:
        self.name, self.value, self.at, self.to = name, value, at, to


class _Entry:
    def __init__(self, entry: tuple[str, Node], at: int, to: int) -> None:
        self.entry, self.at, self.to = entry, at, to


@lru_cache(maxsize=1)
def _lark() -> Lark:
    return Lark(
        _GRAMMAR.read_text(),
        parser="lalr",
        lexer=_Ready,
        start=["whole", "cell"],
        transformer=_Builder(),
        maybe_placeholders=True,
    )


def parse_text(text: str, names: Iterable[str], *, cell: bool = False) -> Node:
    """The tree of an expression, or of a cell of a table. Raises ExpressionError."""
    tokens = list(Lexer(text, names, cell=cell).tokens())
    if not tokens:
        raise ExpressionError(_("There is no expression. Write one, such as amount > 1000."))
    if len(tokens) > limits.TOKENS:
        raise ExpressionError(
            _("The expression is too long. Split it into several."), tokens[limits.TOKENS].start_pos or 0
        )
    try:
        node: Any = _lark().parse(tokens, start="cell" if cell else "whole")  # type: ignore[arg-type]
    except VisitError as error:
        raise error.orig_exc from error
    except UnexpectedInput as error:
        raise _unexpected(error, text, tokens) from error
    _refuse_too_large(node)
    return node


def _unexpected(error: UnexpectedInput, text: str, tokens: list[Token]) -> ExpressionError:
    token = error.token if isinstance(error, UnexpectedToken) else None
    if token is None or token.type == "$END":
        return ExpressionError(_("The expression ends too early. Add what is missing at the end."), len(text.rstrip()))
    at, to = token.start_pos or 0, token.end_pos or 0
    index = next((i for i, one in enumerate(tokens) if one.start_pos == at), 0)
    if index and token.type == "NAME" and tokens[index - 1].type == "NAME":
        start = tokens[index - 1].start_pos or 0
        phrase = re.sub(r"\s+", " ", text[start:to])
        return ExpressionError(
            _("“%(name)s” is not a known name. Choose one from the list, or put an operator between the words.")
            % {"name": phrase},
            start,
            to,
        )
    return ExpressionError(
        _("“%(part)s” cannot stand here. Check what comes before it.") % {"part": text[at:to]}, at, to
    )


def _refuse_too_large(node: Node) -> None:
    """Raise ExpressionError for a tree of too many nodes or levels; without recursion."""
    count, waiting = 0, [(node, 1)]
    while waiting:
        one, depth = waiting.pop()
        count += 1
        if depth > limits.DEPTH:
            raise ExpressionError(_("The expression is nested too deeply. Split it into several."), one.at, one.to)
        if count > limits.NODES:
            raise ExpressionError(_("The expression is too long. Split it into several."), one.at, one.to)
        waiting.extend((child, depth + 1) for child in one.children())
