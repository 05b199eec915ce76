"""The sheet parts of a workbook: rows cut out and matched whole where they are written the usual way, tokens elsewhere.

Values are read, never formulas. The tokens come from start-of-element and text handlers only: a handler for ends would
cost a third of the speed and say nothing, because a cell ends where the next begins.
"""

from __future__ import annotations

import re
import zipfile
from typing import Any
from xml.parsers import expat

from .model import Limits
from .numbers import Memo, number
from .refusals import Refusal
from .writer import SheetWriter
from .xlsx_frame import Blocks, Frame, usual_frame
from .xlsx_strings import unescape
from .xmlstream import feed, local, parser

LONGEST_LETTERS = 8
MERGES_KEPT = 500
MERGE_ROWS = 100
PIECES_AT_ONCE = 200
PLAIN_DIGITS = 15
TRUE = ("1", "true", "on")
FORMULA = object()
UNCALCULATED = {"e": "#UNCALCULATED"}

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_ROW_START = re.compile(r"(?:\s*<row\b[^>]*/>)*\s*<row\b([^>]*)(?<!/)>")
_ROW_NUMBER = re.compile(r' r="([0-9]{1,7})"')
_ROW_HIDDEN = re.compile(r' hidden="(?:1|true|on)"')
_CELL = re.compile(
    r'<c r="([A-Z]{1,3})[0-9]+"(?: s="([0-9]+)")?(?: t="([a-zA-Z]+)")?'
    r"(?:/>|>(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?"
    r'(?:<v>([^<&\r]+)</v>|<is><t(?: xml:space="preserve")?>([^<&\r]*)</t></is>)</c>)'
)
_GROUPS = _CELL.groups + 1


def column_index(letters: str) -> int:
    """Column letters, or the reference of a cell, as a position from 0: A is 0, XFD is 16383; -1 without letters."""
    index = 0
    for letter in letters[:LONGEST_LETTERS]:
        if "A" <= letter <= "Z":
            index = index * 26 + ord(letter) - 64
    return index - 1


def _column_letters(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


_LETTERS = [_column_letters(index) for index in range(1_024)]
_COLUMNS = {letters: index for index, letters in enumerate(_LETTERS)}


def integer(text: str | None) -> int:
    """A count or id in an attribute; 0 when it is none."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 0


class _Tokens(list[Any]):
    """What the parser saw: a dict begins a cell, a str is its text, FORMULA says that it has one.

    `rows` holds (index of the first token, attributes) of each row, `merges` the references of merged ranges.
    """

    def __init__(self, made: Any) -> None:
        super().__init__()
        self.rows: list[tuple[int, dict[str, str]]] = []
        self.merges: list[str] = []
        self._parser = made
        self._silent = True
        self._phonetic = False
        made.StartElementHandler = self._root

    def drop_rows(self, count: int) -> None:
        """Forget the first `count` rows and their tokens."""
        start = self.rows[count][0] if count < len(self.rows) else len(self)
        del self[:start]
        self.rows = [(index - start, attributes) for index, attributes in self.rows[count:]]

    def _root(self, tag: str, _attributes: dict[str, str]) -> None:
        space = tag[: -len(local(tag))]
        cell, value, add = space + "c", space + "v", self.append

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == cell:
                add(attributes)
            elif tag == value:
                if self._silent:
                    self._listen(True)
            else:
                self._other(local(tag), attributes)

        self._parser.StartElementHandler = start

    def _other(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            self.rows.append((len(self), attributes))
        elif name == "t":
            self._listen(not self._phonetic)
        elif name in ("is", "rPh"):
            self._phonetic = name == "rPh"
        elif name != "r":
            self._listen(False)
            if name == "f":
                self.append(FORMULA)
            elif name == "mergeCell":
                self.merges.append(attributes.get("ref", ""))

    def _listen(self, wanted: bool) -> None:
        self._parser.CharacterDataHandler = self.append if wanted else None
        self._silent = not wanted


class SheetReader:
    """Turns one sheet part into rows."""

    def __init__(self, sheet: SheetWriter, strings: list[str], converters: dict[str, Memo], limits: Limits) -> None:
        self._sheet, self._strings, self._converters, self._limits = sheet, strings, converters, limits
        self._row = 0

    def read(self, archive: zipfile.ZipFile, part: str) -> None:
        """Read the whole part. Raises Refusal: damaged, doctype, too_many_rows, spool_too_big."""
        frame = usual_frame(archive, part, b"worksheet")
        if frame:
            self._cut(archive, part, frame)
            return
        made = parser()
        tokens = _Tokens(made)
        for _ in feed(made, archive, part):
            self._take(tokens, len(tokens.rows) - 1)  # the last row may be incomplete
        self._take(tokens, len(tokens.rows))
        self._merge(tokens)

    def _cut(self, archive: zipfile.ZipFile, part: str, frame: Frame) -> None:
        """Cut the part into rows; rows that are not plain are gathered and parsed together, in their order."""
        waiting: list[str] = []
        blocks = Blocks(archive, part, begin=b"<sheetData", end=b"</row>", stop=b"</sheetData>")
        for block in blocks:
            for piece in block.split("</row>")[:-1]:
                plain = self.plain_row(piece)
                if plain is None:
                    waiting.append(piece)
                if waiting and (plain is not None or len(waiting) == PIECES_AT_ONCE):
                    self._parse(frame.piece(_sheet_data(waiting) + b"</sheetData>"))
                    waiting.clear()
                if plain is not None:
                    self._row = plain[0]
                    self._sheet.row(*plain)
        self._parse(frame.start + _sheet_data(waiting) + (blocks.rest or b"</sheetData></worksheet>"))

    def _parse(self, document: bytes) -> None:
        """Rows and merged ranges of a piece that is a document of its own."""
        made = parser()
        tokens = _Tokens(made)
        try:
            made.Parse(document, True)
        except expat.ExpatError as error:
            raise Refusal("damaged") from error
        self._take(tokens, len(tokens.rows))
        self._merge(tokens)

    def _take(self, tokens: _Tokens, complete: int) -> None:
        """Write the first `complete` rows of the tokens."""
        if complete < 1:
            return
        ends = [index for index, _ in tokens.rows[1:]] + [len(tokens)]
        for (start, attributes), end in zip(tokens.rows[:complete], ends, strict=False):
            self._row = integer(attributes.get("r")) or self._row + 1
            if self._row > self._limits.rows:
                raise Refusal("too_many_rows", limit=self._limits.rows)
            if end > start:
                self._sheet.row(self._row, self.any_cells(tokens[start:end]), attributes.get("hidden", "0") in TRUE)
        tokens.drop_rows(complete)

    def _merge(self, tokens: _Tokens) -> None:
        for reference in tokens.merges[:MERGES_KEPT]:
            ends = _REFERENCE.findall(reference)
            if len(ends) == 2 and int(ends[0][1]) <= MERGE_ROWS:
                columns = sorted(min(column_index(letters), self._limits.columns - 1) for letters, _ in ends)
                rows = sorted(int(row) for _, row in ends)
                self._sheet.merges.append((rows[0], rows[1], columns[0], columns[1]))

    def plain_row(self, piece: str) -> tuple[int, list[Any], bool] | None:
        """(number, cells, hidden) of a row written exactly as expected; None for any other, which is parsed instead."""
        start = _ROW_START.match(piece)
        at = _ROW_NUMBER.search(start[1]) if start else None
        if not start or not at or int(at[1]) > self._limits.rows:
            return None
        odd, *parts = _CELL.split(piece[start.end() :])
        letters = parts[::_GROUPS]
        if odd or any(parts[_GROUPS - 1 :: _GROUPS]):  # something between the cells that is no cell as expected
            return None
        try:
            cells = self._plain_cells(parts)
            if cells is not None and letters != _LETTERS[: len(letters)]:
                cells = _placed([_COLUMNS[name] for name in letters], cells)
        except LookupError:  # a column, a shared string that is not there: the parser says what to make of it
            return None
        if cells is None or len(cells) > self._limits.columns:
            return None
        return int(at[1]), cells, bool(_ROW_HIDDEN.search(start[1]))

    def _plain_cells(self, parts: list[Any]) -> list[Any] | None:
        """One value per cell, blank ones too."""
        cells: list[Any] = []
        add = cells.append
        strings, by_style = self._strings, self._converters
        groups = (parts[group::_GROUPS] for group in range(1, _GROUPS - 1))
        for style, kind, value, text in zip(*groups, strict=True):
            if value is None:
                add(unescape(text) if text else None)
            elif kind == "s":
                add(strings[int(value)] or None)
            elif kind is None or kind == "n":
                made = by_style.get(style or "0")
                cell = number(value) if made is None else made[value]
                if cell.__class__ is dict and ("r" in cell or "e" in cell):
                    return None
                add(cell)
            else:
                return None
        return cells

    def any_cells(self, tokens: list[Any]) -> list[Any]:
        """The cells of any row: texts in pieces, formulas, cells without a place, cells beyond the last column."""
        cells: list[Any] = []
        attributes: dict[str, str] | None = None
        text: str | None = None
        formula = False
        for token in [*tokens, {}]:
            if token is FORMULA:
                formula, text = True, None
            elif isinstance(token, str):
                text = token if text is None else text + token
            else:
                if attributes is not None:
                    self._place(cells, attributes.get("r"), self._value(attributes, text, formula))
                attributes, text, formula = token, None, False
        return cells

    def _place(self, cells: list[Any], reference: str | None, value: Any) -> None:
        """Put a value into its column; values beyond the last column allowed are counted and left out."""
        column = column_index(reference) if reference else len(cells)
        if value is None or value == "":
            if not reference:
                cells.append(None)
            return
        if not 0 <= column < self._limits.columns:
            self._sheet.notices.add("columns_left_out", self._row)
            return
        cells.extend([None] * (column + 1 - len(cells)))
        cells[column] = value
        if isinstance(value, dict):
            self._notice(value)

    def _value(self, attributes: dict[str, str], text: str | None, formula: bool) -> Any:
        kind = attributes.get("t", "n")
        if text is None or text.isspace():
            return UNCALCULATED if formula and kind == "n" else None
        if kind == "n":
            made = self._converters.get(attributes.get("s", "0"))
            return number(text) if made is None else made[text]
        if kind == "s":
            return self._shared(text)
        if kind == "b":
            return text.strip() in TRUE
        if kind == "e":
            return {"e": text.strip()}
        if kind == "d":
            return _iso(text)
        # Without a handler for ends, the line break of a pretty-printed file would stick to the text.
        if text[-1:].isspace() and "\n" in text[len(text.rstrip()) :]:
            text = text.rstrip()
        return unescape(text)

    def _shared(self, text: str) -> str:
        try:
            return self._strings[int(text)]
        except (ValueError, IndexError) as error:
            raise Refusal("damaged") from error

    def _notice(self, value: dict[str, str]) -> None:
        if value is UNCALCULATED:
            self._sheet.notices.add("uncalculated", self._row)
        elif "e" in value:
            self._sheet.notices.add("error_cells", self._row)
        elif "r" in value:
            self._sheet.notices.add("rounded", self._row)


def _placed(columns: list[int], cells: list[Any]) -> list[Any]:
    """The cells in their columns. Raises LookupError when these do not ascend."""
    placed: list[Any] = []
    for column, cell in zip(columns, cells, strict=True):
        if column < len(placed):
            raise LookupError(column)
        placed.extend([None] * (column - len(placed)))
        placed.append(cell)
    return placed


def _sheet_data(rows: list[str]) -> bytes:
    """Rows that lost their end tags, after the start tag of their parent."""
    return ("<sheetData>" + "".join(row + "</row>" for row in rows)).encode()


def _iso(text: str) -> Any:
    """A date cell of the strict format: ISO 8601 text."""
    text = text.strip().rstrip("Z")
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return {"d": text}
    if match := re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?", text):
        return {"t": match[1]}
    return text or None
