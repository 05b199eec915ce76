"""The text of one file, on standard output in UTF-8. Run as a script by ``file_texts.extract`` within the limits of
``files/confined.py``; imports nothing of the project. ``file_process.py PATH KIND MOST``, MOST in characters."""

import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, iterparse

#: Parts of an office file that are read, and unpacked bytes of one of them.
PARTS, PART_BYTES = 200, 64 * 1024**2
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
#: Values of these types of cells are no text of their own: places in the list of texts, yes or no, errors.
NOT_SHOWN = ("s", "b", "e")


def pdf(path: Path) -> Iterator[str]:
    from pypdf import PdfReader

    for page in PdfReader(path).pages:
        yield page.extract_text()


def docx(path: Path) -> Iterator[str]:
    for element in _elements(path, ("word/document.xml", "word/header", "word/footer", "word/footnotes.xml")):
        if element.tag == f"{WORD}t":
            yield element.text or ""
        elif element.tag in (f"{WORD}p", f"{WORD}tab", f"{WORD}br"):
            yield "\n"


def xlsx(path: Path) -> Iterator[str]:
    for element in _elements(path, ("xl/sharedStrings.xml", "xl/worksheets/sheet")):
        if element.tag == f"{SHEET}t":
            yield f"{element.text or ''}\n"
        elif element.tag == f"{SHEET}c" and element.get("t") not in NOT_SHOWN:
            yield f"{element.findtext(f'{SHEET}v') or ''}\n"


def _elements(path: Path, wanted: tuple[str, ...]) -> Iterator[Element]:
    """The elements of the wanted parts at their ends; what was read is forgotten."""
    with zipfile.ZipFile(path) as archive:
        parts = [one for one in archive.infolist() if one.filename.startswith(wanted) and one.filename.endswith(".xml")]
        for part in parts[:PARTS]:
            if part.file_size > PART_BYTES:
                continue
            with archive.open(part) as content:
                for _event, element in iterparse(content):  # noqa: S314 - see above
                    yield element
                    if element.tag in (f"{WORD}p", f"{SHEET}row", f"{SHEET}si"):
                        element.clear()


def text(path: Path, most: int) -> Iterator[str]:
    with path.open("rb") as file:
        head = file.read(most * 4)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield head.decode("utf-16", "ignore")
        return
    try:
        yield head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        cut = len(head) == most * 4 and error.start > len(head) - 4  # in the middle of a character
        yield head.decode("utf-8-sig", "ignore") if cut else head.decode("gb18030", "replace")


READERS = {"pdf": pdf, "docx": docx, "xlsx": xlsx}


def main() -> None:
    path, kind, most = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    left = most
    for piece in READERS[kind](path) if kind in READERS else text(path, most):
        sys.stdout.buffer.write(piece[:left].encode("utf-8", "ignore"))
        left -= len(piece)
        if left <= 0:
            break
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
