"""xlsx and xlsm (ECMA-376, Office Open XML): the parts of a workbook other than its sheets and shared strings."""

from __future__ import annotations

import posixpath
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from .model import Limits
from .numbers import Memo, converter
from .refusals import Refusal
from .writer import SpoolWriter
from .xlsx_sheet import TRUE, SheetReader, integer
from .xlsx_strings import shared_strings
from .xmlstream import local, parse, parser


@dataclass(slots=True)
class Workbook:
    """The parts of a workbook: sheets as (name, part, hidden), the two shared tables, and the date system."""

    sheets: list[tuple[str, str, bool]] = field(default_factory=list)
    strings: str = ""
    styles: str = ""
    date1904: bool = False


def read(path: Path, spool: SpoolWriter, limits: Limits) -> None:
    """Spool every work sheet. Raises Refusal: damaged, doctype, too_many_rows, no_rows."""
    with zipfile.ZipFile(path) as archive:
        book = _workbook(archive)
        strings = shared_strings(archive, book.strings) if book.strings else []
        converters = _converters(archive, book) if book.styles else {}
        for name, part, hidden in book.sheets:
            sheet = SheetReader(spool.sheet(name, hidden=hidden), strings, converters, limits)
            sheet.read(archive, part)


def _relations(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Relationship id → (type's last word, target part) of a part ("" for the package)."""
    folder, name = posixpath.split(part)
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if local(tag) == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/" + folder, attributes.get("Target", ""))).lstrip("/")
            found[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], target)

    made = parser()
    made.StartElementHandler = start
    parse(made, archive, posixpath.join(folder, "_rels", name + ".rels"))
    return found


def _workbook(archive: zipfile.ZipFile) -> Workbook:
    main = next((target for kind, target in _relations(archive, "").values() if kind == "officeDocument"), None)
    if main is None:
        raise Refusal("damaged")
    relations = _relations(archive, main)
    book = Workbook()
    names = set(archive.namelist())
    for kind, target in relations.values():
        if kind == "sharedStrings" and target in names:
            book.strings = target
        elif kind == "styles" and target in names:
            book.styles = target

    def start(tag: str, attributes: dict[str, str]) -> None:
        if local(tag) == "workbookPr":
            book.date1904 = attributes.get("date1904", "0") in TRUE
        elif local(tag) == "sheet":
            relation = next((value for key, value in attributes.items() if key.endswith("}id")), "")
            kind, target = relations.get(relation, ("", ""))
            if kind == "worksheet":
                book.sheets.append(
                    (attributes.get("name", ""), target, attributes.get("state", "visible") != "visible")
                )

    made = parser()
    made.StartElementHandler = start
    parse(made, archive, main)
    return book


def _converters(archive: zipfile.ZipFile, book: Workbook) -> dict[str, Memo]:
    """Style index (as text) → converter, for the styles whose number format changes how a number is read."""
    codes: dict[int, str] = {}
    formats: list[int] = []
    in_cells = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal in_cells
        name = local(tag)
        if name == "numFmt":
            codes[integer(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif name in ("cellXfs", "cellStyleXfs"):
            in_cells = name == "cellXfs"
        elif name == "xf" and in_cells:
            formats.append(integer(attributes.get("numFmtId")))

    def end(tag: str) -> None:
        nonlocal in_cells
        if local(tag) == "cellXfs":
            in_cells = False

    made = parser()
    made.StartElementHandler, made.EndElementHandler = start, end
    parse(made, archive, book.styles)
    made_for = {key: converter(key, codes.get(key), date1904=book.date1904) for key in set(formats)}
    memos = {key: Memo(found) for key, found in made_for.items() if found}
    return {str(index): memos[key] for index, key in enumerate(formats) if key in memos}
