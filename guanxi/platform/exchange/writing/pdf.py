"""Lists and single records on paper, typeset as PDF."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

from .columns import NUMBER_KINDS, Column, Kind, Texts
from .print_layout import breakable, decimal_places, fit_columns, heading, natural_kind, printed
from .typesetting import typeset

DEFAULT_MAX_ROWS = 2_000
# Structure for screen readers multiplies the size of a long table by ten.
_MAX_TAGGED_ROWS = 500
_A4 = (595.28, 841.89)
_SIDE_MARGIN = 36.0
_WIDE_VALUE = 44
_LANGUAGES = {"zh-hans": ("zh", "cn"), "zh-hant": ("zh", "tw"), "en": ("en", "gb")}


@dataclass(frozen=True, slots=True)
class PrintResult:
    """How many rows are on paper, and whether more were left off."""

    rows: int
    truncated: bool


def write_pdf(
    target: BinaryIO,
    *,
    title: str,
    subtitle: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    language: str,
    generated_at_text: str,
    page_text_template: str,
    landscape: bool = True,
    watermark: str | None = None,
    max_rows: int = DEFAULT_MAX_ROWS,
    truncated_text: str = "",
    empty_text: str = "",
    texts: Texts | None = None,
) -> PrintResult:
    """Write a list as A4 pages with a repeated heading row.

    Args:
        language: "zh-hans", "zh-hant" or "en"; rules line breaking and hyphenation.
        generated_at_text: the sentence that says when and by whom the list was made.
        page_text_template: page line with %(page)s and %(pages)s.
        watermark: text laid over every page, slanted and faint.
        max_rows: rows beyond are left off and `truncated_text` says so above and below the table.
        empty_text: shown when there are no rows.

    Raises:
        ValueError: a row does not have one value per column.
        TypesettingError: the list is too long for the limits of time and memory.
    """
    texts = texts or Texts()
    source = iter(rows)
    shown = list(islice(source, max_rows))
    truncated = next(source, None) is not None
    page_width = _A4[1] if landscape else _A4[0]
    data = _frame(title, subtitle, language, generated_at_text, page_text_template, watermark, landscape)
    data["table"] = _table(columns, shown, page_width - 2 * _SIDE_MARGIN, texts)
    data["note"] = truncated_text if truncated else ""
    data["empty"] = "" if shown else empty_text
    target.write(typeset("list", data, tagged=len(shown) <= _MAX_TAGGED_ROWS))
    return PrintResult(len(shown), truncated)


def write_record_pdf(
    target: BinaryIO,
    *,
    title: str,
    subtitle: str = "",
    sections: Sequence[tuple[str, Sequence[tuple[str, Any]]]],
    tables: Sequence[tuple[str, Sequence[Column], Iterable[Sequence[Any]]]] = (),
    language: str,
    generated_at_text: str,
    page_text_template: str,
    landscape: bool = False,
    watermark: str | None = None,
    empty_text: str = "",
    texts: Texts | None = None,
) -> None:
    """Write one record: its fields in two columns of definitions, its related records as tables.

    Args:
        sections: (label, [(field label, value)]); long texts take the whole width.
        tables: (label, columns, rows) of related records; the caller limits the rows.
        empty_text: stands where a table has no rows.

    The other arguments are those of `write_pdf`.
    """
    texts = texts or Texts()
    width = (_A4[1] if landscape else _A4[0]) - 2 * _SIDE_MARGIN
    data = _frame(title, subtitle, language, generated_at_text, page_text_template, watermark, landscape)
    data["sections"] = [
        {"label": label, "lines": _definition_lines([(name, _shown(value, texts)) for name, value in fields])}
        for label, fields in sections
    ]
    data["tables"] = [{"label": label, **_table(columns, list(rows), width, texts)} for label, columns, rows in tables]
    data["empty"] = empty_text
    target.write(typeset("record", data))


def _frame(
    title: str, subtitle: str, language: str, generated: str, page_template: str, watermark: str | None, landscape: bool
) -> dict[str, Any]:
    """What every page needs, in the shape that theme.typ reads."""
    lang, region = _LANGUAGES.get(language.lower(), _LANGUAGES["en"])
    return {
        "title": breakable(title),
        "subtitle": breakable(subtitle),
        "generated": generated,
        "page_text": _page_pieces(page_template),
        "watermark": watermark or "",
        "landscape": landscape,
        "margin": _SIDE_MARGIN,
        "lang": lang,
        "region": region,
    }


def _page_pieces(template: str) -> list[dict[str, str]]:
    """The template cut at its placeholders, so that Typst counts the pages and no text becomes markup."""
    marks = {"page": "\x00page\x00", "pages": "\x00pages\x00"}
    pieces = (template % marks).split("\x00")
    return [{"counter": piece} if i % 2 else {"text": piece} for i, piece in enumerate(pieces) if piece]


def _table(columns: Sequence[Column], rows: Sequence[Sequence[Any]], available: float, texts: Texts) -> dict[str, Any]:
    """The rows as text, with the sizes that fit them into `available` points, in the shape of theme.typ."""
    headings = [breakable(heading(column)) for column in columns]
    by_column = []
    for column, values in zip(columns, _transposed(rows, len(columns)), strict=True):
        places = decimal_places(column, values) if column.kind in NUMBER_KINDS else None
        by_column.append([printed(value, column.kind, texts, places) for value in values])
    size, widths = fit_columns(columns, headings, by_column, available)
    return {
        "size": size,
        "widths": widths,
        "align": [_alignment(column) for column in columns],
        "head": headings,
        "rows": list(zip(*by_column, strict=True)),
    }


def _transposed(rows: Sequence[Sequence[Any]], width: int) -> list[tuple[Any, ...]]:
    for row in rows:
        if len(row) != width:
            raise ValueError(f"A row has {len(row)} values for {width} columns.")
    return list(zip(*rows, strict=True)) if rows else [()] * width


def _alignment(column: Column) -> str:
    if column.kind in NUMBER_KINDS:
        return "right"
    return "center" if column.kind is Kind.BOOLEAN else "left"


def _shown(value: Any, texts: Texts) -> str:
    return printed(value, natural_kind(value), texts)


def _definition_lines(fields: Sequence[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """Lines of two fields each; a long value has its line to itself."""
    lines: list[list[tuple[str, str]]] = []
    half: list[tuple[str, str]] | None = None
    for name, value in fields:
        if "\n" in value or sum(2 if c > "\u2e7f" else 1 for c in value) > _WIDE_VALUE:
            lines.append([(name, value)])
            half = None
        elif half is None:
            half = [(name, value)]
            lines.append(half)
        else:
            half.append((name, value))
            half = None
    return lines
