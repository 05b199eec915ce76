"""From the texts of a record to its tokens.

A token is a letter for the sensitivity of its field, a letter for what it is, and letters or digits:

    h  two neighbouring Chinese characters, and the last one alone
    w  a word of letters and digits
    d  such a word with one letter missing, and the place of that letter
    y  initials of the pinyin, from every character on
    z  the pinyin itself, from every character on
    p  a number, from every place on
    b  the name of the record from its beginning
    v  a sensitive value as a whole; the digest of an encrypted one
    t  its last four, or their digest

Who sees a field masked is answered by ``v`` and ``t`` alone.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import accumulate

from guanxi.platform.access import kinds
from guanxi.platform.access.encrypted import TAIL
from guanxi.platform.access.fields import Field
from guanxi.platform.refdata.chinese.pinyin import initials, table
from guanxi.platform.refdata.chinese.script import HAN, to_simplified

#: Raised when the tokens of the same text change: everything is indexed anew.
VERSION = 1
#: Sensitivity → first letter of its tokens; ``OTHER`` for kinds of data that a module brings.
LETTERS = {
    "": "n", "name": "m", "contact": "c", "identity": "i", "financial": "f", "personal": "p", "internal": "t", "staff": "s",
}  # fmt: skip
OTHER = "x"
#: Longest text that is looked at, and longest tokens.
LONGEST, WORD, INITIALS, PINYIN, NUMBER, NAME = 200, 24, 8, 12, 12, 24
SHORTEST_NUMBER = 3
#: So many of the characters of a name are also found by another reading.
OTHER_READINGS = 4
#: Words of so many letters are also found with one letter wrong.
MISSABLE = range(4, 13)
DIGIT = re.compile(r"[0-9]")
_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
RUN = re.compile(rf"([{_HAN}]+)|((?:(?![{_HAN}])[^\W_])+)")
_PLAIN = re.compile(r"[0-9a-z\u4e00-\u9fff]*")


def letter_of(field: Field) -> str:
    return LETTERS.get(field.sensitivity, OTHER)


def normalised(text: str, longest: int = LONGEST) -> str:
    """The form in which texts are compared: half-width, simplified, lower case."""
    text = text[:longest]
    if not _PLAIN.fullmatch(text):
        text = unicodedata.normalize("NFKC", text).casefold()
    return text.translate(_simplified()) if HAN.search(text) else text


@cache
def _simplified() -> dict[int, str]:
    """Character by character: in a search it does not matter that a few of them mean two things. One whose simplified form
    nobody knows to read stays, or its pinyin would be lost."""
    block = [chr(code) for code in range(0x4E00, 0xA000)]
    pairs = zip(block, to_simplified("\n".join(block)).split("\n"), strict=True)
    return {ord(one): other for one, other in pairs if one != other and initials(other)}


def compact(text: str) -> str:
    """The letters and digits of a normalised text alone."""
    return "".join(letter for letter in text if letter.isalnum())


def runs(text: str) -> Iterator[tuple[str, bool]]:
    """A normalised text in pieces of Chinese characters (True) and of other letters and digits (False)."""
    for found in RUN.finditer(text):
        yield found.group(), bool(found.group(1))


def tokens_of(field: Field, texts: list[str], *, title: bool = False, masked: bool = False) -> list[str]:
    """The tokens of a field's texts; those that are left to whoever sees it masked."""
    letter = letter_of(field)
    found: list[str] = []
    for text in texts:
        if field.sealed:
            continue  # only its digests go into the index (``documents``)
        plain = normalised(text)
        if field.sensitivity or masked:
            found += whole_tokens(letter, field, plain)
        if masked:
            continue
        if title and (name := compact(plain)):
            found.append(f"{letter}b{name[:NAME]}")
        found += _text_tokens(letter, _joined(field, plain))
    return found


def whole_tokens(letter: str, field: Field, plain: str) -> Iterator[str]:
    """The value as a whole and its last four."""
    whole = compact(plain)
    if not whole:
        return
    yield f"{letter}v{whole[:LONGEST]}"
    if field.kind is kinds.PHONE and whole.startswith("86") and len(whole) > 10:
        yield f"{letter}v{whole[2:]}"
    if len(whole) > TAIL and DIGIT.search(whole):
        yield f"{letter}t{whole[-TAIL:]}"


def _joined(field: Field, plain: str) -> str:
    """Telephone numbers are one number, whatever stands between their digits."""
    return compact(plain) if field.kind is kinds.PHONE else plain


def _text_tokens(letter: str, plain: str) -> list[str]:
    pieces = list(runs(plain))
    found: list[str] = []
    for run, han in pieces:
        found += _han_tokens(letter, run) if han else _word_tokens(letter, run)
    if len(pieces) > 1 and any(han for _run, han in pieces):  # a name with letters or brackets in it
        first = initials(plain)
        found += [f"{letter}y{first[at : at + INITIALS]}" for at in range(len(first))]
    return found


def _han_tokens(letter: str, run: str) -> list[str]:
    found = [f"{letter}h{run[at : at + 2]}" for at in range(len(run))]
    usual = table().syllables(run)
    found += _spelt(letter, usual, 0, len(usual))
    if len(usual) != len(run):
        return found  # characters that nobody knows to read
    others = [(at, syllable) for at, syllable in table().other_readings(run) if usual[at] != syllable]
    for at, syllable in others[:OTHER_READINGS]:
        # Whoever begins long before the character has typed enough by then.
        found += _spelt(letter, [*usual[:at], syllable, *usual[at + 1 :]], max(0, at - INITIALS + 1), at + 1)
    return found


def _spelt(letter: str, syllables: list[str], begin: int, end: int) -> list[str]:
    """Initials and pinyin from each of the places on."""
    first, whole = "".join([syllable[0] for syllable in syllables]), "".join(syllables)
    places = list(accumulate(map(len, syllables), initial=0))
    found = [f"{letter}y{first[at : at + INITIALS]}" for at in range(begin, end)]
    found += [f"{letter}z{whole[place : place + PINYIN]}" for place in places[begin:end]]
    return found


def _word_tokens(letter: str, word: str) -> list[str]:
    found = [f"{letter}w{word[:WORD]}"]
    if DIGIT.search(word):
        last = max(1, len(word) - SHORTEST_NUMBER + 1)
        found += [f"{letter}p{word[at : at + NUMBER]}" for at in range(last)]
    elif len(word) in MISSABLE:
        found += [f"{letter}d{short}{at}" for at, short in shortened(word)]
    return found


def body_tokens(text: str) -> Iterator[str]:
    """The tokens of a long text, without the letter of its field: pairs of Chinese characters, words, and numbers from their
    beginning. No pinyin: a text of pages would be found by everything."""
    for run, han in runs(normalised(text, len(text))):
        if han:
            yield from [f"h{run[at : at + 2]}" for at in range(len(run))]
        else:
            yield f"w{run[:WORD]}"
            if DIGIT.search(run):
                yield f"p{run[:NUMBER]}"


def shortened(word: str) -> list[tuple[int, str]]:
    """(place, the word without the letter there) for each of its letters."""
    return [(at, word[:at] + word[at + 1 :]) for at in range(len(word))]
