"""What a file's bytes really are. The extension only says what they should be.

Types that a browser would run (HTML, SVG, XML, scripts) and programs are in no list and so never taken.
"""

import codecs
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext_noop

from guanxi.platform.files.errors import FileRefused

HEAD = 8192
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OOXML = "application/vnd.openxmlformats-officedocument."
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
MARKUP = re.compile(rb"<\s*(?:!doctype|html|head|body|script|svg|table|\?xml|iframe|meta|xml)\b|<\?xml", re.IGNORECASE)


@dataclass(frozen=True)
class FileType:
    """``found`` names the results of ``recognise`` that agree with the extension."""

    content_type: str
    found: frozenset[str]
    purposes: frozenset[str]


def _type(content_type: str, found: str, purposes: str = "attachment") -> FileType:
    return FileType(content_type, frozenset(found.split()), frozenset(purposes.split()))


TYPES: dict[str, FileType] = {
    "xlsx": _type(f"{OOXML}spreadsheetml.sheet", "xlsx", "attachment import export"),
    "xls": _type("application/vnd.ms-excel", "ole", "attachment import"),
    "ods": _type(f"{OPEN_DOCUMENT}spreadsheet", "ods", "attachment import"),
    "csv": _type("text/csv", "text", "attachment import export"),
    "tsv": _type("text/tab-separated-values", "text", "attachment import export"),
    "txt": _type("text/plain", "text vcard", "attachment import export"),
    "vcf": _type("text/vcard", "vcard", "attachment import export"),
    "docx": _type(f"{OOXML}wordprocessingml.document", "docx", "attachment export"),
    "doc": _type("application/msword", "ole"),
    "pptx": _type(f"{OOXML}presentationml.presentation", "pptx"),
    "ppt": _type("application/vnd.ms-powerpoint", "ole"),
    "odt": _type(f"{OPEN_DOCUMENT}text", "odt"),
    "odp": _type(f"{OPEN_DOCUMENT}presentation", "odp"),
    "msg": _type("application/vnd.ms-outlook", "ole"),
    "eml": _type("message/rfc822", "text"),
    "pdf": _type("application/pdf", "pdf", "attachment export"),
    "zip": _type("application/zip", "zip xlsx docx pptx ods odt odp", "attachment export"),
    "png": _type("image/png", "png", "attachment photo"),
    "jpg": _type("image/jpeg", "jpeg", "attachment photo"),
    "jpeg": _type("image/jpeg", "jpeg", "attachment photo"),
    "gif": _type("image/gif", "gif", "attachment photo"),
    "webp": _type("image/webp", "webp", "attachment photo"),
    "bmp": _type("image/bmp", "bmp"),
    "tif": _type("image/tiff", "tiff"),
    "tiff": _type("image/tiff", "tiff"),
    "heic": _type("image/heic", "heic"),
    "mp3": _type("audio/mpeg", "mp3"),
    "wav": _type("audio/wav", "wav"),
    "ogg": _type("audio/ogg", "ogg"),
    "m4a": _type("audio/mp4", "m4a"),
    "amr": _type("audio/amr", "amr"),
    "flac": _type("audio/flac", "flac"),
}

# (offset, bytes, name), first match wins
SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, OLE, "ole"),
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"\xff\xd8\xff", "jpeg"),
    (0, b"GIF87a", "gif"),
    (0, b"GIF89a", "gif"),
    (8, b"WEBP", "webp"),
    (8, b"WAVE", "wav"),
    (0, b"II*\0", "tiff"),
    (0, b"MM\0*", "tiff"),
    (0, b"OggS", "ogg"),
    (0, b"fLaC", "flac"),
    (0, b"#!AMR", "amr"),
    (0, b"ID3", "mp3"),
    (0, b"\xff\xfb", "mp3"),
    (0, b"\xff\xf3", "mp3"),
    (0, b"\xff\xf2", "mp3"),
    (4, b"ftypM4A", "m4a"),
    (4, b"ftypheic", "heic"),
    (4, b"ftypheix", "heic"),
    (4, b"ftypmif1", "heic"),
    (0, b"MZ", "program"),
    (0, b"\x7fELF", "program"),
    (0, b"\xca\xfe\xba\xbe", "program"),
)
RIFF = {"webp", "wav"}


def check_type(path: Path, extension: str, purpose: str, judge: Callable[[Path], None] | None = None) -> str:
    """The content type to keep with the file. Raises FileRefused if type or bytes are not welcome; ``judge`` decides
    on the bytes in place of the comparison with the extension."""
    kind = TYPES.get(extension)
    if kind is None or purpose not in kind.purposes:
        allowed = ", ".join(sorted(name for name, one in TYPES.items() if purpose in one.purposes))
        raise FileRefused(
            gettext_noop("Files of type “%(extension)s” are not accepted here. Use one of: %(allowed)s."),
            code="type",
            extension=extension or "?",
            allowed=allowed,
        )
    if judge is not None:
        judge(path)
        return kind.content_type
    found = recognise(path)
    if found in kind.found:
        return kind.content_type
    raise _mismatch(found, extension)


def _mismatch(found: str, extension: str) -> FileRefused:
    if found == "empty":
        return FileRefused(gettext_noop("The file is empty. Choose another one."), code="empty")
    if found == "markup":
        return FileRefused(
            gettext_noop(
                "The file is called .%(extension)s but is a web page (HTML or XML). "
                "Open it in your spreadsheet or office program and save it again as .%(extension)s."
            ),
            code="markup",
            extension=extension,
        )
    if found == "ole" and extension in {"xlsx", "docx", "pptx"}:
        return FileRefused(
            gettext_noop(
                "The file is protected by a password or in an old format. Open it in your office program, "
                "remove the password and save it again as .%(extension)s."
            ),
            code="encrypted",
            extension=extension,
        )
    return FileRefused(
        gettext_noop(
            "The file is called .%(extension)s but its content is something else, or it is damaged. "
            "Save it again in the right format."
        ),
        code="mismatch",
        extension=extension,
    )


def recognise(path: Path) -> str:
    """A short name for what the bytes are: a key of the tables above, "text", "markup", "empty" or "unknown"."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        return "empty"
    for offset, signature, name in SIGNATURES:
        if head.startswith(signature, offset) and (name not in RIFF or head.startswith(b"RIFF")):
            return name
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _inside_zip(path)
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"BM") and len(head) > 14 and head[6:10] == b"\0\0\0\0":
        return "bmp"
    return _text(head)


def _inside_zip(path: Path) -> str:
    """Tell office formats by their directory; nothing is unpacked but the 100-byte type of an OpenDocument."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "[Content_Types].xml" in names:
                for folder, name in (("xl/", "xlsx"), ("word/", "docx"), ("ppt/", "pptx")):
                    if any(one.startswith(folder) for one in names):
                        return name
            if "mimetype" in names and archive.getinfo("mimetype").file_size <= 100:
                mimetype = archive.read("mimetype").decode("ascii", "replace").strip()
                return {
                    f"{OPEN_DOCUMENT}spreadsheet": "ods",
                    f"{OPEN_DOCUMENT}text": "odt",
                    f"{OPEN_DOCUMENT}presentation": "odp",
                }.get(mimetype, "zip")
            return "zip"
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError):
        return "unknown"


def _text(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        plain = head.decode("utf-16", "replace").encode("utf-8", "replace")
    else:
        plain = head.removeprefix(codecs.BOM_UTF8)
        if _looks_like_utf16(plain):
            plain = plain.replace(b"\0", b"")
    if b"\0" in plain:
        return "unknown"
    start = plain.lstrip()
    if MARKUP.match(start):
        return "markup"
    return "vcard" if start[:11].upper() == b"BEGIN:VCARD" else "text"


def _looks_like_utf16(head: bytes) -> bool:
    """UTF-16 without a mark: spreadsheets write it, and half its Latin bytes are NUL, all on one side."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    return min(even, odd) == 0 and max(even, odd) * 5 > len(head)
