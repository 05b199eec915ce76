"""vCard 2.1, 3.0 and 4.0 (RFC 2426, RFC 6350): tolerant, line by line, one row per card under fixed headings.

Written here because telephones and old Outlooks write cards that strict parsers refuse: quoted-printable with soft
line breaks that look like new properties, GBK bytes with and without CHARSET, folds in the middle of a character.
"""

from __future__ import annotations

import binascii
import codecs
import quopri
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from .encodings import resolve
from .model import ReadOptions
from .refusals import Refusal
from .writer import SpoolWriter

HEADINGS = (
    "Name", "Family name", "Given name", "Nickname", "Organisation", "Department", "Job title", "Occupation",
    "Mobile phone", "Mobile phone 2", "Work phone", "Work phone 2", "Home phone", "Fax",
    "E-mail", "E-mail 2", "E-mail 3", "Work address", "Work city", "Work province", "Work postal code", "Work country",
    "Home address", "Home city", "Home province", "Home postal code", "Home country",
    "Website", "Birthday", "Birthday without year", "Anniversary", "Gender", "WeChat", "QQ", "Categories", "Note", "UID",
)  # fmt: skip
LONGEST_LINE = 32 * 1024 * 1024
LONGEST_VALUE = 1_100_000
SAMPLED_LINES = 5_000
YEAR_UNKNOWN = "1604"
DROPPED = {"PHOTO", "LOGO", "SOUND", "KEY"}

_COLUMNS = {heading: index for index, heading in enumerate(HEADINGS)}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SPLIT = {separator: re.compile(rf"(?<!\\)(?:\\\\)*{separator}") for separator in ";,"}
_DAY = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:T.*)?")
_SIMPLE = {
    "FN": "Name", "NICKNAME": "Nickname", "TITLE": "Job title", "ROLE": "Occupation", "URL": "Website",
    "BDAY": "Birthday", "ANNIVERSARY": "Anniversary", "X-ANNIVERSARY": "Anniversary", "X-MS-ANNIVERSARY": "Anniversary",
    "X-EVOLUTION-ANNIVERSARY": "Anniversary", "X-WECHAT": "WeChat",
    "X-QQ": "QQ", "NOTE": "Note", "UID": "UID", "CATEGORIES": "Categories",
}  # fmt: skip
_GENDERS = {"M": "Male", "F": "Female", "MALE": "Male", "FEMALE": "Female"}
_ADDRESS_PARTS = ("city", "province", "postal code", "country")


@dataclass(slots=True)
class Property:
    """One property of a card: name without its group, parameters in upper case, decoded value."""

    name: str
    types: set[str]
    value: str


@dataclass(slots=True)
class Card:
    """The row of a card under construction."""

    cells: list[Any] = field(default_factory=lambda: [None] * len(HEADINGS))
    pictures: int = 0

    def put(self, heading: str, value: str) -> None:
        """Fill a heading, or the next numbered one of its kind when it is taken; a further value joins the last."""
        value = value.strip()
        if not value:
            return
        names = [heading, *(name for number in (2, 3) if (name := f"{heading} {number}") in _COLUMNS)]
        for name in names:
            column = _COLUMNS[name]
            if self.cells[column] is None:
                self.cells[column] = value
                return
            if self.cells[column] == value:
                return
        self.cells[column] = f"{self.cells[column]}; {value}"[:LONGEST_VALUE]


def read(path: Path, spool: SpoolWriter, options: ReadOptions) -> None:
    """Spool a file of cards as one sheet; row numbers count cards. Pictures are left out and counted.

    Raises Refusal: unknown_encoding, damaged (a line of more than 32 MB), spool_too_big.
    """
    encoding, skip = resolve(path, options.encoding)
    if encoding == "gb18030" and not options.encoding and _unfolded_is_utf8(path):
        encoding = "utf-8"
    spool.encoding = encoding
    sheet = spool.sheet("vcard")
    sheet.row(1, list(HEADINGS))
    number = 1
    for card in _cards(_logical_lines(_physical_lines(path, encoding, skip)), _byte_encoding(encoding)):
        number += 1
        if card.pictures:
            sheet.notices.add("pictures", number, card.pictures)
        sheet.row(number, card.cells)


def _unfolded_is_utf8(path: Path) -> bool:
    """Whether nine lines of ten are UTF-8 once unfolded: writers that count bytes fold in the middle of characters."""
    found: Counter[bool] = Counter()
    for line in islice(_logical_lines(_physical_lines(path, "", 0)), SAMPLED_LINES):
        if not line.isascii():
            found[line.decode("utf-8", "ignore").encode() == line] += 1
    return found[True] >= 9 * found[False]


def _byte_encoding(encoding: str) -> str:
    """The encoding of the lines after reading: UTF-16 files are turned into UTF-8 first."""
    return "utf-8" if encoding.startswith("utf-16") else encoding


def _physical_lines(path: Path, encoding: str, skip: int) -> Iterator[bytes]:
    if encoding.startswith("utf-16"):
        with path.open("r", encoding=encoding, errors="replace", newline=None) as text:
            for wide in text:
                yield wide.lstrip("\ufeff").rstrip("\n").encode("utf-8", "replace")
        return
    with path.open("rb") as raw:
        raw.seek(skip)
        while line := raw.readline(LONGEST_LINE):
            if len(line) == LONGEST_LINE:
                raise Refusal("damaged")
            yield from line.rstrip(b"\r\n").split(b"\r") if b"\r" in line.rstrip(b"\r\n") else (line.rstrip(b"\r\n"),)


def _logical_lines(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Undo folding (a line break followed by a blank) and quoted-printable soft breaks (a line ending in "=")."""
    pieces: list[bytes] = []
    soft = False
    for line in lines:
        if soft:
            pieces.append(b"\n" + line)
        elif line[:1] in (b" ", b"\t") and pieces:
            pieces.append(line[1:])
        else:
            if pieces:
                yield b"".join(pieces)
            pieces = [line]
        head = pieces[0][:200].upper()
        soft = line.endswith(b"=") and b"QUOTED-PRINTABLE" in head.split(b":", 1)[0]
    if pieces:
        yield b"".join(pieces)


def _cards(lines: Iterable[bytes], encoding: str) -> Iterator[Card]:
    card: Card | None = None
    depth = 0
    for line in lines:
        name = line[:12].strip().upper()
        if name.startswith(b"BEGIN:VCARD"):
            depth += 1
            card = card or Card()
        elif name.startswith(b"END:VCARD"):
            depth -= 1
            if card and depth <= 0:
                yield card
                card, depth = None, 0
        elif card and depth == 1 and b":" in line:  # depth 2 is a card within a card (AGENT)
            _take(card, line, encoding)
    if card:
        yield card


def _take(card: Card, line: bytes, encoding: str) -> None:
    head, value = _split_head(line)
    name, *parameters = head.decode("ascii", "replace").upper().split(";")
    name = name.rpartition(".")[2].strip()
    if name in DROPPED:
        card.pictures += name == "PHOTO"
        return
    raw, types, charset = _decode_parameters(parameters, value)
    text = _text(raw, charset or encoding)[:LONGEST_VALUE]
    _store(card, Property(name, types, text))


def _split_head(line: bytes) -> tuple[bytes, bytes]:
    """Split at the first colon outside quotes: parameters may hold quoted colons."""
    quoted = False
    for index, byte in enumerate(line[:1000]):
        if byte == 34:
            quoted = not quoted
        elif byte == 58 and not quoted:
            return line[:index], line[index + 1 :]
    head, _, value = line.partition(b":")
    return head, value


def _decode_parameters(parameters: list[str], value: bytes) -> tuple[bytes, set[str], str]:
    """(decoded bytes, types, charset or "")."""
    types: set[str] = set()
    charset = ""
    for parameter in parameters:
        key, equals, content = parameter.partition("=")
        content = content.strip('"')
        if not equals:
            key, content = ("ENCODING" if key in ("QUOTED-PRINTABLE", "BASE64") else "TYPE"), key
        if key == "TYPE":
            types.update(content.split(","))
        elif key == "PREF":
            types.add("PREF")
        elif key == "CHARSET":
            charset = content
        elif key == "ENCODING" and content == "QUOTED-PRINTABLE":
            value = quopri.decodestring(value)
        elif key == "ENCODING" and content in ("B", "BASE64"):
            try:
                value = binascii.a2b_base64(value)
            except binascii.Error:
                value = b""
    return value, types, charset


def _text(raw: bytes, charset: str) -> str:
    try:
        codec = codecs.lookup("gb18030" if charset.lower() in ("gb2312", "gbk", "cp936") else charset).name
    except LookupError:
        codec = "utf-8"
    for candidate in (codec, "utf-8", "gb18030"):
        try:
            return raw.decode(candidate)
        except UnicodeDecodeError:
            continue
    return raw.decode(codec, "surrogateescape")


def _unescape(text: str) -> str:
    return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], text)


def _split(text: str, separator: str) -> list[str]:
    """Split at separators that no backslash escapes, then undo the escapes."""
    parts, start = [], 0
    for match in _SPLIT[separator].finditer(text):
        parts.append(_unescape(text[start : match.end() - 1]).strip())
        start = match.end()
    return [*parts, _unescape(text[start:]).strip()]


def _store(card: Card, item: Property) -> None:
    if item.name == "N":
        _store_name(card, _split(item.value, ";"))
    elif item.name == "ORG":
        organisation, *units = _split(item.value, ";")
        card.put("Organisation", organisation)
        card.put("Department", " / ".join(unit for unit in units if unit))
    elif item.name == "TEL":
        card.put(_phone_heading(item.types), _unescape(item.value).removeprefix("tel:"))
    elif item.name == "EMAIL":
        card.put("E-mail", _unescape(item.value).removeprefix("mailto:"))
    elif item.name == "ADR":
        _store_address(card, item)
    elif item.name in ("BDAY", "ANNIVERSARY", "X-ANNIVERSARY", "X-MS-ANNIVERSARY", "X-EVOLUTION-ANNIVERSARY"):
        _store_day(card, _SIMPLE[item.name], _unescape(item.value).strip())
    elif item.name in ("GENDER", "X-GENDER"):
        card.put("Gender", _GENDERS.get(_split(item.value, ";")[0].upper(), ""))
    elif item.name == "CATEGORIES":
        card.put("Categories", ", ".join(part for part in _split(item.value, ",") if part))
    elif heading := _SIMPLE.get(item.name):
        card.put(heading, _unescape(item.value))


def _store_name(card: Card, parts: list[str]) -> None:
    family, given, middle = [*parts, "", "", ""][:3]
    card.put("Family name", family)
    card.put("Given name", " ".join(part for part in (given, middle) if part))
    if card.cells[_COLUMNS["Name"]] is None:
        # A card without FN: Chinese names are written without a blank, others given name first.
        chinese = any("\u4e00" <= char <= "\u9fff" for char in family + given)
        card.put("Name", family + given if chinese else f"{given} {family}")


def _phone_heading(types: set[str]) -> str:
    if "FAX" in types:
        return "Fax"
    if types & {"CELL", "MOBILE", "IPHONE"}:
        return "Mobile phone"
    return "Home phone" if "HOME" in types else "Work phone"


def _store_address(card: Card, item: Property) -> None:
    box, extended, street, *rest = [*_split(item.value, ";"), "", "", ""]
    place = "Home" if "HOME" in item.types else "Work"
    card.put(f"{place} address", " ".join(part for part in (street, extended, box) if part))
    for part, value in zip(_ADDRESS_PARTS, rest, strict=False):
        card.put(f"{place} {part}", value)


def _store_day(card: Card, heading: str, text: str) -> None:
    """A full date becomes a date cell, anything else stays text. A birthday without a year ("--0305", or of the year
    1604, as iPhones write) is none that a date field could hold: it gets a column of its own."""
    match = _DAY.fullmatch(text)
    if heading == "Birthday" and (text.startswith("--") or (match and match[1] == YEAR_UNKNOWN)):
        heading, text, match = "Birthday without year", text.replace(f"{YEAR_UNKNOWN}-", "--"), None
    column = _COLUMNS[heading]
    if card.cells[column] is None and text:
        card.cells[column] = {"d": "-".join(match.groups())} if match else text
