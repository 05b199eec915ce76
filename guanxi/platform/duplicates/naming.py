"""Names of organisations and persons brought into a form in which equal ones are equal and alike ones can be found.

A firm's name has a place, a trade name, words of its line of business, a legal form and perhaps a branch. Which words
are which stands in data/words.json; nothing here invents: it only proposes what a person then compares.
"""

import json
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

from guanxi.platform.refdata.chinese.pinyin import pinyin_key
from guanxi.platform.refdata.chinese.script import normalise_width, to_simplified
from guanxi.platform.refdata.shipped import region_rows

PATH = Path(__file__).with_name("data") / "words.json"
OPENING, CLOSING = "([{<\u3010\u3014\u300a\u3008", ")]}>\u3011\u3015\u300b\u3009"
BRACKET = re.compile("[" + re.escape(OPENING + CLOSING) + "]")
SIGN = re.compile(r"[\W_]+")
#: What width, letter case and normal form leave as it is.
SETTLED = re.compile("[\u4e00-\u9fff0-9a-z() ]*")
#: A trade name has so many characters at least: one alone says nothing.
LEAST = 2
#: Places that stand in names: provinces, cities.
LEVELS = 2
#: What the database holds is no longer; what people paste may be.
LONGEST = 200


@dataclass(frozen=True)
class Name:
    """``places`` in the order of their code points; ``core`` without place, form and branch; ``trade`` without the words
    of a line of business either; ``sound`` is how the trade name is read."""

    places: tuple[str, ...]
    core: str
    trade: str
    branch: str

    @cached_property
    def sound(self) -> str:
        return pinyin_key(self.trade).replace(" ", "")

    @property
    def key(self) -> str:
        """Equal for names that differ in their way of writing alone."""
        return "|".join((self.core, "/".join(self.places), self.branch)) if self.core else ""

    @property
    def blocks(self) -> tuple[tuple[str, str], ...]:
        """(kind, text): names that are alike have one of them in common, as a rule."""
        if len(self.trade) < LEAST:
            return ()
        found = {"head": self.trade[:2], "tail": self.trade[-2:], "sound": self.sound}
        if found["tail"] == found["head"]:
            del found["tail"]
        return tuple((kind, text) for kind, text in found.items() if text)


@lru_cache(maxsize=4_096)
def organisation(text: str) -> Name:
    """The parts of a firm's name."""
    base, branch = _branch(_plain(text))
    outside, inside = _brackets(base)
    places = {_place(part) for part in inside} - {""}
    rest = outside + "".join(part for part in inside if not _place(part))
    core = _without(rest, "forms") or rest
    core, leading = _leading_places(core)
    trade = _without(core, "generic")
    if len(trade) < LEAST or trade in _places():
        trade = core
    return Name(tuple(sorted(places | leading)), core, trade, _letters(branch))


def person(text: str) -> str:
    """A person's name without spaces and points, in simplified characters."""
    return _letters(_plain(text))


def likeness(one: Name, other: Name) -> int:
    """How alike two firms' names are: 100 for the same, 0 for nothing in common."""
    if not one.core or not other.core:
        return 0
    if one.key == other.key:
        return 100
    found = _dice(one.core, other.core)
    if len(one.trade) >= LEAST and one.trade == other.trade:
        found = max(found, 0.86)
    elif one.sound and one.sound == other.sound:
        found = max(found, 0.8)
    shorter, longer = sorted((one.core, other.core), key=len)
    if len(shorter) > LEAST and longer.startswith(shorter):
        found = max(found, 0.84)
    if one.places and other.places and not set(one.places) & set(other.places):
        found *= 0.6
    if one.branch != other.branch:
        found *= 0.6
    return round(min(found, 0.99) * 100)


def _dice(one: str, other: str) -> float:
    """Common pairs of neighbours, with the ends counted."""
    left, right = _pairs(one), _pairs(other)
    return 2 * len(left & right) / (len(left) + len(right))


@lru_cache(maxsize=16_384)
def _pairs(text: str) -> frozenset[str]:
    framed = f"^{text}$"
    return frozenset(framed[at : at + 2] for at in range(len(framed) - 1))


# --- parts ------------------------------------------------------------------------------------------------
class _Simplified(dict[int, str]):
    """Character by character, each looked up once: the converter of whole texts costs fifty times as much."""

    def __missing__(self, code: int) -> str:
        found = self[code] = to_simplified(chr(code))
        return found


_SIMPLIFIED = _Simplified()


def _plain(text: str) -> str:
    """Half width, simplified, lower case."""
    if text.isascii():
        return text[:LONGEST].casefold()
    if SETTLED.fullmatch(text):
        return text[:LONGEST].translate(_SIMPLIFIED)
    narrow = unicodedata.normalize("NFKC", normalise_width(text[:LONGEST]))
    folded = unicodedata.normalize("NFKC", narrow.casefold()).translate(_SIMPLIFIED)
    return unicodedata.normalize("NFKC", folded)


def _letters(text: str) -> str:
    return SIGN.sub("", text)


def _brackets(text: str) -> tuple[str, list[str]]:
    """What stands outside of brackets, and what inside of each."""
    if not BRACKET.search(text):
        return _letters(text), []
    outside: list[str] = []
    inside: list[list[str]] = []
    open_ = False
    for letter in text:
        if letter in OPENING:
            inside.append([])
            open_ = True
        elif letter in CLOSING:
            open_ = False
        else:
            (inside[-1] if open_ else outside).append(letter)
    return _letters("".join(outside)), [_letters("".join(part)) for part in inside]


def _branch(text: str) -> tuple[str, str]:
    """The name of the whole, and what says which part of it is meant."""
    bare = text.rstrip(CLOSING + " .,;")
    if not bare.endswith(_words("branches")):
        return text, ""
    kind = next(word for word in _words("branches") if bare.endswith(word))
    ends = [found + len(word) for word in _words("cuts") if (found := bare.rfind(word, 0, -len(kind))) > 0]
    if not ends or max(ends) >= len(bare):
        return text, ""
    return bare[: max(ends)], bare[max(ends) :]


def _place(text: str) -> str:
    """The short name of a place, if the whole text is one."""
    return _places().get(text, "")


def _leading_places(text: str) -> tuple[str, set[str]]:
    """The text without the places it begins with, as long as something is left to know the firm by."""
    found: set[str] = set()
    while place := next((place for place in _beginning().get(text[:1], ()) if text.startswith(place)), ""):
        if len(_without(text[len(place) :], "generic")) < LEAST:
            break
        found.add(_places()[place])
        text = text[len(place) :]
    return text, found


def _without(text: str, list_: str) -> str:
    """The text without the words of a list, until none is left."""
    pattern, before = _pattern(list_), ""
    while text != before:
        before = text
        text = pattern.sub("", text)
    return text


@cache
def _pattern(list_: str) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, _words(list_))))


@cache
def _beginning() -> dict[str, list[str]]:
    """First character → the places that begin with it, the longest first."""
    found: dict[str, list[str]] = {}
    for place in sorted(_places(), key=len, reverse=True):
        found.setdefault(place[0], []).append(place)
    return found


@cache
def _words(list_: str) -> tuple[str, ...]:
    """A list of the file, the longest first."""
    found: dict[str, list[str]] = json.loads(PATH.read_text(encoding="utf-8"))
    return tuple(sorted((_letters(word) for word in found[list_]), key=len, reverse=True))


@cache
def _places() -> dict[str, str]:
    """Every way to write a province or city → its short name. What is neither is written in full only: its short name is
    a word like another."""
    found = {country: country for country in _words("countries")}
    for row in region_rows():
        if row.values["level"] > LEVELS or row.values["grouping"]:
            continue
        full = row.values["labels"]["zh-hans"]
        short = next((full.removesuffix(end) for end in _words("place_ends") if full.endswith(end)), "")
        if len(short) >= LEAST:
            found |= {full: short, short: short}
        else:
            found[full] = full
    return found
