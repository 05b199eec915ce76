"""From a cell of the spool to the value of a field: the same converters as form and REST, a column at a time.

Converters are slow compared with a dictionary, and most columns hold few different values: each column
remembers what it converted until the column proves to be one of many different values.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from guanxi.platform.access import kinds
from guanxi.platform.access.fields import Field
from guanxi.platform.access.kinds import Invalid
from guanxi.platform.access.masking import BlindField
from guanxi.platform.exchange.reading import Cell, placeholders

MEMO_TRIAL, MEMO_LIMIT = 4_000, 50_000
CHINESE_FROM = "\u2e7f"
SERIAL_START = date(1899, 12, 30)
#: Day numbers taken for dates in a date column: 1927 to 2119.
SERIALS = range(10_000, 80_000)
#: As spreadsheet programs write long numbers. "12E45" is somebody's code.
SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+\d+")
PLAIN_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}")
NO_DATE = re.compile(r"\s*0+[-/.]0+[-/.]0+(\s+[0:]+)?\s*")
WHOLE_FLOAT = re.compile(r"(\d+)\.0+")
TEXTS = frozenset({"text", "longtext", "code", "phone", "email", "url", "choice", "multichoice", "tags"}) | kinds.LINKS
NUMBERS_AS_TEXT = frozenset({"phone", "code"})


class _Blank:
    """The cell is empty: nothing is said about the field."""

    def __repr__(self) -> str:
        return "BLANK"


BLANK: Any = _Blank()
Plain = Callable[[str], bool]


def shown(cell: Cell) -> str:
    """A cell as its reader saw it, for lists of problems and error files."""
    if cell is None:
        return ""
    if isinstance(cell, dict):
        return str(next(iter(cell.values())))
    if isinstance(cell, bool):
        return str(kinds.YES if cell else kinds.NO)
    return str(cell)


def raw_value(cell: Cell, field: Field) -> Any:
    """What ``field.parse`` takes, or BLANK. Raises Invalid for what the spreadsheet program has damaged."""
    kind = field.kind.key
    if isinstance(cell, dict):
        ((mark, text),) = cell.items()
        return _marked(mark, text, field)
    if isinstance(cell, bool):
        return cell if kind == "boolean" else shown(cell)
    if isinstance(cell, int):
        return _whole(cell, field)
    if cell is None or not cell.strip() or _unfilled(cell, field):
        return BLANK
    if kind in NUMBERS_AS_TEXT:
        return _digits(cell, field)
    return cell.strip() if kind in kinds.LINKS else cell


def _unfilled(text: str, field: Field) -> bool:
    """Whether a program wrote this where it had nothing to write: 0/0/00 as a date, "Unspecified" as a choice."""
    if field.kind.key in ("date", "datetime"):
        return NO_DATE.fullmatch(text) is not None
    word = text.strip().casefold()
    return field.kind.key == "choice" and word in placeholders() and word not in field.choice_values()


def _marked(mark: str, text: str, field: Field) -> Any:
    if mark == "n":
        if field.kind.key == "phone":
            raise Invalid(
                _("“%(value)s” is not a number that can be dialled. Format the column as text and enter it again.")
                % {"value": text}
            )
        return text if field.kind.key in TEXTS else Decimal(text)
    if mark in ("d", "t", "h"):
        return text
    raise Invalid(_DAMAGED[mark]() % {"value": text, "label": field.label})


_DAMAGED = {
    "r": lambda: _(
        "“%(value)s” has more than 15 digits and the spreadsheet program has replaced the last ones by zeros. "
        "Format the column as text, enter the code again and upload the file again."
    ),
    "e": lambda: _("The cell shows the error “%(value)s”. Correct the formula in the file."),
    "x": lambda: _(
        "“%(value)s” holds characters that do not fit the encoding of the file. Choose another encoding or correct the cell."
    ),
    "q": lambda: _("A quotation mark in this cell is never closed. Correct it in the file: “%(value)s”"),
}


def _whole(cell: int, field: Field) -> Any:
    kind = field.kind.key
    if kind in ("date", "datetime"):
        return (SERIAL_START + timedelta(days=cell)) if cell in SERIALS else str(cell)
    return str(cell) if kind in TEXTS else cell


def _digits(text: str, field: Field) -> str:
    """Numbers that became floats on their way are restored when nothing was lost, else refused."""
    plain = text.strip().translate(kinds.FULL_WIDTH)
    if found := WHOLE_FLOAT.fullmatch(plain):
        return found[1]
    if not SCIENTIFIC.fullmatch(plain):
        return text
    mantissa, _e, exponent = plain.upper().partition("E")
    try:
        number = Decimal(plain)
        exact = len(mantissa.lstrip("+-").replace(".", "")) > int(exponent) and number == number.to_integral_value()
    except (InvalidOperation, ValueError):
        exact = False
    if not exact:
        raise Invalid(
            _(
                "“%(value)s” has lost digits: the spreadsheet program shortened the number. Format the column as text and enter it again."
            )
            % {"value": text}
        )
    return f"{number:.0f}"


def _plain_text(limit: int | None) -> Plain:
    """Whether a text would come out of its converter as it went in: printable, no blanks at the ends or in a row."""
    most = limit or 1_000_000

    def plain(text: str) -> bool:
        return (
            text.isprintable()
            and len(text) <= most
            and "  " not in text
            and "**" not in text  # perhaps a mask given back: the field knows
            and text[:1] not in ("", " ")
            and text[-1] != " "
        )

    return plain


def _plain_code(limit: int | None) -> Plain:
    most = limit or 1_000_000
    return lambda text: text.isalnum() and text.isascii() and len(text) <= most


def _plain_phone(limit: int | None) -> Plain:
    most = limit or 1_000_000
    return lambda text: text.isascii() and (text[1:] if text[:1] == "+" else text).isdigit() and len(text) <= most


def _plain_email(limit: int | None) -> Plain:
    most, form = limit or 1_000_000, PLAIN_EMAIL.fullmatch
    return lambda text: form(text) is not None and len(text) <= most


_PLAIN = {
    "text": _plain_text,
    "longtext": _plain_text,
    "code": _plain_code,
    "phone": _plain_phone,
    "email": _plain_email,
}


def joined(cells: Sequence[Cell], positions: Sequence[int]) -> Cell:
    """Several cells as one text: Chinese in the order of meaning and without blanks (family name, given name), other
    scripts in the order of the file with blanks."""
    present = [at for at in positions if at < len(cells) and shown(cells[at]).strip()]
    if len(present) < 2:
        return cells[present[0]] if present else None
    if any(letter > CHINESE_FROM for at in present for letter in shown(cells[at])):
        return "".join(shown(cells[at]).strip() for at in present)
    return " ".join(shown(cells[at]).strip() for at in sorted(present))


class ColumnReader:
    """Converts the cells of one column. ``values`` of links are texts; links.py turns them into ids."""

    def __init__(self, field: Field) -> None:
        self.field = field
        # Whether a value is needed depends on the whole row (new or not), so an empty cell is no error here.
        self._parse = None if field.is_link else field.with_(required=False).parse
        self._plain = _PLAIN[field.kind.key](field.max_length) if field.kind.key in _PLAIN and field.is_plain else None
        self._memo: dict[Any, Any] | None = None if self._plain else {}
        self._read = 0

    def convert(self, cells: Sequence[Cell]) -> tuple[list[Any], dict[int, str]]:
        """Values in order (BLANK for empty cells) and {index: message} for cells that cannot be taken."""
        if self._plain is not None:
            values = self._convert_plain(cells, self._plain)
        elif self._memo is not None:
            values = self._convert_known(cells, self._memo)
        else:
            values = [BLANK if cell is None else self._convert(cell) for cell in cells]
        errors = {}
        if Invalid in set(map(type, values)):
            errors = {index: str(value) for index, value in enumerate(values) if value.__class__ is Invalid}
            for index in errors:
                values[index] = BLANK
        return values, errors

    def _convert_plain(self, cells: Sequence[Cell], plain: Plain) -> list[Any]:
        """Text that is already in its one way of writing, as nearly all is, is only looked at."""
        convert = self._convert
        if self.field.check is not None:
            checked = self._checked
            return [
                checked(cell) if cell.__class__ is str and plain(cell) else BLANK if cell is None else convert(cell)  # type: ignore[arg-type]
                for cell in cells
            ]
        return [
            cell if cell.__class__ is str and plain(cell) else BLANK if cell is None else convert(cell)  # type: ignore[arg-type]
            for cell in cells
        ]

    def _convert_known(self, cells: Sequence[Cell], memo: dict[Any, Any]) -> list[Any]:
        """Each different value once. Flags are left out: True is 1 to a dictionary."""
        for cell in {cell for cell in cells if cell.__class__ is str or cell.__class__ is int} - memo.keys():
            memo[cell] = self._convert(cell)
        memo[None] = BLANK
        known = str, int, type(None)
        values = [memo[cell] if cell.__class__ in known else self._convert(cell) for cell in cells]
        if self.field.kind.key in ("tags", "multichoice"):
            values = [value[:] if value.__class__ is list else value for value in values]
        self._forget(len(values), memo)
        return values

    def _convert(self, cell: Cell) -> Any:
        try:
            raw = raw_value(cell, self.field)
            if isinstance(self.field, BlindField) and self.field.leaves(raw):
                return BLANK
            return raw if raw is BLANK or self._parse is None else self._parse(raw)
        except Invalid as error:
            return error

    def _checked(self, text: str) -> Any:
        try:
            return self.field.check(text)  # type: ignore[misc]
        except Invalid as error:
            return error

    def _forget(self, read: int, memo: dict[Any, Any]) -> None:
        """Stop remembering a column in which most values differ."""
        self._read += read
        if len(memo) > MEMO_LIMIT or (len(memo) > MEMO_TRIAL and len(memo) * 2 > self._read):
            self._memo = None
