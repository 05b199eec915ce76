"""Passwords that are guessed first here: names of carriers and firms, keyboard walks, pinyin names with a year.

A list of all of them would be endless; what they have in common is that they are put together from a few known parts. So
a password is taken apart into runs of letters, digits and signs: it is weak if every run is a part that anybody would try.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "weak.json"
_RUNS = re.compile(r"[a-z]+|[0-9]+|[^a-z0-9]+")
_SYLLABLE = (
    r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    r"(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|uo|ui|ue|ve|vn|er|a|o|e|i|u|v)"
)
_LEET = str.maketrans("@4301!$57", "aaeoiisst")
_DATE = re.compile(
    r"(?:19|20)\d\d(?:0[1-9]|1[0-2])?(?:0[1-9]|[12]\d|3[01])?|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|\d{1,3}"
)
_PHONE = re.compile(r"1[3-9]\d{9}")
#: Each sign twice or more: 111222333, 1122334455.
_REPEATED = re.compile(r"(?:(\d)\1+)+")
#: Signs say little: people put one or two of the first ones between or behind.
_FEW_SIGNS = 3
_SHORTEST_WALK = 3
#: Many short pieces are not tried: there are too many ways to put them together.
_FEW_WORDS = 3


@cache
def _parts() -> dict[str, frozenset[str]]:
    return {key: frozenset(text.split()) for key, text in json.loads(_FILE.read_text(encoding="utf-8")).items()}


@cache
def _name() -> re.Pattern[str]:
    """A surname, alone or with one or two more syllables."""
    surnames = "|".join(sorted(_parts()["surnames"], key=len, reverse=True))
    return re.compile(rf"(?:{surnames})(?:{_SYLLABLE}){{0,2}}")


@cache
def _word_row() -> re.Pattern[str]:
    """Several known words in a row."""
    words = "|".join(sorted((word for word in _parts()["words"] if len(word) > 1), key=len, reverse=True))
    return re.compile(rf"(?:{words}){{1,3}}")


def is_weak(password: str) -> bool:
    """Whether the password is made of nothing but what is tried first."""
    folded = password.casefold()
    return _all_known(folded) or _all_known(_unmasked(folded))


def _unmasked(folded: str) -> str:
    """With the usual signs read as the letters they stand for, but for those at the end: P@ssw0rd!1."""
    core = re.match(r"(.*?)([^a-z]*)$", folded, re.DOTALL)
    return core[1].translate(_LEET) + core[2] if core else folded


def _all_known(folded: str) -> bool:
    if _is_walk(folded) or _halves(folded):
        return True
    runs = _RUNS.findall(folded)
    words = sum(run.isalpha() for run in runs)
    return words <= _FEW_WORDS and all(_is_known(run) for run in runs)


def _is_known(run: str) -> bool:
    if len(set(run)) == 1 or _is_walk(run):
        return True
    if run.isascii() and run.isdigit():
        return _known_digits(run)
    if run.isascii() and run.isalpha():
        return len(run) <= _SHORTEST_WALK or bool(_word_row().fullmatch(run) or _name().fullmatch(run)) or _halves(run)
    return len(run) <= _FEW_SIGNS


def _known_digits(run: str) -> bool:
    known = _parts()["digits"]
    if run in known or _DATE.fullmatch(run) or _PHONE.fullmatch(run) or _halves(run) or _REPEATED.fullmatch(run):
        return True
    return any(run[:at] in known and (run[at:] in known or _DATE.fullmatch(run[at:])) for at in range(1, len(run)))


def _halves(run: str) -> bool:
    """The same thing twice or more: abcabc, 520520."""
    return len(run) > 1 and run in (run + run)[1:-1]


def _is_walk(text: str) -> bool:
    """Keys beside each other, forwards or backwards, in one stretch or two: qwerty, 1qaz2wsx, qweasd."""
    if len(text) < _SHORTEST_WALK:
        return False
    return _stretch(text) or any(
        _stretch(text[:at]) and _stretch(text[at:]) for at in range(_SHORTEST_WALK, len(text) - _SHORTEST_WALK + 1)
    )


def _stretch(text: str) -> bool:
    return any(text in walk or text[::-1] in walk for walk in _parts()["walks"])


def examples() -> Iterator[str]:
    """Weak passwords, written out: what the patterns stand for. Several thousand, of ten signs and more."""
    parts = _parts()
    endings = [*sorted(number for number in parts["digits"] if len(number) > 2), "2024", "1990", "20001231"]
    for word, join, ending in product(sorted(parts["words"]), ("", "@", "_"), endings):
        for made in (word + join + ending, word.capitalize() + join + ending + "!"):
            if len(made) >= 10:
                yield made
