"""How divisions are named: short names, English names, likeness of old and new names."""

import csv
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Protocol

from guanxi.platform.refdata.chinese.pinyin import table

HERE = Path(__file__).parent
#: Types that need two characters before them, else their last character alone is the type.
TWO = ("Special District", "Mining District", "New Area")


class Named(Protocol):
    code: str
    name: str

    @property
    def level(self) -> int: ...

    @property
    def short(self) -> str: ...


@cache
def rows(name: str) -> tuple[tuple[str, ...], ...]:
    """Rows of a table beside this script, comments left out."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    if name.endswith(".txt"):
        return tuple((word,) for line in lines if not line.startswith("#") for word in line.split())
    return tuple(tuple(row) for row in csv.reader(lines) if row and not row[0].startswith("#"))


def is_grouping(name: str) -> bool:
    return any(name == row[0] for row in rows("grouping.csv"))


def grouping_label(province: str, name: str) -> str:
    return province + next(row[1] for row in rows("grouping.csv") if row[0] == name)


def is_distinctive(name: str) -> bool:
    return (name,) not in rows("generic.txt") and not is_grouping(name)


def ending(name: str, level: int) -> tuple[str, str]:
    """(the type at the end of the name, its English word)."""
    for text, at_level, english, *_mark in rows("suffixes.csv"):
        if (
            name.endswith(text)
            and at_level in ("0", str(level))
            and len(name) >= len(text) + (2 if english in TWO else 0)
        ):
            return text, english
    return "", ""


@cache
def marked(mark: str) -> frozenset[str]:
    """Endings with a mark in suffixes.csv."""
    return frozenset(row[0] for row in rows("suffixes.csv") if mark in row[3:])


def stem(name: str, level: int) -> str:
    """The name without its type and without peoples' names, at least one character."""
    text, _english = ending(name, level)
    left = name.removesuffix(text)
    if text in marked("peoples"):
        peoples = sorted((row[0] for row in rows("ethnic.txt")), key=len, reverse=True)
        while cut := next((left.removesuffix(word) for word in peoples if left.endswith(word) and left != word), None):
            left = cut
    return left or name


def short_name(name: str, level: int) -> str:
    """As people say it: two characters at least, else the whole name."""
    if given := [row[2] for row in rows("english.csv") if row[0] == name and len(row) > 2]:
        return given[0]
    left = stem(name, level)
    return left if len(left) > 1 else name


class Index:
    """Divisions by province and name."""

    def __init__(self) -> None:
        self._by_name: dict[tuple[str, str], list[Named]] = defaultdict(list)
        self._by_stem: dict[tuple[str, str], list[Named]] = defaultdict(list)

    def add(self, division: Named) -> None:
        province = division.code[:2]
        self._by_name[province, division.name].append(division)
        if len(division.short) > 1 and is_distinctive(division.name):
            self._by_stem[province, division.short].append(division)

    def same_name(self, division: Named) -> list[Named]:
        if not is_distinctive(division.name):
            return []
        found = self._by_name[division.code[:2], division.name]
        return [other for other in found if other.code != division.code and other.level == division.level]

    def like(self, division: Named, provinces: Iterable[str]) -> Named | None:
        """The only division of the same full name, else of the same short name at the same level, else of the same
        full name at a higher level; the own city is looked at first."""
        if not is_distinctive(division.name):
            return None
        for province in provinces:
            same = self._by_name[province, division.name]
            steps = (
                [other for other in same if other.level == division.level],
                [other for other in self._by_stem[province, division.short] if other.level == division.level],
                [other for other in same if other.level < division.level],
            )
            for candidates in steps:
                near = [other for other in candidates if other.code[:4] == division.code[:4]]
                for choice in (near, candidates):
                    if len(choice) == 1:
                        return choice[0]
        return None


class English:
    """English names: pinyin without the type for provinces and cities, with it for what lies below."""

    def __init__(self, divisions: Iterable[Named]) -> None:
        self._exceptions = {row[0]: row[1] for row in rows("english.csv")}
        self._shorts = {division.short for division in divisions if 2 <= len(division.short) <= 4}

    def grouping(self, province: Named, name: str) -> str:
        return f"{self.of(province)} ({next(row[2] for row in rows('grouping.csv') if row[0] == name)})"

    def of(self, division: Named) -> str:
        for word, english in rows("zones.csv"):
            if division.name.endswith(word) and division.level == 3 and "71" <= division.code[4:] <= "79":
                return f"{self._words(division.name.removesuffix(word))} {english}".strip()
        if given := self._exceptions.get(division.name):
            return given
        text, english = ending(division.name, division.level)
        core = stem(division.name, division.level)
        if division.level < 3 or not english:
            return self._one(division.short if text else division.name)
        whole = table().syllables(division.name)  # the type decides how a single character is read
        word = self._exceptions.get(core) or join_syllables(whole[: len(core)])
        return f"{word} {english}"

    def _words(self, text: str) -> str:
        """Known names in the text become words of their own."""
        words: list[str] = []
        position = 0
        while position < len(text):
            length = next((n for n in (4, 3, 2) if text[position : position + n] in self._shorts), 0)
            if length:
                words.append(text[position : position + length])
                position += length
                if text[position : position + 1] in marked("unit"):
                    position += 1
            elif words and words[-1] not in self._shorts:
                words[-1] += text[position]
                position += 1
            else:
                words.append(text[position])
                position += 1
        return " ".join(self._one(word) for word in words)

    def _one(self, text: str) -> str:
        return self._exceptions.get(text) or join_syllables(table().syllables(text))


def join_syllables(syllables: list[str]) -> str:
    """One capitalised word with an apostrophe before a, e and o: ["xi", "an"] -> "Xi'an"."""
    parts = [("'" if at and part[0] in "aeo" else "") + part.replace("v", "ü") for at, part in enumerate(syllables)]
    return "".join(parts).capitalize()
