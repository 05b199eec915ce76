"""Text inside a workbook's XML: what must be escaped, and the way back.

Characters that XML 1.0 cannot carry are written as `_xHHHH_` (ST_Xstring, ECMA-376 part 1, 22.9.2.19),
which spreadsheets turn back into the character; a text that already looks like such an escape has its
underscore escaped. So every text survives, NUL and carriage return included.
"""

import re

#: A cell holds at most this many UTF-16 units; a longer one makes the spreadsheet "repair" the file.
MAX_CELL_UNITS = 32_767

_ILLEGAL = "\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff"
# An underscore also counts when the character after the four digits will itself become an escape.
_ENCODED = re.compile(rf"[{_ILLEGAL}]|_(?=x[0-9A-Fa-f]{{4}}[_{_ILLEGAL}])")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SPECIAL = re.compile(rf"[&<>{_ILLEGAL}]|_x|\A\s|\s\Z")


def xml_text(text: str) -> str:
    """The text as XML character data, illegal characters as `_xHHHH_`."""
    text = _ENCODED.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def xml_attribute(text: str) -> str:
    """The text as the inside of a double-quoted XML attribute."""
    return xml_text(text).replace('"', "&quot;").replace("\t", "&#9;").replace("\n", "&#10;")


def decode_xlsx_text(text: str) -> str:
    """Undo the `_xHHHH_` escapes that a reader left in place."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def utf16_units(text: str) -> int:
    """Length as spreadsheets count it: characters beyond U+FFFF are two."""
    return len(text) + sum(character > "\uffff" for character in text)


def shorten(text: str) -> str:
    """The text cut to what a cell can hold, ending in "…" when it was cut."""
    if utf16_units(text) <= MAX_CELL_UNITS:
        return text
    room = text[: MAX_CELL_UNITS - 1]
    while utf16_units(room) > MAX_CELL_UNITS - 1:
        room = room[: len(room) - max(1, (utf16_units(room) - MAX_CELL_UNITS + 1) // 2)]
    return room + "…"


def text_element(text: str) -> str:
    """The `<is>` element of an inline string; `text` must already fit a cell."""
    if _SPECIAL.search(text) is None:
        return f"<is><t>{text}</t></is>"
    # Without xml:space readers drop white space at either end.
    space = ' xml:space="preserve"' if text[0].isspace() or text[-1].isspace() else ""
    return f"<is><t{space}>{xml_text(text)}</t></is>"
