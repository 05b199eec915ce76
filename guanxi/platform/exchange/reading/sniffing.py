"""What a file is, by its content. Files that are no table get a refusal that says what they are instead."""

from __future__ import annotations

import codecs
import re
import zipfile
import zlib
from pathlib import Path

from .archive import directory
from .model import MEGABYTE, FileKind, Limits
from .refusals import Refusal

HEAD = 64 * 1024
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

_PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa\xce")
_ARCHIVES = (b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")
_DOCUMENTS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"RIFF", b"SQLite format 3")
_HTML = re.compile(rb"<(!doctype\s+html|html|head|body|table|meta|style|script)\b", re.IGNORECASE)
_BARE_BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08")
_OTHER_OLE = ("WordDocument", "PowerPoint Document", "__properties_version1.0")


def sniff(path: Path, filename: str, limits: Limits | None = None) -> FileKind:
    """The kind of the file at `path`; `filename` is only quoted in messages.

    Reads the first 64 KiB, and of a zip file its directory. Raises Refusal for everything that is no table we read
    (program, archive, document, html, xml_spreadsheet, xlsb, encrypted, damaged, not_readable, empty_file) and for
    files beyond the limits (too_big, unpacked_too_big, too_many_members, suspicious_archive, unsafe_names).
    """
    limits = limits or Limits()
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise Refusal("empty_file")
    kind = _by_signature(path, head, filename, limits)
    limit = limits.text_bytes if kind in (FileKind.TEXT, FileKind.VCARD) else limits.workbook_bytes
    if size > limit:
        raise Refusal("too_big", size=size // MEGABYTE, limit=limit // MEGABYTE)
    return kind


def _by_signature(path: Path, head: bytes, filename: str, limits: Limits) -> FileKind:
    quoted = filename if len(filename) <= 80 else filename[:79] + "…"
    if head.startswith(b"PK"):
        return _zip_kind(path, quoted, limits)
    if head.startswith(OLE):
        return _ole_kind(path, head, quoted)
    if head.startswith(_BARE_BIFF) and b"\0" in head[:16]:
        return FileKind.XLS
    for signatures, code in ((_PROGRAMS, "program"), (_ARCHIVES, "archive"), (_DOCUMENTS, "document")):
        if head.startswith(signatures) and not _is_text(head):
            raise Refusal(code, filename=quoted)
    text = head.removeprefix(codecs.BOM_UTF8)
    if text.startswith(UTF16_BOMS) or utf16_without_bom(text):
        text = text.replace(b"\0", b"")[2 if text.startswith(UTF16_BOMS) else 0 :]
    elif not _is_text(text):
        raise Refusal("not_readable", filename=quoted)
    return _text_kind(text.lstrip(), quoted)


def _text_kind(text: bytes, filename: str) -> FileKind:
    """`text` starts at the first visible character, in an encoding in which ASCII is itself."""
    if text[:11].upper() == b"BEGIN:VCARD":
        return FileKind.VCARD
    if text.startswith((b"%PDF", b"{\\rtf")):
        raise Refusal("document", filename=filename)
    if text.startswith(b"<"):
        if b"urn:schemas-microsoft-com:office:spreadsheet" in text[:4096] and b"<Workbook" in text[:8192]:
            raise Refusal("xml_spreadsheet", filename=filename)
        if _HTML.search(text[:4096]):
            raise Refusal("html", filename=filename)
        if text.startswith(b"<?xml"):
            raise Refusal("not_readable", filename=filename)
    return FileKind.TEXT


def _zip_kind(path: Path, filename: str, limits: Limits) -> FileKind:
    names = directory(path, limits)
    known = set(names)
    if "mimetype" in known and "content.xml" in known:
        mimetype = _beginning(path, "mimetype")
        manifest = _beginning(path, "META-INF/manifest.xml") if "META-INF/manifest.xml" in known else b""
        if b"encryption-data" in manifest:
            raise Refusal("encrypted")
        if b"opendocument.spreadsheet" in mimetype:
            return FileKind.ODS
        raise Refusal("document", filename=filename)
    if "[Content_Types].xml" in known:
        if any(name.startswith("xl/") and name.endswith(".bin") and "workbook" in name for name in names):
            raise Refusal("xlsb")
        if any(name.startswith(("word/", "ppt/", "visio/")) for name in names):
            raise Refusal("document", filename=filename)
        return FileKind.XLSX
    raise Refusal("archive", filename=filename)


def _beginning(path: Path, member: str) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member) as file:
            return file.read(MEGABYTE)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise Refusal("damaged") from error


def _ole_kind(path: Path, head: bytes, filename: str) -> FileKind:
    """An OLE file holds a workbook, an encrypted new-style workbook, or another program's document.

    Its directory holds UTF-16 names; whichever sector it starts in, the sector number is in the header.
    """
    sector = 1 << int.from_bytes(head[30:32], "little") if len(head) >= 52 else 0
    if sector not in (512, 4096):
        raise Refusal("damaged")
    with path.open("rb") as file:
        file.seek((int.from_bytes(head[48:52], "little") + 1) * sector)
        entries = file.read(max(sector, 4096))
    if not entries:
        raise Refusal("damaged")
    if "EncryptedPackage".encode("utf-16-le") in entries:
        raise Refusal("encrypted")
    if any(name.encode("utf-16-le") in entries for name in _OTHER_OLE):
        raise Refusal("document", filename=filename)
    return FileKind.XLS


def utf16_without_bom(head: bytes) -> str:
    """ "utf-16-le", "utf-16-be" or "": told by line ends and delimiters, whose other byte is zero.

    Chinese text in UTF-16 holds few zero bytes, so counting them would miss it.
    """
    marks = b"\n,;\t"
    low = sum(head[i] in marks and head[i + 1] == 0 for i in range(0, len(head) - 1, 2))
    high = sum(head[i] == 0 and head[i + 1] in marks for i in range(0, len(head) - 1, 2))
    if b"\0" not in head or max(low, high) < 2 or head.count(b"\0") * 20 < len(head):
        return ""
    return "utf-16-le" if low > high else "utf-16-be"


def _is_text(head: bytes) -> bool:
    """Few control characters: stray NUL bytes in a text file are the reader's business, a binary file is not."""
    controls = sum(head.count(code) for code in range(32) if code not in (9, 10, 12, 13, 26, 27))
    return controls * 50 <= len(head)
