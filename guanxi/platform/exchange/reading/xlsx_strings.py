"""The shared strings of a workbook: rich text joined, phonetic guides left out."""

from __future__ import annotations

import re
import zipfile
from typing import Any
from xml.parsers import expat

from .refusals import Refusal
from .xlsx_frame import Blocks, Frame, usual_frame
from .xmlstream import local, parse, parser

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_PLAIN_ITEM = re.compile(r'<si><t(?: xml:space="preserve")?>([^<&\r]*)</t></si>')


def unescape(text: str) -> str:
    """Undo _xHHHH_, by which the format writes characters that XML cannot hold."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def shared_strings(archive: zipfile.ZipFile, part: str) -> list[str]:
    """All shared strings in order. Raises Refusal: damaged, doctype."""
    frame = usual_frame(archive, part, b"sst")
    handlers = _ItemHandlers()
    if frame is None:
        parse(handlers.parser(), archive, part)
        return handlers.found
    found = handlers.found
    blocks = Blocks(archive, part, begin=b"<sst", end=b"</si>", stop=b"</sst>")
    for block in blocks:
        odd, *pairs = _PLAIN_ITEM.split(block)
        if any(pairs[1::2]) or odd:  # something between the items that is no item as expected
            for other, plain in zip([odd, *pairs[1::2]], [*pairs[::2], None], strict=True):
                if other:
                    _parse_piece(frame, other.encode(), handlers)
                if plain is not None:
                    found.append(unescape(plain))
        elif "_x" in block:
            found.extend(map(unescape, pairs[::2]))
        else:
            found.extend(pairs[::2])
    _parse_piece(frame, blocks.rest.partition(b"</sst>")[0], handlers)
    return found


def _parse_piece(frame: Frame, piece: bytes, handlers: _ItemHandlers) -> None:
    """An item in any other form, or empty items before the end of the part."""
    try:
        handlers.parser().Parse(frame.piece(piece), True)
    except expat.ExpatError as error:
        raise Refusal("damaged") from error


class _ItemHandlers:
    """Handlers that gather items."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._pieces: list[str] = []
        self._wanted = self._phonetic = False

    def parser(self) -> expat.XMLParserType:
        """A fresh parser that appends to `found`."""
        made = parser()

        def root(tag: str, _attributes: dict[str, str]) -> None:
            space = tag[: -len(local(tag))]
            made.StartElementHandler, made.EndElementHandler = self._handlers(space + "si", space + "t", space + "rPh")
            made.CharacterDataHandler = self._text

        made.StartElementHandler = root
        return made

    def _handlers(self, item: str, text: str, guide: str) -> tuple[Any, Any]:
        pieces, found = self._pieces, self.found

        def start(tag: str, _attributes: dict[str, str]) -> None:
            if tag == text:
                self._wanted = not self._phonetic
            elif tag == guide:
                self._phonetic = True

        def end(tag: str) -> None:
            if tag == text:
                self._wanted = False
            elif tag == item:
                found.append(unescape(pieces[0] if len(pieces) == 1 else "".join(pieces)))
                pieces.clear()
            elif tag == guide:
                self._phonetic = False

        return start, end

    def _text(self, data: str) -> None:
        if self._wanted:
            self._pieces.append(data)
