"""The sentences for refusals and notices, by code. Each says what is wrong and what to do next."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from .model import Notice
from .refusals import Refusal

REFUSALS = {
    "empty_file": gettext_lazy("The file is empty. Save it again in the program it comes from and upload it again."),
    "not_readable": gettext_lazy(
        "“%(filename)s” is not a table that can be read. Upload an xlsx, xls, ods, csv, tsv or vcf file."
    ),
    "program": gettext_lazy(
        "“%(filename)s” is a program, whatever its name says. Do not open it, and ask the sender for a table."
    ),
    "archive": gettext_lazy("“%(filename)s” is an archive. Unpack it and upload the tables in it one by one."),
    "document": gettext_lazy(
        "“%(filename)s” is a document or a picture, not a table. Copy the table into a workbook and upload that."
    ),
    "html": gettext_lazy(
        "“%(filename)s” is a web page with the name of a workbook. Open it in a spreadsheet program, save it as xlsx "
        "and upload that."
    ),
    "xml_spreadsheet": gettext_lazy(
        "“%(filename)s” is an XML spreadsheet of 2003. Open it in a spreadsheet program, save it as xlsx and upload that."
    ),
    "xlsb": gettext_lazy("Binary workbooks (xlsb) cannot be read. Save the file as xlsx and upload that."),
    "encrypted": gettext_lazy(
        "The file is protected by a password. Remove the password in the program it comes from and upload it again."
    ),
    "damaged": gettext_lazy(
        "The file is damaged or incomplete. Open it in a spreadsheet program, save it again and upload the new file."
    ),
    "too_big": gettext_lazy(
        "The file has %(size)s MB; the limit is %(limit)s MB. Save it as csv, which may have 2 GB, or split it."
    ),
    "unpacked_too_big": gettext_lazy(
        "The workbook unpacks to %(size)s MB; the limit is %(limit)s MB. Save the sheet as csv, which may have 2 GB."
    ),
    "too_many_members": gettext_lazy(
        "The workbook consists of more than %(limit)s parts. Copy the table into a new workbook, or save it as csv."
    ),
    "suspicious_archive": gettext_lazy(
        "The file is compressed more than %(ratio)s times, as no honest workbook is. Save the sheet as csv and upload that."
    ),
    "unsafe_names": gettext_lazy(
        "The file contains parts with forbidden or repeated names. Open it in a spreadsheet program, save it again and "
        "upload the new file."
    ),
    "doctype": gettext_lazy(
        "The file contains XML definitions that are used for attacks and is not read. Save the sheet as csv and upload that."
    ),
    "too_many_rows": gettext_lazy(
        "A sheet has more than %(limit)s rows. Save it as csv, which has no limit of rows, and upload that."
    ),
    "spool_too_big": gettext_lazy(
        "The file grows beyond %(limit)s MB when it is read. Save only the rows you need, as csv, and upload that."
    ),
    "out_of_memory": gettext_lazy(
        "Reading the file takes more than the %(limit)s MB of memory allowed. Save the sheet as csv and upload that."
    ),
    "out_of_time": gettext_lazy(
        "Reading the file takes more than the %(limit)s seconds allowed. Save the sheet as csv and upload that."
    ),
    "no_rows": gettext_lazy("The file has no rows. Check that you saved the right sheet and upload it again."),
    "open_quote": gettext_lazy(
        "A quotation mark in row %(row)s is opened and never closed. Correct it and upload the file again."
    ),
    "unknown_encoding": gettext_lazy("The encoding “%(encoding)s” is not known. Choose one of: %(encodings)s."),
    "unknown_delimiter": gettext_lazy("The separator must be a single character, such as a comma. Choose another one."),
    "reader_failed": gettext_lazy(
        "The file could not be read, and the reason is not known. Save it as csv and upload that, or tell the "
        "administrator."
    ),
}

NOTICES = {
    "columns_left_out": gettext_lazy(
        "%(count)s cells beyond column 512 were left out (rows %(rows)s). Move these columns to the left if you need them."
    ),
    "uncalculated": gettext_lazy(
        "%(count)s formulas have no stored result (rows %(rows)s). Open the file in a spreadsheet program, save it and "
        "upload it again."
    ),
    "error_cells": gettext_lazy(
        "%(count)s cells show an error such as #N/A (rows %(rows)s). Correct them; as they are, they are refused."
    ),
    "rounded": gettext_lazy(
        "%(count)s cells hold numbers of more than 15 digits, whose last digits the spreadsheet program has replaced by "
        "zeros (rows %(rows)s). Format the column as text, enter the codes again and upload the file again."
    ),
    "undecodable": gettext_lazy(
        "%(count)s cells have characters that do not fit the encoding of the file (rows %(rows)s). Choose another "
        "encoding, or correct the cells."
    ),
    "swallowed": gettext_lazy(
        "A quotation mark that is not closed swallowed %(count)s lines (rows %(rows)s). Correct it and upload the file "
        "again."
    ),
    "pictures": gettext_lazy("%(count)s pictures in the cards were left out."),
}


def refusal_text(refusal: Refusal) -> str:
    """The sentence for a refusal in the active language."""
    return str(REFUSALS[refusal.code]) % refusal.params


def notice_text(notice: Notice) -> str:
    """The sentence for a notice in the active language; rows beyond the first few are hinted at."""
    rows = ", ".join(str(row) for row in notice.rows) + (" …" if notice.count > len(notice.rows) else "")
    return str(NOTICES[notice.code]) % {"count": notice.count, "rows": rows}
