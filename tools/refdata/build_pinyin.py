"""Makes guanxi/platform/refdata/data/pinyin.txt from pypinyin (MIT licence) and our lists of surnames and places.

    python tools/refdata/build_pinyin.py

A phrase is kept only when its characters alone would be read differently; the lists of ours come last and win.
"""

import sys
from pathlib import Path

from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT))

from guanxi.platform.refdata.chinese.pinyin import LONGEST_PHRASE, TABLE_PATH, PinyinTable  # noqa: E402

HEADER = """# Readings of Chinese characters, phrases and surnames. Made by tools/refdata/build_pinyin.py
# out of pypinyin (MIT licence, (c) mozillazg and contributors) and the lists beside that script. Do not edit by hand.
"""
Readings = dict[str, tuple[str, ...]]


def read_list(name: str) -> Readings:
    """Lines "text syllable syllable …", # begins a comment."""
    rows = ((HERE / name).read_text(encoding="utf-8")).splitlines()
    found: Readings = {}
    for row in rows:
        text, *syllables = row.partition("#")[0].split() or [""]
        if not text:
            continue
        if len(text) != len(syllables):
            raise ValueError(f"{name}: {row!r} needs one syllable per character")
        found[text] = tuple(syllables)
    return found


def read_characters(own: Readings) -> dict[str, str]:
    """{character: syllable} for every character pypinyin reads as one syllable, and for ours."""
    known = {chr(code): lazy_pinyin(chr(code))[0] for code in PINYIN_DICT}
    single = {character: syllable for character, syllable in known.items() if syllable.isascii()}
    return single | {text: reading[0] for text, reading in own.items() if len(text) == 1}


def group(readings: dict[str, str]) -> dict[str, str]:
    """{syllable: all its characters}."""
    grouped: dict[str, str] = {}
    for character, syllable in sorted(readings.items()):
        grouped[syllable] = grouped.get(syllable, "") + character
    return grouped


def add_phrases(table: PinyinTable, own: Readings) -> Readings:
    """Add what the table reads wrongly so far, short phrases first, and return it."""
    added: Readings = {}
    candidates = [text for text in PHRASES_DICT if 1 < len(text) <= LONGEST_PHRASE]
    for text in sorted(candidates, key=lambda text: (len(text), text)):
        reading = tuple(lazy_pinyin(text, style=Style.NORMAL))
        if len(reading) == len(text) and tuple(table.syllables(text)) != reading:
            added[text] = reading
            table.add_phrase(text, reading)
    for text, reading in own.items():
        if tuple(table.syllables(text)) != reading or text in added:
            added[text] = reading
            table.add_phrase(text, reading)
    return added


def main() -> None:
    surnames, places = read_list("surnames.txt"), read_list("places.txt")
    characters = group(read_characters(places))
    table = PinyinTable(characters, {}, {})
    phrases = add_phrases(table, {text: reading for text, reading in places.items() if len(text) > 1})
    kept = {text: reading for text, reading in surnames.items() if tuple(table.syllables(text)) != reading}
    with TABLE_PATH.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        file.write("[characters]\n")
        file.writelines(f"{syllable} {members}\n" for syllable, members in sorted(characters.items()))
        for name, readings in (("phrases", phrases), ("surnames", kept)):
            file.write(f"[{name}]\n")
            file.writelines(f"{text} {' '.join(reading)}\n" for text, reading in sorted(readings.items()))
    print(f"{TABLE_PATH.relative_to(ROOT)}: {len(phrases)} phrases, {len(kept)} surnames")


if __name__ == "__main__":
    main()
