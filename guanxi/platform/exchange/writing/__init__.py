"""Writers of exports and prints: spreadsheets, delimited text, PDF.

Pure functions from columns and rows to bytes: no database, no request, no words of their own.
Every text a reader sees comes in as a parameter, already translated. Rights and masking are
settled before the rows arrive here: a masked value is simply a text in a column of any kind.
"""

from .columns import Column, Kind, Sheet, Texts
from .csv_writer import iter_csv, write_csv
from .error_workbook import CellProblem, write_error_workbook
from .formula_safety import escape_cell, unescape_cell
from .pdf import PrintResult, write_pdf, write_record_pdf
from .typesetting import TypesettingError
from .xlsx import WrittenWorkbook, write_xlsx
from .xlsx_text import decode_xlsx_text

__all__ = [
    "CellProblem",
    "Column",
    "Kind",
    "PrintResult",
    "Sheet",
    "Texts",
    "TypesettingError",
    "WrittenWorkbook",
    "decode_xlsx_text",
    "escape_cell",
    "iter_csv",
    "unescape_cell",
    "write_csv",
    "write_error_workbook",
    "write_pdf",
    "write_record_pdf",
    "write_xlsx",
]
