"""Functions on texts. Regular expressions run on re2, which takes linear time and bounded room for any pattern."""

import re
from functools import lru_cache
from typing import Any

import re2

from guanxi.platform.feel import limits
from guanxi.platform.feel.faults import TooMuch
from guanxi.platform.feel.functions.registry import builtin

_FLAGS = frozenset("smixq")
_REFERENCE = re.compile(r"\\(.)|\$(\d+)", re.DOTALL)


@builtin("string length(string: string) -> number")
def _(run: Any, text: str) -> Any:
    return run.number(len(text))


@builtin("upper case(string: string) -> string")
def _(run: Any, text: str) -> Any:
    return run.budget.text(text.upper())


@builtin("lower case(string: string) -> string")
def _(run: Any, text: str) -> Any:
    return run.budget.text(text.lower())


@builtin("substring(string: string, start position: number, length?: number) -> string?")
def _(run: Any, text: str, start: Any, length: Any = None) -> Any:
    # Beyond the limit of texts a position is as good as any; int() of 1E6000 would not end.
    first = int(max(min(start, limits.STRING), -limits.STRING))
    if first == 0 or (length is not None and length < 1):
        return None
    begin = first - 1 if first > 0 else len(text) + first
    if not 0 <= begin <= len(text):
        return None if begin < 0 else ""
    return text[begin:] if length is None else text[begin : begin + int(min(length, limits.STRING))]


@builtin("substring before(string: string, match: string) -> string")
def _(run: Any, text: str, match: str) -> str:
    before, found, _after = text.partition(match) if match else ("", "", "")
    return before if found else ""


@builtin("substring after(string: string, match: string) -> string")
def _(run: Any, text: str, match: str) -> str:
    return text.partition(match)[2] if match else text


@builtin("contains(string: string, match: string) -> boolean")
def _(run: Any, text: str, match: str) -> bool:
    return match in text


@builtin("starts with(string: string, match: string) -> boolean")
def _(run: Any, text: str, match: str) -> bool:
    return text.startswith(match)


@builtin("ends with(string: string, match: string) -> boolean")
def _(run: Any, text: str, match: str) -> bool:
    return text.endswith(match)


@builtin("string join(list: list<string>, delimiter?: string?) -> string?")
def _(run: Any, parts: list, delimiter: str | None = None) -> Any:
    found = [one for one in parts if one is not None]
    # Added up before it is joined, so that no text beyond the limit is ever made.
    if sum(map(len, found)) + len(delimiter or "") * len(found) > limits.STRING:
        raise TooMuch
    return run.budget.text((delimiter or "").join(found))


@builtin("matches(input: string, pattern: string, flags?: string?) -> boolean?")
def _(run: Any, text: str, pattern: str, flags: str | None = None) -> Any:
    found = _compiled(pattern, flags or "")
    return None if found is None else found.search(_within(run, text)) is not None


@builtin("replace(input: string, pattern: string, replacement: string, flags?: string?) -> string?")
def _(run: Any, text: str, pattern: str, replacement: str, flags: str | None = None) -> Any:
    found = _compiled(pattern, flags or "")
    if found is None or found.search("") is not None:
        return None  # a pattern that matches nothing at all has no replacement, as in XPath
    made = 0

    def one(match: Any) -> str:
        nonlocal made
        text_ = _REFERENCE.sub(lambda part: _expanded(part, match), replacement)
        made += len(text_)
        if made > limits.STRING:
            raise TooMuch
        return text_

    return run.budget.text(found.sub(one, _within(run, text)))


def _expanded(part: re.Match[str], match: Any) -> str:
    escaped, number = part.groups()
    if escaped:
        return escaped
    # "$12" is group 12 if there are so many, else group 1 and a "2".
    digits = number
    while digits and int(digits) > match.re.groups:
        digits = digits[:-1]
    return (match.group(int(digits)) or "") + number[len(digits) :] if digits else ""


@builtin("split(string: string, delimiter: string) -> list<string>?")
def _(run: Any, text: str, delimiter: str) -> Any:
    found = _compiled(delimiter, "")
    return None if found is None else run.budget.made(found.split(_within(run, text)))


@builtin("extract(input: string, pattern: string, flags?: string?) -> list<string>?")
def _(run: Any, text: str, pattern: str, flags: str | None = None) -> Any:
    found = _compiled(pattern, flags or "")
    if found is None:
        return None
    return run.budget.made([match.group() for match in found.finditer(_within(run, text))])


def _within(run: Any, text: str) -> str:
    """A text that a regular expression may be tried on."""
    if len(text) > limits.PATTERN_INPUT:
        raise TooMuch
    run.budget.spend(1 + (len(text) >> 4))
    return text


@lru_cache(maxsize=32)
def _compiled(pattern: str, flags: str) -> Any:
    """The pattern ready to use; None for one that cannot be, or for flags that do not exist."""
    if len(pattern) > limits.PATTERN or set(flags) - _FLAGS:
        return None
    if "q" in flags:
        pattern = re2.escape(pattern)
    elif "x" in flags:
        pattern = _without_blanks(pattern)
    options = re2.Options()
    options.max_mem = 4 << 20
    options.log_errors = False
    options.case_sensitive = "i" not in flags
    options.dot_nl = "s" in flags
    if not options.dot_nl:
        # Neither a line feed nor a carriage return is "any character".
        pattern = _dots(pattern)
    try:
        return re2.compile(f"(?m){pattern}" if "m" in flags else pattern, options=options)
    except re2.error:
        return None


def _pieces(pattern: str) -> list[tuple[str, bool]]:
    """The pattern sign by sign, escapes in one piece, each with whether it stands in a class."""
    found, depth = [], 0
    for piece in re.findall(r"\\.|.", pattern, re.DOTALL):
        depth += piece == "["
        found.append((piece, depth > 0))
        depth -= piece == "]" and depth > 0
    return found


def _without_blanks(pattern: str) -> str:
    return "".join(piece for piece, in_class in _pieces(pattern) if in_class or not piece.isspace())


def _dots(pattern: str) -> str:
    return "".join(r"[^\n\r]" if piece == "." and not in_class else piece for piece, in_class in _pieces(pattern))
