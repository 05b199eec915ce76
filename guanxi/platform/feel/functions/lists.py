"""Functions on lists."""

from datetime import date, timedelta
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from guanxi.platform.feel import limits
from guanxi.platform.feel.faults import TooMuch
from guanxi.platform.feel.functions.registry import builtin
from guanxi.platform.feel.temporal import Months
from guanxi.platform.feel.values import Function, any_true, compare, equal


@builtin("list contains(list: list, element: any) -> boolean")
def _(run: Any, values: list, element: Any) -> bool:
    run.budget.spend(len(values))
    return any(equal(one, element) is True for one in values)


@builtin("count(...list: any) -> number")
def _(run: Any, values: list) -> Any:
    return run.number(len(values))


def _extreme(name: str, sign: int) -> None:
    @builtin(f"{name}(...list: any) -> item?")
    def _(run: Any, values: list) -> Any:
        best = values[0] if values else None
        for one in values[1:]:
            order = compare(one, best)
            if order is None:
                return None
            if order * sign > 0:
                best = one
        return best if compare(best, best) == 0 else None


_extreme("min", -1)
_extreme("max", 1)


@builtin("all(...list: boolean) -> boolean?")
def _(run: Any, values: list) -> Any:
    if any(one is False for one in values):
        return False
    return None if None in values else True


@builtin("any(...list: boolean) -> boolean?")
def _(run: Any, values: list) -> Any:
    return any_true(values)


@builtin("sublist(list: list, start position: number, length?: number) -> items?")
def _(run: Any, values: list, start: Decimal, length: Decimal | None = None) -> Any:
    begin = index_of(values, start)
    if begin is None or (length is not None and not 1 <= length <= len(values) - begin):
        return None
    return values[begin:] if length is None else values[begin : begin + int(length)]


def index_of(values: list, position: Decimal) -> int | None:
    """The index of a position that counts from 1, or from the end if negative; None outside of the list."""
    if not -len(values) <= position <= len(values) or position == 0 or position != position.to_integral_value():
        return None
    return int(position) - 1 if position > 0 else len(values) + int(position)


@builtin("append(list: list, ...item: any) -> items")
def _(run: Any, values: list, items: list) -> Any:
    return run.budget.made([*values, *items])


@builtin("concatenate(...list: list) -> items?")
def _(run: Any, lists: list) -> Any:
    _refuse_long(sum(map(len, lists)))
    return run.budget.made([one for values in lists for one in values])


@builtin("insert before(list: list, position: number, newItem: any) -> items?")
def _(run: Any, values: list, position: Decimal, item: Any) -> Any:
    index = index_of(values, position)
    return None if index is None else run.budget.made([*values[:index], item, *values[index:]])


@builtin("remove(list: list, position: number) -> items?")
def _(run: Any, values: list, position: Decimal) -> Any:
    index = index_of(values, position)
    return None if index is None else [*values[:index], *values[index + 1 :]]


@builtin(
    "list replace(list: list, position: number, newItem: any) -> items?",
    "list replace(list: list, match: function, newItem: any) -> items?",
)
def _(run: Any, values: list, where: Any, item: Any) -> Any:
    if isinstance(where, Decimal):
        index = index_of(values, Decimal(int(where)) if abs(where) <= len(values) else where)
        return None if index is None else run.budget.made([*values[:index], item, *values[index + 1 :]])
    if len(where.parameters) != 2:
        return None
    answers = [run.call(where, (one, item)) for one in values]
    if any(not isinstance(answer, bool) for answer in answers):
        return None
    return run.budget.made([item if answer else one for one, answer in zip(values, answers, strict=True)])


@builtin("reverse(list: list) -> items")
def _(run: Any, values: list) -> list:
    return values[::-1]


@builtin("index of(list: list, match: any) -> list<number>")
def _(run: Any, values: list, match: Any) -> list:
    run.budget.spend(len(values))
    return [run.number(place) for place, one in enumerate(values, 1) if equal(one, match) is True]


@builtin("union(...list: list) -> items?")
def _(run: Any, lists: list) -> Any:
    _refuse_long(sum(map(len, lists)))
    return _distinct(run, [one for values in lists for one in values])


@builtin("distinct values(list: list) -> items")
def _(run: Any, values: list) -> list:
    return _distinct(run, values)


@builtin("duplicate values(list: list) -> items")
def _(run: Any, values: list) -> list:
    run.budget.spend(len(values) ** 2)
    return _distinct(run, [one for one in values if sum(equal(one, other) is True for other in values) > 1])


def _distinct(run: Any, values: list) -> list:
    found: list = []
    plain: set[tuple[type, Any]] = set()  # texts, numbers and the like are known again without a look at all others
    for one in values:
        run.budget.spend(1)
        if type(one) in _PLAIN:
            if (type(one), one) not in plain:
                plain.add((type(one), one))
                found.append(one)
        else:
            run.budget.spend(len(found))
            if not any(equal(one, other) is True for other in found):
                found.append(one)
    return run.budget.made(found)


_PLAIN = {type(None), bool, Decimal, str, date, timedelta, Months}


@builtin("flatten(list: list) -> list?")
def _(run: Any, values: list) -> Any:
    found: list = []
    waiting = [iter(values)]
    while waiting:
        for one in waiting[-1]:
            run.budget.spend(1)
            if isinstance(one, list):
                waiting.append(iter(one))
                break
            found.append(one)
        else:
            waiting.pop()
    return run.budget.made(found)


@builtin("sort(list: list, precedes?: function?) -> items?")
def _(run: Any, values: list, precedes: Function | None = None) -> Any:
    if precedes is None:
        if any(compare(one, values[0]) is None for one in values):
            return None
        return sorted(values, key=cmp_to_key(lambda one, other: compare(one, other) or 0))
    if len(precedes.parameters) != 2:
        return None

    def order(one: Any, other: Any) -> int:
        return -1 if run.call(precedes, (one, other)) is True else int(run.call(precedes, (other, one)) is True)

    return sorted(values, key=cmp_to_key(order))


def _refuse_long(length: int) -> None:
    if length > limits.LIST:
        raise TooMuch
