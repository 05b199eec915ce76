"""Looking for a person inside of files: texts and tables are read, of office files the parts; the rest cannot be."""

import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path

from guanxi.platform.privacy.marks import Marks

PIECE = 2**20
#: The end of one piece is read again with the next, so that no value is cut in two.
OVERLAP = 400
#: Parts of an office file beyond this size are bombs rather than documents.
LARGEST = 200 * 2**20
ENCODINGS = ("utf-8", "gb18030", "utf-16")
TEXTS = frozenset({"csv", "tsv", "txt", "vcf", "eml", "json", "ndjson", "html"})
ARCHIVES = frozenset({"xlsx", "docx", "pptx", "ods", "odt", "odp", "zip"})
_READ_IN_ARCHIVES = (".xml", ".csv", ".txt", ".json", ".html", ".rels")


def mentions(path: Path, extension: str, marks: Marks) -> bool | None:
    """Whether a file names the person; None if nobody can tell without opening it."""
    if not path.is_file():
        return False
    if extension in TEXTS:
        return _in_bytes(_pieces(path), marks)
    if extension in ARCHIVES:
        return _in_archive(path, marks)
    return None


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _in_bytes(pieces: Iterator[bytes], marks: Marks) -> bool:
    before = b""
    for piece in pieces:
        whole = before + piece
        if any(marks.found_in(unescape(whole.decode(encoding, "ignore"))) for encoding in ENCODINGS):
            return True
        before = whole[-OVERLAP:]
    return False


def _in_archive(path: Path, marks: Marks) -> bool | None:
    try:
        with zipfile.ZipFile(path) as archive:
            read = [one for one in archive.infolist() if one.filename.endswith(_READ_IN_ARCHIVES)]
            if sum(one.file_size for one in read) > LARGEST:
                return None
            return any(_in_bytes(iter([archive.read(one)]), marks) for one in read)
    except (zipfile.BadZipFile, OSError, RuntimeError):
        return None
