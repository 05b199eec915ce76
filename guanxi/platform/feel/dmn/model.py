"""A decision model as read: what is given, what is decided by which logic, and what each needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from guanxi.platform.feel.expressions import Expression
from guanxi.platform.feel.running import Run
from guanxi.platform.feel.types import Type

#: A piece of logic that is ready to run: it takes the run and the values of names.
Logic = Callable[[Run, Mapping[str, Any]], Any]


@dataclass(frozen=True)
class Input:
    """One column of conditions. ``expression`` is what the cells test; ``values`` are those allowed, if said."""

    expression: Expression
    label: str = ""
    values: Expression | None = None


@dataclass(frozen=True)
class Output:
    """One column of results; ``values`` are ranked from the first, for the policies of priority."""

    name: str
    values: Expression | None = None
    default: Expression | None = None


@dataclass(frozen=True)
class Rule:
    cells: tuple[Expression, ...]
    results: tuple[Expression, ...]


@dataclass(frozen=True)
class Table:
    """``policy`` is UNIQUE, ANY, PRIORITY, FIRST, RULE ORDER, OUTPUT ORDER or COLLECT; ``aggregation`` SUM, MIN, MAX,
    COUNT or empty."""

    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    policy: str = "UNIQUE"
    aggregation: str = ""


@dataclass(frozen=True)
class Given:
    """What must be given from outside."""

    id: str
    name: str
    type: Type | None = None


@dataclass(frozen=True)
class Decision:
    """``needs`` are ids of what is given and decided, ``knowledge`` ids of functions."""

    id: str
    name: str
    logic: Logic | None
    needs: tuple[str, ...] = ()
    knowledge: tuple[str, ...] = ()
    type: Type | None = None
    table: Table | None = None


@dataclass(frozen=True)
class Knowledge:
    """A function that decisions call (a business knowledge model)."""

    id: str
    name: str
    parameters: tuple[tuple[str, Type | None], ...]
    logic: Logic | None
    knowledge: tuple[str, ...] = ()
    type: Type | None = None


@dataclass(frozen=True)
class Fault:
    """A text of a decision that cannot be read, and why: it gives null. A model with faults must not be published."""

    where: str
    text: str
    message: str


@dataclass(frozen=True)
class Model:
    name: str
    namespace: str
    given: Mapping[str, Given] = field(default_factory=dict)
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    knowledge: Mapping[str, Knowledge] = field(default_factory=dict)
    types: Mapping[str, Type] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def decision(self, name: str) -> Decision | None:
        """The decision of a name."""
        return next((one for one in self.decisions.values() if one.name == name), None)
