"""What is asked of the index: tokens, joined by and and or. Each database writes it in its own language; ``holds`` asks it
of the tokens of one record."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Token:
    """One token, or all that begin with it. Its text is made of letters and digits alone (``tokens``)."""

    text: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple["Expression", ...]


Expression = Token | AllOf | AnyOf


def all_of(parts: Iterable[Expression]) -> Expression:
    found = tuple(dict.fromkeys(parts))
    return found[0] if len(found) == 1 else AllOf(found)


def any_of(parts: Iterable[Expression]) -> Expression:
    found = tuple(dict.fromkeys(parts))
    return found[0] if len(found) == 1 else AnyOf(found)


def holds(question: Expression, tokens: Sequence[str]) -> bool:
    """Whether a record with these tokens, sorted, answers the question."""
    match question:
        case Token(text, prefix):
            place = bisect_left(tokens, text)
            return place < len(tokens) and (tokens[place].startswith(text) if prefix else tokens[place] == text)
        case AllOf(parts):
            return all(holds(part, tokens) for part in parts)
        case AnyOf(parts):
            return any(holds(part, tokens) for part in parts)
    raise TypeError(question)
