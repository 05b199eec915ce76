"""Finds the header of a sheet: below title rows, possibly on two levels with merged cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from .headings import known_headings, normalise
from .model import Cell

TopRow: TypeAlias = tuple[int, list[Cell]]
Merge: TypeAlias = tuple[int, int, int, int]

LONGEST_NAME = 60
SEARCHED_ROWS = 30
MAX_LEVELS = 3
LEVEL_SEPARATOR = " / "

_DATA_LIKE = re.compile(
    r"[-+]?[\d,.\s]{5,}%?|[-+]?\d+[.,]\d+|\S+@\S+\.\S+|\d{2,4}[-/.]\d{1,2}[-/.]\d{1,4}.*|https?://.*|\+?[\d() -]{7,}"
)
_CERTAINLY_DATA = re.compile(r"\S+@\S+\.\S+|https?://.*|\+?[\d() -]{7,}")


@dataclass(frozen=True, slots=True)
class HeaderGuess:
    """First and last header position among the spooled rows (None: no header), and a name per column."""

    rows: tuple[int, int] | None
    names: tuple[str, ...]


def guess_header(top: Sequence[TopRow], merges: Sequence[Merge] = ()) -> HeaderGuess:
    """Find the header in the first spooled rows (source row number, cells), given the merged ranges near them.

    The header is the first row that is mostly filled with short, different texts that do not look like data. Known
    headings outweigh everything else: a list of names has rows of short texts, too.
    """
    searched = [(number, spread(number, cells, merges)) for number, cells in top[:SEARCHED_ROWS]]
    usual = _usual_width([cells for _, cells in top])
    known = known_headings()
    best: tuple[float, int] | None = None
    for position, (_, cells) in enumerate(searched):
        score = _score(cells, usual, known)
        if score and (best is None or score > best[0] + 0.25):
            best = (score, position)
    if best is None:
        return HeaderGuess(None, ())
    first, last = _levels(searched, best[1], merges, known)
    return HeaderGuess((first, last), join_levels([cells for _, cells in searched[first : last + 1]]))


def header_names(top: Sequence[TopRow], rows: tuple[int, int], merges: Sequence[Merge] = ()) -> tuple[str, ...]:
    """The column names when the user points to the header rows: first and last position in `top`."""
    return join_levels([spread(number, cells, merges) for number, cells in top[rows[0] : rows[1] + 1]])


def spread(number: int, cells: Sequence[Cell], merges: Sequence[Merge]) -> list[Cell]:
    """A row with the value of each merged range repeated in all its columns (of the range's first row only)."""
    filled = list(cells)
    for first_row, _, first_column, last_column in merges:
        if first_row == number and first_column < len(filled):
            filled.extend([None] * (last_column + 1 - len(filled)))
            filled[first_column : last_column + 1] = [filled[first_column]] * (last_column + 1 - first_column)
    return filled


def join_levels(levels: Sequence[Sequence[Cell]]) -> tuple[str, ...]:
    """Join the header texts of each column from top to bottom, leaving out blanks and repetitions."""
    width = max((len(level) for level in levels), default=0)
    names = []
    for column in range(width):
        parts: list[str] = []
        for level in levels:
            text = shown(level[column]) if column < len(level) else ""
            if text and text not in parts:
                parts.append(text)
        names.append(LEVEL_SEPARATOR.join(parts))
    return tuple(names)


def shown(cell: Cell) -> str:
    """A cell as one line of text."""
    if cell is None:
        return ""
    text = next(iter(cell.values())) if isinstance(cell, dict) else str(cell)
    return " ".join(text.split())


def _usual_width(rows: Sequence[Sequence[Cell]]) -> int:
    counts = sorted(sum(cell is not None for cell in cells) for cells in rows)
    return counts[len(counts) // 2] if counts else 0


def _score(cells: Sequence[Cell], usual: int, known: frozenset[str]) -> float:
    """0 for a row that cannot be a header; else 1 plus the share of known headings (at most 2)."""
    texts = [cell for cell in cells if cell is not None]
    names = [shown(cell) for cell in texts]
    distinct = set(names)
    if not names or len(distinct) * 2 < usual or (len(distinct) == 1 and usual > 1):
        return 0
    data_like = sum(not isinstance(cell, str) or bool(_DATA_LIKE.fullmatch(cell.strip())) for cell in texts)
    too_long = sum(len(name) > LONGEST_NAME for name in names)
    if data_like * 10 > len(names) * 3 or too_long or any(_CERTAINLY_DATA.fullmatch(name) for name in names):
        return 0
    return 1 + sum(normalise(name) in known for name in names) / len(names)


def _levels(searched: Sequence[TopRow], found: int, merges: Sequence[Merge], known: frozenset[str]) -> tuple[int, int]:
    """Extend the found row to the levels above and below that belong to the same header."""
    first = last = found
    number = searched[found][0]
    for first_row, last_row, first_column, last_column in merges:
        if first_row != number:
            continue
        depth = last_row - first_row if last_row > first_row else int(last_column > first_column)
        last = max(last, min(found + min(depth, MAX_LEVELS - 1), len(searched) - 1))
    if last > found:
        return first, last
    if found and _is_group_row(searched[found - 1], searched[found], merges):
        return found - 1, found
    below = searched[found + 1][1] if found + 1 < len(searched) else []
    gaps = [
        i
        for i, cell in enumerate(below)
        if cell is not None and (i >= len(searched[found][1]) or searched[found][1][i] is None)
    ]
    hits = sum(normalise(shown(cell)) in known for cell in below if cell is not None)
    if gaps and hits * 2 >= sum(cell is not None for cell in below):
        return found, found + 1
    return first, last


def _is_group_row(above: TopRow, below: TopRow, merges: Sequence[Merge]) -> bool:
    """Whether the row above a header names groups of its columns, and is not a title or a line of remarks."""
    number, cells = above
    names = [shown(cell) for cell in cells if cell is not None]
    if below[0] != number + 1 or len(set(names)) < 2 or any(len(n) > 20 or re.search(r"[\d:\uff1a]", n) for n in names):
        return False
    ranges = [merge for merge in merges if merge[0] == number]
    return bool(ranges) or (cells[0] is not None and len(names) < len(below[1]))
