"""What column headings usually mean: data files of known headings, and suggestions for the headings of a file."""

from __future__ import annotations

import difflib
import functools
import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

FOLDER = Path(__file__).resolve().parent.parent / "headings"

Vocabulary: TypeAlias = Mapping[str, Sequence[str]]
"""Hint (a canonical field name) → headings that mean it."""

EXACT, SYNONYM, LAST_LEVEL, CONTAINED, CLOSE = 1.0, 0.95, 0.9, 0.6, 0.5
CLOSE_RATIO = 0.84
LONGEST_COMPARED = 40

_BRACKETED = re.compile(
    r"\([^)]*\)|\[[^\]]*\]|\{[^}]*\}|<[^>]*>|\u3010[^\u3011]*\u3011|\u300a[^\u300b]*\u300b|\u3014[^\u3015]*\u3015"
)
_IGNORED = re.compile(
    r"[\s*:\uff1a_\-./\\|,\uff0c\u3001;\uff1b'\"“”‘’()\[\]{}<>\u3010\u3011\u300a\u300b\u3014\u3015#?!\uff01★※·•]+"
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a heading probably means: `hint` is "" and `score` 0 when nothing is known; 1 is certain."""

    header: str
    hint: str
    score: float


def normalise(text: str) -> str:
    """A heading reduced to what distinguishes it: no case, width, spaces, brackets, or marks of required fields."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", text).casefold())


@functools.cache
def load_vocabulary(entity: str) -> Vocabulary:
    """All known headings of "customer" or "contact" from the data files, our own synonyms first."""
    merged: dict[str, list[str]] = {}
    for path in _files():
        for hint, headings in json.loads(path.read_text("utf-8")).get(entity, {}).items():
            known = merged.setdefault(hint, [])
            known.extend(heading for heading in headings if heading not in known)
    return {hint: tuple(headings) for hint, headings in merged.items()}


@functools.cache
def known_headings() -> frozenset[str]:
    """Every known heading of every entity, normalised: used to tell header rows from data."""
    found: set[str] = set()
    for path in _files():
        for entity, hints in json.loads(path.read_text("utf-8")).items():
            if isinstance(hints, dict):
                found.update(
                    normalise(heading) for headings in load_vocabulary(entity).values() for heading in headings
                )
    return frozenset(found)


@functools.cache
def placeholders() -> frozenset[str]:
    """What programs write into cells of choices that nobody has filled, folded."""
    return frozenset(
        word.casefold() for path in _files() for word in json.loads(path.read_text("utf-8")).get("placeholders", ())
    )


def _files() -> list[Path]:
    return sorted(FOLDER.glob("*.json"), key=lambda path: (path.stem != "synonyms", path.stem))


def suggest(headers: Sequence[str], vocabulary: Vocabulary, shown: Collection[str] = ()) -> list[Suggestion]:
    """One suggestion per header, in order. A hint is given once, to the header that fits best.

    What fields are called on the screen (``shown``) wins over exact names of hints, these over synonyms, synonyms over
    headings that contain one another, these over headings that are spelt alike.
    """
    index = _index(vocabulary)
    labels = {normalise(label) for label in shown}
    ranked = sorted(
        (
            (score >= SYNONYM and normalise(header) in labels, score, -position, hint)
            for position, header in enumerate(headers)
            for hint, score in _scores(header, index)
        ),
        reverse=True,
    )
    chosen: dict[int, tuple[str, float]] = {}
    taken: set[str] = set()
    for _label, score, negative, hint in ranked:
        if -negative not in chosen and hint not in taken:
            chosen[-negative] = (hint, score)
            taken.add(hint)
    return [Suggestion(header, *chosen.get(position, ("", 0.0))) for position, header in enumerate(headers)]


def _index(vocabulary: Vocabulary) -> dict[str, tuple[str, float]]:
    index: dict[str, tuple[str, float]] = {}
    for hint in vocabulary:
        index[normalise(hint)] = (hint, EXACT)
    for hint, headings in vocabulary.items():
        for heading in headings:
            index.setdefault(normalise(heading), (hint, SYNONYM))
    index.pop("", None)
    return index


def _scores(header: str, index: Mapping[str, tuple[str, float]]) -> Iterable[tuple[str, float]]:
    """(hint, score) of every hint that may be meant; none for a blank header."""
    plain = unicodedata.normalize("NFKC", header)
    for form, most in ((plain, EXACT), (_BRACKETED.sub("", plain), SYNONYM), (plain.rsplit(" / ", 1)[-1], LAST_LEVEL)):
        if found := index.get(normalise(form)):
            return [(found[0], min(found[1], most))]
    key = normalise(plain)
    scores: dict[str, float] = {}
    if not key or len(key) > LONGEST_COMPARED:
        return ()
    for known, (hint, _) in index.items():
        short, long = sorted((known, key), key=len)
        if len(short) >= (2 if not short.isascii() else 4) and short in long:
            bonus = 0.05 if long.endswith(short) else 0
            scores[hint] = max(scores.get(hint, 0), CONTAINED + bonus + 0.2 * len(short) / len(long))
    if not scores:
        for known in difflib.get_close_matches(key, index, n=2, cutoff=CLOSE_RATIO):
            scores.setdefault(index[known][0], CLOSE)
    return scores.items()
