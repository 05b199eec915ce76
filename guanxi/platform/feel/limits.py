"""How large an expression, its values and its work may become. Attack tests hold each of them."""

from typing import Any

from guanxi.platform.feel.faults import TooMuch

TEXT = 10_000
NODES = 2_000
TOKENS = 3 * NODES
DEPTH = 60
NAME = 200
#: Characters of a text that an evaluation makes.
STRING = 100_000
LIST = 10_000
STEPS = 100_000
CALLS = 40
#: Characters of a text that a regular expression is tried on: replacing costs far more than matching.
PATTERN_INPUT = 10_000
PATTERN = 1_000
#: Values in a list or context, counting shared parts as often as they occur.
WEIGHT = 50_000
#: Lists and contexts within each other: whoever reads a value does so with a stack of calls.
LEVELS = 100


class Budget:
    """What one evaluation has used. Steps are nodes evaluated within loops and calls, so that work is bounded whatever
    the body of a loop is; weights count shared parts each time, because whoever reads the value reads them each time."""

    __slots__ = ("calls", "steps", "weights")

    def __init__(self) -> None:
        self.steps = STEPS
        self.calls = 0
        self.weights: dict[int, tuple[int, int, Any]] = {}

    def spend(self, steps: int) -> None:
        """Take from the steps that are left. Raises TooMuch when they are used up."""
        self.steps -= steps
        if self.steps < 0:
            raise TooMuch

    def text(self, value: str) -> str:
        """The text, if it is no longer than texts may be."""
        if len(value) > STRING:
            raise TooMuch
        self.spend(len(value) >> 8)
        return value

    def made(self, value: Any) -> Any:
        """The list or context, if it is no larger than values may be."""
        if type(value) is list and len(value) > LIST:
            raise TooMuch
        self._weigh(value)
        return value

    def _weigh(self, value: Any) -> tuple[int, int]:
        """Weight and levels. What a value is made of was weighed when it was made, so this goes one level down."""
        kind = type(value)
        if kind is not list and kind is not dict:
            return 1 + (len(value) >> 6 if kind is str else 0), 0
        known = self.weights.get(id(value))
        if known and known[2] is value:
            return known[0], known[1]
        weight, levels = 1, 1
        for part in value if kind is list else value.values():
            inner, below = self._weigh(part)
            weight += inner
            levels = max(levels, below + 1)
        if weight > WEIGHT or levels > LEVELS:
            raise TooMuch
        self.spend(len(value) >> 3)
        self.weights[id(value)] = (weight, levels, value)
        return weight, levels
