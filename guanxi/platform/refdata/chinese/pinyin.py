"""Pinyin of names from a table made beforehand (tools/refdata/build_pinyin.py): 2–3 microseconds per name."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from operator import add
from pathlib import Path

TABLE_PATH = Path(__file__).parent.parent / "data" / "pinyin.txt"
LONGEST_PHRASE = 4
#: How much the reading of a character alone counts against those of phrases.
USUAL = 1_000
NOT_A_LETTER = re.compile(r"[^0-9a-z]+")


class PinyinTable:
    """Readings of characters, of phrases that differ from their characters, and of surnames.

    characters: {"shan": "all characters read so"}; phrases and surnames: {text: syllables}, syllables without tone, "v" for u-umlaut.
    """

    def __init__(
        self,
        characters: dict[str, str],
        phrases: dict[str, tuple[str, ...]],
        surnames: dict[str, tuple[str, ...]],
    ) -> None:
        narrow = {code: chr(code - 0xFEE0).lower() for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}
        self._syllables: dict[int, str] = dict(narrow)
        self._letters: dict[int, str] = dict(narrow)
        for syllable, members in characters.items():
            spaced = f" {syllable} "
            for character in members:
                self._syllables[ord(character)] = spaced
                self._letters[ord(character)] = syllable[0]
        self.surnames = surnames
        self._others: dict[str, Counter[str]] = {}
        self._phrases: dict[str, dict[str, tuple[str, ...]]] = {}
        for text, reading in (*phrases.items(), *surnames.items()):
            self._learn(text, reading)
        for text, reading in phrases.items():
            self.add_phrase(text, reading)

    def _learn(self, text: str, reading: tuple[str, ...]) -> None:
        """Note where a character is read otherwise than by itself."""
        for character, syllable in zip(text, reading, strict=False):
            if self._syllables.get(ord(character), "").strip() not in ("", syllable):
                self._others.setdefault(character, Counter())[syllable] += 1

    def add_phrase(self, text: str, reading: tuple[str, ...]) -> None:
        """Let the phrase (2 to LONGEST_PHRASE characters) be read in its own way from now on."""
        self._phrases.setdefault(text[:2], {})[text] = reading

    def syllables(self, text: str, *, person: bool = False) -> list[str]:
        """Syllables and runs of other characters, in order: ["chong", "qing", "abc"]."""
        found: list[str] = []
        for piece, reading in self._pieces(text, person):
            if reading:
                found.extend(reading)
            else:
                found.extend(piece.translate(self._syllables).lower().split())
        return found

    def initials(self, text: str, *, person: bool = False) -> str:
        """First letters; Latin letters and digits stay, everything else goes: "cqabc"."""
        if person or not self._phrases.keys().isdisjoint(map(add, text, text[1:])):
            letters = "".join(
                "".join(syllable[0] for syllable in reading) if reading else piece.translate(self._letters)
                for piece, reading in self._pieces(text, person)
            )
        else:
            letters = text.translate(self._letters)
        letters = letters.lower()
        return letters if letters.isascii() and letters.isalnum() else NOT_A_LETTER.sub("", letters)

    def other_readings(self, text: str) -> list[tuple[int, str]]:
        """(place, syllable) of the characters that are read otherwise elsewhere or alone, the most usual first."""
        found = []
        for place, character in enumerate(text):
            if others := self._others.get(character):
                alone = self._syllables[ord(character)].strip()
                found += [(count, place, syllable) for syllable, count in (*others.items(), (alone, USUAL))]
        return [(place, syllable) for _count, place, syllable in sorted(found, reverse=True)]

    def _pieces(self, text: str, person: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The text cut into (plain piece, ()) and (phrase, its reading), longest phrase first from the left."""
        begin = 0
        if person:
            text = text.lstrip()
            for length in (2, 1):
                if reading := self.surnames.get(text[:length]):
                    yield text[:length], reading
                    begin = length
                    break
        position, end = begin, len(text)
        while position < end:
            if tails := self._phrases.get(text[position : position + 2]):
                for length in range(LONGEST_PHRASE, 1, -1):
                    if reading := tails.get(text[position : position + length]):
                        if begin < position:
                            yield text[begin:position], ()
                        yield text[position : position + length], reading
                        position = begin = position + length
                        break
                else:
                    position += 1
            else:
                position += 1
        if begin < end:
            yield text[begin:], ()


def read_table(lines: Iterable[str]) -> PinyinTable:
    """Parse the table file: sections [characters] (syllable characters), [phrases] and [surnames] (text syllables)."""
    sections: dict[str, dict[str, str]] = {"characters": {}, "phrases": {}, "surnames": {}}
    section = sections["characters"]
    for line in lines:
        line = line.rstrip("\n")
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            section = sections[line.strip("[]")]
            continue
        key, _separator, value = line.partition(" ")
        section[key] = value
    readings = (
        {text: tuple(value.split()) for text, value in sections[name].items()} for name in ("phrases", "surnames")
    )
    return PinyinTable(sections["characters"], *readings)


@cache
def table() -> PinyinTable:
    """The shipped table, read once per process."""
    with TABLE_PATH.open(encoding="utf-8") as file:
        return read_table(file)


def pinyin_key(name: str, *, person: bool = False) -> str:
    """Key by which people expect names to be sorted: toneless syllables in lower case, parted by spaces.

    `person` reads the first one or two characters as a surname. Never raises; text that is not Chinese stays.
    """
    return " ".join(table().syllables(name, person=person))


def initials(name: str, *, person: bool = False) -> str:
    """First letters of the syllables, with Latin letters and digits kept; [0-9a-z]* only. Never raises."""
    return table().initials(name, person=person)


def search_initials(name: str) -> tuple[str, ...]:
    """The initials under which somebody may look for the name: as an ordinary text, and as a person's name where the
    surname is read differently. One or two different values, never an empty one."""
    return tuple(dict.fromkeys(found for found in (initials(name), initials(name, person=True)) if found))


def other_readings(text: str) -> list[tuple[int, str]]:
    """(place, syllable) for the characters of a Chinese text that may be read in another way, the most usual first."""
    return table().other_readings(text)
