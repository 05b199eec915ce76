"""The tree of an expression. Every node knows where in the text it begins (``at``) and ends (``to``).

Chains of one precedence are flat (``Chain``, ``Logic``), so that a long sum or a long list of conditions is not deep.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Node:
    """What all nodes share; the place in the text is no part of what a node is."""

    at: int = field(compare=False, kw_only=True, default=0)
    to: int = field(compare=False, kw_only=True, default=0)

    def children(self) -> "Iterator[Node]":
        """The nodes directly below, in the order of the text."""
        for one in fields(self):
            yield from _nodes(getattr(self, one.name))

    def walk(self) -> "Iterator[Node]":
        """This node and all below; without recursion, because texts of strangers may be deep."""
        waiting: list[Node] = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(node.children())


def _nodes(value: Any) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _nodes(one)


def names_used(node: Node) -> set[str]:
    """Every name that the tree reads, also those that it binds itself."""
    return {one.name for one in node.walk() if isinstance(one, Name)}


def substituted(node: Node, name: str, by: Node) -> Node:
    """The tree with another in the place of a name. Trees are of bounded depth."""
    if isinstance(node, Name):
        return by if node.name == name else node
    changes = {one.name: _substituted(getattr(node, one.name), name, by) for one in fields(node)}
    return replace(node, **changes)


def _substituted(value: Any, name: str, by: Node) -> Any:
    if isinstance(value, Node):
        return substituted(value, name, by)
    return tuple(_substituted(one, name, by) for one in value) if isinstance(value, tuple) else value


@dataclass(frozen=True)
class Literal(Node):
    """A number, text, boolean, null, or a temporal value written as ``@"…"``."""

    value: Any


@dataclass(frozen=True)
class Name(Node):
    name: str


@dataclass(frozen=True)
class Path(Node):
    source: Node
    name: str


@dataclass(frozen=True)
class Filter(Node):
    source: Node
    condition: Node


@dataclass(frozen=True)
class Call(Node):
    """``names`` is empty for arguments by position, else one name per argument."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Negate(Node):
    operand: Node


@dataclass(frozen=True)
class Chain(Node):
    """``first`` and then pairs of operator and operand, from left to right: ``+ -``, ``* /`` or ``**``."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True)
class Logic(Node):
    """``operator`` is "and" or "or"."""

    operator: str
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Compare(Node):
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Between(Node):
    value: Node
    low: Node
    high: Node


@dataclass(frozen=True)
class Test(Node):
    """One test of a value. ``operator`` "in" asks whether the value is, or is in, the operand; "true" whether the operand,
    a condition on "?", holds."""

    operator: str
    operand: Node


@dataclass(frozen=True)
class In(Node):
    """``value`` meets one of the tests; ``negated`` (only in cells) turns the answer round."""

    value: Node
    tests: tuple[Test, ...]
    negated: bool = False


@dataclass(frozen=True)
class TypeName(Node):
    """A type as it is written: ``list<number>`` has one parameter; fields of a context have names."""

    name: str
    parameters: tuple["TypeName", ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class InstanceOf(Node):
    value: Node
    type: TypeName


@dataclass(frozen=True)
class If(Node):
    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True)
class Iteration(Node):
    """``name in source``, or ``name in source..end`` counting up or down."""

    name: str
    source: Node
    end: Node | None = None


@dataclass(frozen=True)
class For(Node):
    iterations: tuple[Iteration, ...]
    body: Node


@dataclass(frozen=True)
class Quantified(Node):
    """``every`` says which of ``some`` and ``every`` it is."""

    every: bool
    iterations: tuple[Iteration, ...]
    body: Node


@dataclass(frozen=True)
class Function(Node):
    """``body`` is None for an external function, which gives null."""

    parameters: tuple[str, ...]
    types: tuple[TypeName | None, ...]
    body: Node | None


@dataclass(frozen=True)
class ListOf(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True)
class ContextOf(Node):
    """A later entry may use the earlier ones by their keys."""

    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True)
class Interval(Node):
    """``low..high``; an end that is None is open-ended. ``unary`` are those written ``(< 5)``, which equal no interval."""

    low: Node | None
    high: Node | None
    low_closed: bool
    high_closed: bool
    unary: bool = False


NULL = Literal(None)
ZERO = Literal(Decimal(0))
