"""The reader of imports: any customer file becomes one canonical spool, made in a limited subprocess.

Doors: `sniff`, `spool`, `Spool`, `suggest`, `load_vocabulary`, and the plain types below.

A spool is a folder: per sheet `sheet-N.ndjson` (a line per row that is not blank) and `sheet-N.offsets` (byte offset
of every 1,000th line, little-endian 64 bit), and `spool.json` (SpoolInfo), written last. A line is
`[source row number, [cell, …]]`, with a third item 1 when the row is hidden. A cell is

    null            blank                         "text"            text, exactly as it stands in the file
    12              whole number                  {"n": "12.5"}     decimal number, canonical digits
    true, false     boolean                       {"d": "2024-03-05"}             date
    {"t": "2024-03-05T10:20:00"}   date and time  {"h": "10:20:00"}               time of day or duration
    {"r": "330106199001011000"}    number of more than 15 digits: its tail is rounded away, never store it
    {"e": "#N/A"}   error value, "#UNCALCULATED" for a formula without a stored result
    {"x": "…"}      text with characters that the encoding could not hold
    {"q": "…"}      text that swallowed rows after a quote which never closes (its first 200 characters)

Numbers shown with leading zeros by their format come as text with the zeros. Cells of csv and vCard are never
numbers: "1.38E+10" stays text. Cells beyond column 512 are left out with a notice.
"""

from .delimited import DELIMITERS
from .encodings import ENCODINGS
from .headings import Suggestion, Vocabulary, load_vocabulary, placeholders, suggest
from .model import Cell, FileKind, Limits, Notice, ReadOptions, SheetInfo, SpoolInfo
from .refusals import Cancelled, Refusal
from .runner import UNFINISHED, spool
from .sniffing import sniff
from .store import Spool, SpoolRow

__all__ = [
    "DELIMITERS",
    "ENCODINGS",
    "UNFINISHED",
    "Cancelled",
    "Cell",
    "FileKind",
    "Limits",
    "Notice",
    "ReadOptions",
    "Refusal",
    "SheetInfo",
    "Spool",
    "SpoolInfo",
    "SpoolRow",
    "Suggestion",
    "Vocabulary",
    "load_vocabulary",
    "placeholders",
    "sniff",
    "spool",
    "suggest",
]
