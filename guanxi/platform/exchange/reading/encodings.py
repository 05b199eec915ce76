"""Which encoding a text file is in: byte order marks, then strict UTF-8, then the two Chinese legacy families."""

from __future__ import annotations

import codecs
from pathlib import Path

from .refusals import Refusal
from .sniffing import utf16_without_bom

ENCODINGS = ("utf-8", "gb18030", "big5", "utf-16-le", "utf-16-be", "cp1252")
"""What a user may choose when the guess is wrong."""

_ALIASES = {
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "cp936": "gb18030",
    "cp950": "big5",
    "utf8": "utf-8",
    "utf-8-sig": "utf-8",
}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
CHUNK = 1024 * 1024
WINDOW = 128 * 1024


def resolve(path: Path, chosen: str | None) -> tuple[str, int]:
    """(encoding, bytes to skip for a byte order mark). `chosen` is the user's choice.

    Raises Refusal("unknown_encoding") for a choice that is not offered.
    """
    with path.open("rb") as file:
        head = file.read(WINDOW)
    mark = next(((name, len(bom)) for bom, name in _BOMS if head.startswith(bom)), None)
    if chosen:
        name = _ALIASES.get(chosen.lower().replace("_", "-"), chosen.lower().replace("_", "-"))
        name = "utf-16-le" if name == "utf-16" else name
        if name not in ENCODINGS:
            raise Refusal("unknown_encoding", encoding=chosen[:40], encodings=", ".join(ENCODINGS))
        return name, mark[1] if mark and mark[0] == name else 0
    if mark:
        return mark
    if wide := utf16_without_bom(head):
        return wide, 0
    return _by_bytes(path), 0


def _by_bytes(path: Path) -> str:
    """UTF-8 when the whole file is; otherwise what the text around the first other byte looks like."""
    broken_at = _first_invalid_utf8(path)
    if broken_at is None:
        return "utf-8"
    with path.open("rb") as file:
        file.seek(max(0, broken_at - WINDOW))
        window = file.read(2 * WINDOW)
    if broken_at > WINDOW:
        window = window[window.find(b"\n") + 1 :]
    window = window[: window.rfind(b"\n") + 1] or window
    valid, invalid = _utf8_sequences(window)
    if valid > 10 * invalid:
        return "utf-8"
    chinese, traditional = _shares(window)
    if max(chinese, traditional) < 0.5 and _decodes(window, "cp1252") and not _decodes(window, "gb18030"):
        return "cp1252"
    if traditional > chinese and _decodes(window, "big5"):
        return "big5"
    return "gb18030"


def _first_invalid_utf8(path: Path) -> int | None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    position = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                return position - pending + error.start
            position += len(chunk)
    return position if decoder.getstate()[0] else None


def _utf8_sequences(window: bytes) -> tuple[int, int]:
    """Number of valid multi-byte characters and of invalid bytes, read as UTF-8."""
    text = window.decode("utf-8", "surrogateescape")
    invalid = sum("\udc80" <= char <= "\udcff" for char in text)
    return sum(char > "\x7f" for char in text) - invalid, invalid


def _shares(window: bytes) -> tuple[float, float]:
    """Share of characters that are among the common ones of GB2312 and of Big5, if read as either.

    Both standards put their common characters first (lead bytes B0-D7 and A4-C6). Big5 uses trail bytes below A1 for
    a third of them, GB2312 for none.
    """
    pairs = common_gb = common_big5 = index = 0
    end = len(window) - 1
    while index < end:
        lead = window[index]
        if lead < 0x81:
            index += 1
            continue
        trail = window[index + 1]
        pairs += 1
        common_gb += 0xB0 <= lead <= 0xD7 and trail >= 0xA1
        common_big5 += 0xA4 <= lead <= 0xC6 and (0x40 <= trail <= 0x7E or trail >= 0xA1)
        index += 2
    return (common_gb / pairs, common_big5 / pairs) if pairs else (0.0, 0.0)


def _decodes(window: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(window)
    except UnicodeDecodeError:
        return False
    return True
