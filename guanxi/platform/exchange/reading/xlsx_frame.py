"""The usual way of writing a workbook part, in which pieces of it can be cut out by their tags.

Python handlers cost more than all the rest of reading a workbook. So a part is first checked whole by expat without
handlers (well-formed, no DOCTYPE) and, while it passes by, for whatever makes cutting by tags unsafe: another encoding
than UTF-8, prefixed names, comments, CDATA, processing instructions. Nearly every program writes the usual way; parts
written otherwise go through handlers, and so does every piece that does not look exactly as expected.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import IO, Any
from xml.sax.saxutils import quoteattr

from .xmlstream import feed, parser

HEAD = 64 * 1024
CHUNK = 256 * 1024
_FIRST_TAG = re.compile(rb"<([A-Za-z_][^\s/>]*)[^>]*>")


class Frame:
    """The root element of a part: its start tag with all namespaces, to be put before a piece that is parsed alone."""

    def __init__(self, root: bytes) -> None:
        self.root = root
        self.spaces: list[tuple[str | None, str]] = []

    @property
    def start(self) -> bytes:
        """The start tag."""
        spaces = "".join(f" xmlns{':' + prefix if prefix else ''}={quoteattr(uri)}" for prefix, uri in self.spaces)
        return b"<" + self.root + spaces.encode() + b">"

    def piece(self, content: bytes) -> bytes:
        """`content` as a document of its own."""
        return self.start + content + b"</" + self.root + b">"


def usual_frame(archive: zipfile.ZipFile, part: str, root: bytes) -> Frame | None:
    """The frame of a part with this root element, or None when the part is not written the usual way.

    Raises Refusal: damaged, doctype.
    """
    usual = True
    frame = Frame(root)

    def unusual(*_arguments: Any) -> None:
        nonlocal usual
        usual = False

    def declaration(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.upper() != "UTF-8":
            unusual()

    def begun(_tag: str, _attributes: dict[str, str]) -> None:
        made.StartElementHandler = made.StartNamespaceDeclHandler = None

    made = parser()
    made.XmlDeclHandler = declaration
    made.CommentHandler = made.StartCdataSectionHandler = made.ProcessingInstructionHandler = unusual
    made.StartNamespaceDeclHandler = lambda prefix, uri: frame.spaces.append((prefix, uri))
    made.StartElementHandler = begun
    for _ in feed(made, archive, part):
        pass
    with archive.open(part) as member:
        first = _FIRST_TAG.search(member.read(HEAD))
    return frame if usual and first and first[1] == root else None


class Blocks:
    """Iterates over the content of a part in blocks of text that end with an end tag; `rest` then holds what follows.

    The content begins after the start tag that begins with `begin`; blocks end with `end`, and none of them reaches
    beyond the end tag `stop`. `rest` is what stands behind the last block, up to the end of the part.
    """

    def __init__(self, archive: zipfile.ZipFile, part: str, *, begin: bytes, end: bytes, stop: bytes) -> None:
        self._archive, self._part = archive, part
        self._begin, self._end, self._stop = begin, end, stop
        self.rest = b""

    def __iter__(self) -> Iterator[str]:
        with self._archive.open(self._part) as member:
            data = self._content(member)
            while data:
                over = data.find(self._stop)
                cut = data.rfind(self._end, 0, over if over >= 0 else len(data)) + len(self._end)
                if cut >= len(self._end):
                    yield data[:cut].decode()
                    data = data[cut:]
                chunk = member.read(CHUNK if over < 0 else -1)
                self.rest = data = data + chunk
                if over >= 0 or not chunk:
                    return

    def _content(self, member: IO[bytes]) -> bytes:
        """The first bytes after the start tag; an empty element is taken for one whose end tag follows at once."""
        data = b""
        while chunk := member.read(CHUNK):
            data += chunk
            at = data.find(self._begin)
            close = data.find(b">", at) if at >= 0 else -1
            if close >= 0:
                return (self._stop if data[close - 1 : close] == b"/" else b"") + data[close + 1 :] or b" "
        return b""
