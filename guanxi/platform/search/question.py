"""From what somebody typed to what is asked of the index."""

from collections.abc import Iterator
from dataclasses import dataclass

from guanxi.platform.access.encrypted import TAIL
from guanxi.platform.search.expressions import Expression, Token, all_of, any_of
from guanxi.platform.search.tokens import (
    DIGIT,
    INITIALS,
    MISSABLE,
    NAME,
    NUMBER,
    PINYIN,
    SHORTEST_NUMBER,
    WORD,
    compact,
    normalised,
    runs,
    shortened,
)

#: So many words, and pieces of Chinese or other letters in them, are looked for.
WORDS, PIECES = 5, 8
LONGEST = 200
#: Chinese words of so many characters may miss one pair.
MISSING_FROM = 4


@dataclass(frozen=True)
class Question:
    """What was typed, ready to be asked. ``whole`` are its letters and digits without anything between them."""

    text: str
    whole: str
    pieces: tuple[tuple[str, bool], ...]

    @property
    def is_number(self) -> bool:
        """Whether it may be the value of a masked field or its last four."""
        return len(self.whole) >= TAIL and (bool(DIGIT.search(self.whole)) or "@" in self.text)

    def begins(self, letters: str) -> Expression:
        """Records whose name begins with it."""
        return any_of(Token(f"{letter}b{self.whole[:NAME]}", prefix=True) for letter in letters)

    def terms(self, letters: str) -> Expression:
        """Records in which all of its pieces stand, in fields of these letters."""
        return all_of(any_of(_piece(run, han, letters)) for run, han in self.pieces)

    def nearly(self, letters: str) -> Expression | None:
        """The same with something missing in each piece that is long enough for it; None if none is."""
        loose = [_loose(run, han, letters) for run, han in self.pieces]
        if not any(loose):
            return None
        pairs = zip(self.pieces, loose, strict=True)
        return all_of(any_of([*_piece(run, han, letters), *more]) for (run, han), more in pairs)

    def values(self, letters: str) -> Iterator[Token]:
        """Records with a masked field that holds just this, or ends with these four."""
        national = self.whole.removeprefix("86") if self.text.startswith("+") else self.whole
        for letter in letters:
            yield Token(f"{letter}v{self.whole}")
            yield Token(f"{letter}v{national}")
            if len(self.whole) == TAIL:
                yield Token(f"{letter}t{self.whole}")


def read(text: str) -> Question | None:
    """What was typed; None if there is nothing to look for in it."""
    words = text.replace("\0", " ")[:LONGEST].split()[:WORDS]
    plain = normalised(" ".join(words))
    pieces = tuple(dict.fromkeys(runs(plain)))[:PIECES]
    return Question(" ".join(words), compact(plain), pieces) if pieces else None


def _piece(run: str, han: bool, letters: str) -> list[Expression]:
    """How a piece may stand in a record."""
    if han:
        return [_pairs(run, letter) for letter in letters]
    found: list[Expression] = []
    for letter in letters:
        found.append(Token(f"{letter}w{run[:WORD]}", prefix=True))
        if run.isascii():
            found += [Token(f"{letter}y{run[:INITIALS]}", prefix=True), Token(f"{letter}z{run[:PINYIN]}", prefix=True)]
        if len(run) >= SHORTEST_NUMBER and DIGIT.search(run):
            found.append(Token(f"{letter}p{run[:NUMBER]}", prefix=True))
    return found


def _pairs(run: str, letter: str) -> Expression:
    if len(run) == 1:
        return Token(f"{letter}h{run}", prefix=True)
    return all_of(Token(f"{letter}h{run[at : at + 2]}") for at in range(len(run) - 1))


def _loose(run: str, han: bool, letters: str) -> list[Expression]:
    if han:
        pairs = [run[at : at + 2] for at in range(len(run) - 1)] if len(run) >= MISSING_FROM else []
        return [
            all_of(Token(f"{letter}h{pair}") for place, pair in enumerate(pairs) if place != missing)
            for letter in letters
            for missing in range(len(pairs))
        ]
    if len(run) not in MISSABLE or DIGIT.search(run):
        return []
    return [Token(f"{letter}{tail}") for letter in letters for tail in _with_one_wrong(run)]


def _with_one_wrong(word: str) -> Iterator[str]:
    """The tokens of words that differ by one letter: it was left out, is too many, is another, or has changed places."""
    yield from (f"d{word}{at}" for at in range(len(word) + 1))
    for at, short in shortened(word):
        yield from (f"w{short}", f"d{short}{at}", f"d{short}{at + 1}")
