"""The small fixed parts of a workbook (ECMA-376): everything but the rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from .columns import Column, Kind
from .xlsx_cells import column_letters
from .xlsx_text import utf16_units, xml_attribute, xml_text

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_PART = "application/vnd.openxmlformats-officedocument.spreadsheetml"

MAX_SHEET_NAME = 31
_FORBIDDEN_IN_NAME = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
# The application keeps this name for its own change log.
_RESERVED_NAME = "history"
_MAX_FOOTER = 200

_WIDTHS = {
    Kind.TEXT: 22.0,
    Kind.LONGTEXT: 48.0,
    Kind.PHONE: 18.0,
    Kind.INTEGER: 12.0,
    Kind.DECIMAL: 14.0,
    Kind.MONEY: 18.0,
    Kind.PERCENT: 10.0,
    Kind.DATE: 12.0,
    Kind.DATETIME: 17.0,
    Kind.BOOLEAN: 9.0,
}


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A finished sheet: its name and the corner cells of its filled area."""

    name: str
    last_column: str
    last_row: int


def sheet_name(title: str, taken: Sequence[str], number: int) -> str:
    """A name that spreadsheets accept, made from `title` and unlike those already `taken`.

    At most 31 UTF-16 units, none of `[]:*?/\\`, no apostrophe at either end, unique without regard to case.
    """
    clean = "".join(c if c.isprintable() else " " for c in title.translate(_FORBIDDEN_IN_NAME))
    clean = " ".join(clean.split()).strip("'").strip()
    if not clean or clean.casefold() == _RESERVED_NAME:
        clean = f"{clean} {number}".strip()
    lowered = {name.casefold() for name in taken}
    name, copy = _cut(clean, MAX_SHEET_NAME), 1
    while name.casefold() in lowered:
        copy += 1
        ending = f" ({copy})"
        name = _cut(clean, MAX_SHEET_NAME - len(ending)) + ending
    return name


def _cut(text: str, units: int) -> str:
    while utf16_units(text) > units:
        text = text[:-1]
    return text.rstrip(" '")


def sheet_head(columns: Sequence[Column], column_styles: Sequence[int], freeze: int, freeze_columns: int) -> str:
    """Everything of a sheet before its rows: panes and column widths."""
    panes = ""
    if freeze or freeze_columns:
        corner = "bottomRight" if freeze and freeze_columns else "bottomLeft" if freeze else "topRight"
        split = (f' xSplit="{freeze_columns}"' if freeze_columns else "") + (f' ySplit="{freeze}"' if freeze else "")
        top_left = f"{column_letters(freeze_columns)}{freeze + 1}"
        panes = f'<pane{split} topLeftCell="{top_left}" activePane="{corner}" state="frozen"/>'
        panes += f'<selection pane="{corner}"/>'
    widths = "".join(
        f'<col min="{i}" max="{i}" width="{_width(column):.2f}" style="{style}" customWidth="1"/>'
        for i, (column, style) in enumerate(zip(columns, column_styles, strict=True), 1)
    )
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}" xmlns:r="{_OFFICE}/relationships">'
        '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        f'<sheetViews><sheetView showGridLines="1" workbookViewId="0">{panes}</sheetView></sheetViews>'
        '<sheetFormatPr defaultRowHeight="16.5"/>'
        f"<cols>{widths}</cols><sheetData>"
    )


def _width(column: Column) -> float:
    if column.width:
        return min(column.width, 255.0)
    # A Chinese character takes two places; three more for the filter button.
    label = sum(2 if c > "\u2e7f" else 1 for c in column.label) + 3
    return min(max(_WIDTHS[column.kind], float(label)), 60.0)


def sheet_foot(part: SheetPart, watermark: str | None) -> str:
    """Everything of a sheet after its rows: filter, page set-up, watermark."""
    mark = _footer_text(watermark) if watermark else ""
    return (
        "</sheetData>"
        f'<autoFilter ref="A1:{part.last_column}{part.last_row}"/>'
        '<pageMargins left="0.4" right="0.4" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
        f"<headerFooter>{f'<oddHeader>&amp;C{mark}</oddHeader>' if mark else ''}"
        "<oddFooter>&amp;L&amp;A&amp;R&amp;P / &amp;N</oddFooter></headerFooter>"
        + ('<picture r:id="rId1"/>' if watermark else "")
        + "</worksheet>"
    )


def _footer_text(text: str) -> str:
    # "&" starts a code in headers, and the format has room for 255 characters.
    return xml_text(text[:_MAX_FOOTER].replace("&", "&&"))


def workbook(parts: Sequence[SheetPart], freeze: int) -> str:
    """The part xl/workbook.xml: the sheets, their filters and the rows repeated on every printed page."""
    sheets = "".join(
        f'<sheet name="{xml_attribute(part.name)}" sheetId="{i}" r:id="rId{i}"/>' for i, part in enumerate(parts, 1)
    )
    names = ""
    for i, part in enumerate(parts):
        quoted = xml_text("'" + part.name.replace("'", "''") + "'")
        names += (
            f'<definedName name="_xlnm._FilterDatabase" localSheetId="{i}" hidden="1">'
            f"{quoted}!$A$1:${part.last_column}${part.last_row}</definedName>"
        )
        if freeze:
            names += f'<definedName name="_xlnm.Print_Titles" localSheetId="{i}">{quoted}!$1:${freeze}</definedName>'
    return (
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}/relationships">'
        f'<workbookPr/><bookViews><workbookView activeTab="0"/></bookViews><sheets>{sheets}</sheets>'
        f"<definedNames>{names}</definedNames></workbook>"
    )


def workbook_relations(sheets: int) -> str:
    """The part xl/_rels/workbook.xml.rels."""
    targets = [(f"rId{i}", "worksheet", f"worksheets/sheet{i}.xml") for i in range(1, sheets + 1)]
    return _relations([*targets, (f"rId{sheets + 1}", "styles", "styles.xml")])


def sheet_relations() -> str:
    """The relations of a sheet that carries the watermark picture."""
    return _relations([("rId1", "image", "../media/watermark.png")])


def package_relations() -> str:
    """The part _rels/.rels."""
    properties = f"{_PACKAGE}/relationships/metadata/core-properties"
    return _relations(
        [("rId1", "officeDocument", "xl/workbook.xml"), ("rId3", "extended-properties", "docProps/app.xml")],
        f'<Relationship Id="rId2" Type="{properties}" Target="docProps/core.xml"/>',
    )


def _relations(relations: Sequence[tuple[str, str, str]], more: str = "") -> str:
    inner = "".join(
        f'<Relationship Id="{key}" Type="{_OFFICE}/relationships/{kind}" Target="{target}"/>'
        for key, kind, target in relations
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{inner}{more}</Relationships>'


def content_types(sheets: int) -> str:
    """The part [Content_Types].xml."""
    overrides = [
        ("/xl/workbook.xml", f"{_PART}.sheet.main+xml"),
        ("/xl/styles.xml", f"{_PART}.styles+xml"),
        ("/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
        ("/docProps/app.xml", "application/vnd.openxmlformats-officedocument.extended-properties+xml"),
        *((f"/xl/worksheets/sheet{i}.xml", f"{_PART}.worksheet+xml") for i in range(1, sheets + 1)),
    ]
    inner = "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in overrides)
    return (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
        f"{inner}</Types>"
    )


def core_properties(title: str, author: str, created: datetime, watermark: str | None) -> str:
    """The part docProps/core.xml; a naive `created` is taken as UTC."""
    moment = created.replace(tzinfo=UTC) if created.tzinfo is None else created.astimezone(UTC)
    stamp = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        f'{_XML}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{xml_text(title)}</dc:title><dc:creator>{xml_text(author)}</dc:creator>"
        + (f"<dc:description>{xml_text(watermark)}</dc:description>" if watermark else "")
        + f"<cp:lastModifiedBy>{xml_text(author)}</cp:lastModifiedBy>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{stamp}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{stamp}</dcterms:modified></cp:coreProperties>'
    )


def app_properties() -> str:
    """The part docProps/app.xml."""
    return f'{_XML}<Properties xmlns="{_OFFICE}/extended-properties"><Application>Guanxi</Application></Properties>'
