"""How a file was read, and how it shall be read instead: encoding, separator, sheet, row of the heading."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.platform.exchange.cells import shown
from guanxi.platform.exchange.folders import spool_of
from guanxi.platform.exchange.models import Import
from guanxi.platform.exchange.reading import DELIMITERS, ENCODINGS, FileKind, SpoolRow
from guanxi.platform.files.names import extension_of
from guanxi.platform.ui.contexts import FormField, Option

#: Rows among which the heading may be.
HEADING_ROWS = 20
_ENCODINGS: dict[str, str | Promise] = {
    "utf-8": "UTF-8",
    "gb18030": gettext_lazy("GBK, GB18030 (simplified Chinese)"),
    "big5": gettext_lazy("Big5 (traditional Chinese)"),
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16 BE",
    "cp1252": gettext_lazy("Windows-1252 (Western European)"),
}
#: The name that a form sends → the character and its label. A tab would not survive in every form.
_SEPARATORS: dict[str, tuple[str, str | Promise]] = {
    "comma": (",", gettext_lazy("Comma (,)")),
    "semicolon": (";", gettext_lazy("Semicolon (;)")),
    "tab": ("\t", gettext_lazy("Tab")),
    "bar": ("|", gettext_lazy("Vertical bar (|)")),
}
TEXTS = ("csv", "tsv", "txt")


def guesses(chosen: Import, encoding: str = "", delimiter: str = "") -> list[FormField]:
    """The two questions about a text file, answered by the reader's guess; none for a workbook."""
    if extension_of(chosen.file_name) not in TEXTS:
        return []
    current = next((name for name, (char, _label) in _SEPARATORS.items() if char == delimiter), "")
    encodings = [Option(value=one, label=str(_ENCODINGS[one]), selected=one == encoding) for one in ENCODINGS]
    separators = [
        Option(value=name, label=str(label), selected=name == current)
        for name, (char, label) in _SEPARATORS.items()
        if char in DELIMITERS
    ]
    return [
        _choice("encoding", _("Encoding"), encoding, encodings),
        _choice("separator", _("Separator"), current, separators),
    ]


def _choice(name: str, label: str, value: str, choices: list[Option]) -> FormField:
    return FormField(
        name=name, kind="choice", label=label, value=value, choices=choices, required=bool(value), width="half"
    )


def wanted(chosen: Import, data: Mapping[str, Any]) -> dict[str, str] | None:
    """How the form wants a text to be read, None when that is how it was read already."""
    encoding, separator = data.get("encoding", ""), _SEPARATORS.get(data.get("separator", ""), ("", ""))[0]
    if not encoding and not separator:
        return None
    try:
        info = spool_of(chosen).info
    except FileNotFoundError:
        return {"encoding": encoding, "delimiter": separator}
    if (encoding or info.encoding, separator or info.delimiter) == (info.encoding, info.delimiter):
        return None
    return {"encoding": encoding or info.encoding, "delimiter": separator or info.delimiter}


def fields(chosen: Import) -> list[FormField]:
    """Sheet and heading, for text encoding and separator: what the reader found out, to be put right."""
    spool = spool_of(chosen)
    info = spool.info
    sheets = info.sheets
    current = int(chosen.mapping.get("sheet", 0))
    header = chosen.mapping.get("header")
    found = guesses(chosen, info.encoding, info.delimiter) if info.kind is FileKind.TEXT else []
    if len(sheets) > 1:
        choices = [
            Option(value=str(index), label=sheet.name, selected=index == current)
            for index, sheet in enumerate(sheets)
            if sheet.rows
        ]
        found.append(_choice("sheet", _("Sheet"), str(current), choices))
    choices = [Option(value="-1", label=_("The sheet has no heading"), selected=header is None)]
    choices += [
        Option(value=str(place), label=_row_label(row), selected=bool(header) and place == header[1])
        for place, row in enumerate(spool.rows(current, 0, HEADING_ROWS))
    ]
    found.append(_choice("header", _("Row of the heading"), str(header[1]) if header else "-1", choices))
    return found


def _row_label(row: SpoolRow) -> str:
    """The number that the spreadsheet program shows, and the beginning of what stands there."""
    texts = [text for cell in row.cells if (text := shown(cell).strip())]
    return f"{row.number}: {' | '.join(texts)}"[:60]
