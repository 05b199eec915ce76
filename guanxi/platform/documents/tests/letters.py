"""Word files for tests."""

from io import BytesIO
from pathlib import Path

from docx import Document


def letter(*paragraphs: str, rows: tuple[tuple[str, ...], ...] = (), header: str = "") -> bytes:
    """A letter of these paragraphs, a table of these rows, and a header."""
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    if rows:
        table = document.add_table(rows=0, cols=len(rows[0]))
        for row in rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
    if header:
        document.sections[0].header.paragraphs[0].text = header
    target = BytesIO()
    document.save(target)
    return target.getvalue()


def kept(folder: Path, data: bytes) -> Path:
    path = folder / "letter.docx"
    path.write_bytes(data)
    return path


def texts(data: bytes) -> list[str]:
    """Paragraphs, then the cells of tables, then the header."""
    document = Document(BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    header = [one.text for one in document.sections[0].header.paragraphs if one.text]
    return [one.text for one in document.paragraphs] + cells + header
