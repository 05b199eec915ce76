"""What an evaluation runs in: its moment, its zone, what it may still use, and the names it knows."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import cached_property
from typing import Any

from guanxi.platform.feel import limits
from guanxi.platform.feel.faults import TooMuch
from guanxi.platform.feel.functions import BUILTINS
from guanxi.platform.feel.limits import Budget
from guanxi.platform.feel.values import Function

#: So many uses of decision tables are told of one evaluation.
MOST_TOLD = 1_000


class Run:
    """One evaluation. ``told`` are the decision tables that it used in their order, each with the numbers of the rules that
    hit, from 0."""

    def __init__(self, now: datetime, zone: tzinfo) -> None:
        self.moment, self.zone = now, zone
        self.budget = Budget()
        self.told: list[tuple[str, tuple[int, ...]]] = []

    def tell(self, table: str, rules: Sequence[int]) -> None:
        """Remember which rules of a table hit, for the explanation."""
        if len(self.told) < MOST_TOLD:
            self.told.append((table, tuple(rules)))

    @cached_property
    def now(self) -> datetime:
        """One moment for the whole evaluation, to the millisecond, in the zone of whoever asks."""
        moment = self.moment if self.moment.tzinfo else self.moment.replace(tzinfo=UTC)
        return moment.astimezone(self.zone).replace(microsecond=moment.microsecond // 1000 * 1000)

    @property
    def today(self) -> date:
        return self.now.date()

    @staticmethod
    def number(count: int) -> Decimal:
        return Decimal(count)

    def call(self, function: Function, arguments: tuple | list) -> Any:
        """The answer of a function that is a value."""
        if self.budget.calls >= limits.CALLS:
            raise TooMuch
        self.budget.calls += 1
        self.budget.spend(1)
        try:
            return function.call(self, *arguments)
        finally:
            self.budget.calls -= 1


class Scope:
    """Names and their values; what is not here is in the scope around."""

    __slots__ = ("around", "names", "run")

    def __init__(self, run: Run, names: Mapping[str, Any], around: "Scope | None" = None) -> None:
        self.run, self.names, self.around = run, names, around

    def get(self, name: str) -> Any:
        """The value of a name; a name that nobody gave a value is null."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.around
        found = BUILTINS.get(name)
        return found.as_value() if found else None

    def inner(self, names: Mapping[str, Any]) -> "Scope":
        """A scope within this one."""
        return Scope(self.run, names, self)


Compiled = Callable[[Scope], Any]
