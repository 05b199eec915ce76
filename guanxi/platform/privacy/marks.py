"""What a person is recognised by in a text: telephone numbers in any usual writing, addresses, numbers, the name."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

#: What stands in the place of what was erased; the same in every language, since it is data.
ERASED = "[erased]"
#: Shorter values are found in texts that mean something else.
SHORTEST = 6
_MOBILE = re.compile(r"(?:\+?86)?(1\d{2})(\d{4})(\d{4})")
_WORD = re.compile(r"[A-Za-z0-9]")
_NOISE = re.compile(r"[\s()-]")


def is_telling(value: str) -> bool:
    """Whether a value is long enough to be looked for in texts."""
    return len(value.strip()) >= SHORTEST


def is_telling_name(name: str) -> bool:
    """Names in Chinese characters from two on; others only with a blank or some length, so that no word of the program
    is taken for one."""
    name = name.strip()
    return len(name) >= 2 and (not name.isascii() or " " in name or len(name) >= SHORTEST)


@dataclass(frozen=True)
class Marks:
    """``values`` of one person, the name among them if it is looked for."""

    values: tuple[str, ...]

    @classmethod
    def of(cls, values: Iterable[str]) -> "Marks":
        return cls(tuple(dict.fromkeys(value.strip() for value in values if value.strip())))

    def __bool__(self) -> bool:
        return bool(self.values)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(_bounded(value) for value in self.values), re.IGNORECASE)

    @cached_property
    def loose(self) -> str:
        """A regular expression for both databases that finds at least what ``pattern`` finds, also in stored JSON."""
        parts = []
        for value in self.values:
            parts.append(_core(value))
            escaped = json.dumps(value)[1:-1]
            if escaped != value:
                parts.append(re.escape(escaped))
        return "|".join(parts)

    def found_in(self, value: Any) -> bool:
        """Whether a text, or a text anywhere in a JSON value, holds one of the marks."""
        if isinstance(value, str):
            return self.pattern.search(value) is not None
        if isinstance(value, dict):
            return any(self.found_in(one) for pair in value.items() for one in pair)
        return isinstance(value, list) and any(self.found_in(one) for one in value)

    def struck_from(self, value: Any) -> Any:
        """The value with the marks struck out."""
        if isinstance(value, str):
            return self.pattern.sub(ERASED, value)
        if isinstance(value, dict):
            return {self.struck_from(key): self.struck_from(one) for key, one in value.items()}
        return [self.struck_from(one) for one in value] if isinstance(value, list) else value


def _core(value: str) -> str:
    mobile = _MOBILE.fullmatch(_NOISE.sub("", value))
    return "[ -]?".join(mobile.groups()) if mobile else re.escape(value)


def _bounded(value: str) -> str:
    """Not inside of a longer number or word."""
    mobile = _MOBILE.fullmatch(_NOISE.sub("", value))
    core = rf"(?:\+?86[ -]?)?{_core(value)}" if mobile else re.escape(value)
    before = r"(?<![A-Za-z0-9])" if mobile or _WORD.match(value[0]) else ""
    return before + core + (r"(?![A-Za-z0-9])" if mobile or _WORD.match(value[-1]) else "")
