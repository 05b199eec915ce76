"""The functions of FEEL. One signature says what a function takes and gives, for the evaluator, the checker and the help:

    substring(string: string, start position: number, length?: number) -> string

``name?`` may be left out, ``kind?`` may be null (else a null gives null at once), ``...list`` takes one list or the
elements one by one. What is given: a type, with ``?`` if it may be null for arguments that are not; or in words
``same`` (as the first argument), ``item`` (what the list holds), ``items`` (a list of the same)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from guanxi.platform.feel import conformity, types
from guanxi.platform.feel.types import Type
from guanxi.platform.feel.values import Function

_SIGNATURE = re.compile(r"(?P<name>[a-z ]+)\((?P<parameters>.*)\) -> (?P<result>.+)")
_WORDS = ("same", "item", "items")


@dataclass(frozen=True)
class Parameter:
    """``kinds`` are the types it takes; ``many`` gathers all arguments into one list."""

    name: str
    kinds: tuple[Type, ...]
    optional: bool = False
    nullable: bool = False
    many: bool = False

    def takes(self, value: Any) -> tuple[bool, Any]:
        """Whether a value will do, and the value as the function gets it."""
        if value is None:
            return self.nullable or any(kind.kind == "any" for kind in self.kinds), None
        for kind in self.kinds:
            if kind.kind == "any" or conformity.fits(value, kind):
                return True, value
        for kind in self.kinds:
            if (found := conformity.coerced(value, kind)) is not None:
                return True, found
        return False, None


@dataclass(frozen=True)
class Signature:
    parameters: tuple[Parameter, ...]
    #: A type, or one of the words for types that follow the arguments.
    result: Type | str
    fails: bool

    @property
    def least(self) -> int:
        return sum(not one.optional for one in self.parameters)

    def placed(self, arguments: tuple | list, names: tuple[str, ...]) -> list | None:
        """The arguments in the order of the parameters, or None if they do not fit in number or by name. Those left out
        at the end are left out; a gap is an absent optional argument (ABSENT)."""
        if not names:
            if self.parameters and self.parameters[-1].many:
                return self._gathered(arguments)
            return list(arguments) if self.least <= len(arguments) <= len(self.parameters) else None
        given = dict(zip(names, arguments, strict=True))
        if len(given) != len(names) or given.keys() - {one.name for one in self.parameters}:
            return None
        if any(not one.optional and one.name not in given for one in self.parameters):
            return None
        return [given.get(one.name, ABSENT) for one in self.parameters]

    def _gathered(self, arguments: tuple | list) -> list | None:
        """As ``placed``, for a last parameter that takes all the rest."""
        before = len(self.parameters) - 1
        if len(arguments) <= before:
            return None
        rest = list(arguments[before:])
        return [*arguments[:before], rest[0] if not before and len(rest) == 1 else rest]

    def bound(self, arguments: tuple | list, names: tuple[str, ...]) -> list | None:
        """What the function is called with, or None if the values do not fit."""
        placed = self.placed(arguments, names)
        if placed is None:
            return None
        values = []
        for parameter, value in zip(self.parameters, placed, strict=False):
            fits, taken = (True, None) if value is ABSENT else parameter.takes(value)
            if not fits:
                return None
            values.append(taken)
        return values


class _Absent:
    """An optional argument that was not given."""


ABSENT: Any = _Absent()


@dataclass(frozen=True, eq=False)
class Builtin:
    """``call`` takes the run and the arguments; ``size`` says how much work it is beside its arguments."""

    name: str
    signatures: tuple[Signature, ...]
    call: Callable[..., Any]

    def __call__(self, run: Any, arguments: tuple | list, names: tuple[str, ...] = ()) -> Any:
        for signature in self.signatures:
            bound = signature.bound(arguments, names)
            if bound is not None:
                return self.call(run, *bound)
        return None

    def as_value(self) -> Function:
        """The function as a value to hand over."""
        first = self.signatures[0]
        return Function(tuple(one.name for one in first.parameters), lambda run, *a: self(run, a), built_in=self)


BUILTINS: dict[str, Builtin] = {}


def builtin(*signatures: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorator: the function with these signatures, tried in order."""

    def register(call: Callable[..., Any]) -> Callable[..., Any]:
        read = [_read(text) for text in signatures]
        name = read[0][0]
        BUILTINS[name] = Builtin(name, tuple(signature for _name, signature in read), call)
        return call

    return register


def _read(text: str) -> tuple[str, Signature]:
    found = _SIGNATURE.fullmatch(text)
    if not found:
        raise ValueError(f"this is no signature: {text}")
    parameters = tuple(_parameter(one) for one in found["parameters"].split(", ") if one)
    result, fails = found["result"].removesuffix("?"), found["result"].endswith("?")
    return found["name"], Signature(parameters, result if result in _WORDS else _type(result), fails)


def _parameter(text: str) -> Parameter:
    name, _colon, kinds = text.partition(": ")
    many, name = name.startswith("..."), name.removeprefix("...")
    found = tuple(_type(one) for one in kinds.removesuffix("?").split(" | "))
    if many:
        found = (types.list_of(found[0]),)
    return Parameter(name.removesuffix("?"), found, name.endswith("?"), kinds.endswith("?"), many)


def _type(text: str) -> Type:
    if text == "any":
        return types.ANY
    if text.startswith("list<"):
        return types.list_of(_type(text[5:-1]))
    if text.startswith("range<"):
        return types.range_of(_type(text[6:-1]))
    return conformity.NAMED[text]
