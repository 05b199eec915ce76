"""Keeping text from becoming a formula when a delimited file is opened in a spreadsheet.

A text that a spreadsheet could execute gets one leading apostrophe. The mark is reversible for every
text: a text that already starts with apostrophes followed by a trigger gets one more, so taking exactly
one away on reading restores the original.
"""

import re

# Leading white space and invisible marks are included because spreadsheets trim them before they look.
_TRIGGER = re.compile(r"'*(?:[\t\r\n\0]|[\s\0\u200b\u200e\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20])")
_CANONICAL_PHONE = re.compile(r"\+[0-9]{6,15}\Z")

#: First characters after which `needs_escape` must look closer; a cheap test for long columns.
SUSPECT_STARTS = frozenset(
    "'=+-@\uff1d\uff0b\uff0d\uff20\0\u200b\u200e\u200f\u2060\ufeff"
    + "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
)


def needs_escape(text: str) -> bool:
    """Whether a spreadsheet could take `text` for a formula (or for an escaped one)."""
    return _TRIGGER.match(text) is not None


def is_canonical_phone(text: str) -> bool:
    """Whether the text is `+` and 6 to 15 digits (E.164) and nothing else."""
    return _CANONICAL_PHONE.match(text) is not None


def escape_cell(text: str, *, phone: bool = False) -> str:
    """The text with a leading apostrophe where a spreadsheet could execute it.

    A canonical phone number (`+` and 6 to 15 digits) in a phone column stays bare: it can only
    evaluate to itself, and other programs read it back undamaged.
    """
    if needs_escape(text) and not (phone and is_canonical_phone(text)):
        return "'" + text
    return text


def unescape_cell(text: str) -> str:
    """The text that `escape_cell` was given. Use it on every cell of a delimited file that comes back."""
    if text.startswith("'") and needs_escape(text):
        return text[1:]
    return text
