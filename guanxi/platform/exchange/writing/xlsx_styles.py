"""The style sheet of a workbook: one cell format per kind of column."""

from .columns import WHOLE_UNIT_CURRENCIES, Column, Kind
from .xlsx_text import xml_attribute

# Fixed positions in cellXfs, before the formats that columns ask for.
HEADER = 1
TEXT = 2
PROBLEM_TEXT = 3
PROBLEM_REASON = 4

_TEXT_FORMAT = "@"
_SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "HKD": "HK$", "TWD": "NT$", "MOP": "MOP$", "SGD": "S$"}

_FONT = '<sz val="10"/><color rgb="FF1F2937"/><name val="Microsoft YaHei"/><family val="2"/><charset val="134"/>'
_FONTS = f'<fonts count="2"><font>{_FONT}</font><font><b/>{_FONT}</font></fonts>'
_FILLS = (
    '<fills count="4"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFE8EEF7"/><bgColor indexed="64"/></patternFill></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFFDE2E1"/><bgColor indexed="64"/></patternFill></fill></fills>'
)
_BORDERS = (
    '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>'
    '<border><left/><right/><top/><bottom style="thin"><color rgb="FF9DB2D3"/></bottom><diagonal/></border></borders>'
)
_FIXED_XFS = (
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"><alignment vertical="center"/></xf>',
    '<xf numFmtId="49" fontId="1" fillId="2" borderId="1" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1"'
    ' applyBorder="1" applyAlignment="1"><alignment vertical="center"/></xf>',
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1">'
    '<alignment vertical="center"/></xf>',
    '<xf numFmtId="49" fontId="0" fillId="3" borderId="0" xfId="0" applyNumberFormat="1" applyFill="1"'
    ' applyAlignment="1"><alignment vertical="center"/></xf>',
    '<xf numFmtId="49" fontId="0" fillId="3" borderId="0" xfId="0" applyNumberFormat="1" applyFill="1"'
    ' applyAlignment="1"><alignment vertical="center" wrapText="1"/></xf>',
)


class Styles:
    """Collects the number formats that columns need and hands out cell-format numbers."""

    def __init__(self) -> None:
        self._formats: list[str] = []

    def of(self, column: Column) -> int:
        """The index in cellXfs for values of this column."""
        code = _format_code(column)
        if code == _TEXT_FORMAT:
            return TEXT
        if code not in self._formats:
            self._formats.append(code)
        return len(_FIXED_XFS) + self._formats.index(code)

    def xml(self) -> str:
        """The part xl/styles.xml."""
        # Custom number formats are numbered from 164; the lower ids are the application's own.
        numbered = list(enumerate(self._formats, 164))
        formats = "".join(f'<numFmt numFmtId="{i}" formatCode="{xml_attribute(code)}"/>' for i, code in numbered)
        xfs = "".join(_FIXED_XFS) + "".join(
            f'<xf numFmtId="{i}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1">'
            '<alignment vertical="center"/></xf>'
            for i, _code in numbered
        )
        return (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
            '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            + (f'<numFmts count="{len(numbered)}">{formats}</numFmts>' if numbered else "")
            + _FONTS
            + _FILLS
            + _BORDERS
            + '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
            + f'<cellXfs count="{len(_FIXED_XFS) + len(numbered)}">{xfs}</cellXfs>'
            + '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
        )


def _format_code(column: Column) -> str:
    """The spreadsheet number format of a column's kind and unit."""
    if column.kind is Kind.MONEY:
        unit = column.unit or ""
        digits = "#,##0" if unit in WHOLE_UNIT_CURRENCIES else "#,##0.00"
        symbol = _SYMBOLS.get(unit, f"{unit} " if unit else "")
        return f"{_literal(symbol)}{digits}" if symbol else digits
    suffix = _literal(f" {column.unit}") if column.unit else ""
    if column.kind is Kind.INTEGER:
        return "#,##0" + suffix
    if column.kind is Kind.DECIMAL:
        return "#,##0.00" + suffix
    if column.kind is Kind.PERCENT:
        # The sign is literal: a true percent format would multiply by 100 and the file would not come back equal.
        return 'General"%"'
    return {Kind.DATE: "yyyy-mm-dd", Kind.DATETIME: "yyyy-mm-dd hh:mm", Kind.BOOLEAN: "General"}.get(
        column.kind, _TEXT_FORMAT
    )


def _literal(text: str) -> str:
    return '"' + text.replace('"', "").replace("\\", "") + '"'
