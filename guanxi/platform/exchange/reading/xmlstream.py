"""Streaming XML for workbook parts: expat on a zip member, document type declarations refused, entities never read."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from xml.parsers import expat

from .refusals import Refusal

CHUNK = 128 * 1024


def parser() -> expat.XMLParserType:
    """A namespace-aware expat parser (names come as "uri}local") that refuses any DOCTYPE, so no entity is defined."""
    made = expat.ParserCreate(None, "}")
    made.buffer_text = True
    made.buffer_size = CHUNK
    made.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    made.StartDoctypeDeclHandler = _refuse_doctype
    return made


def _refuse_doctype(*_args: object) -> None:
    raise Refusal("doctype")


def feed(made: expat.XMLParserType, archive: zipfile.ZipFile, name: str) -> Iterator[None]:
    """Parse a member chunk by chunk, yielding after each so that the caller can use what has been gathered.

    Raises Refusal("damaged") for a missing member, broken compression or XML that is not well-formed.
    """
    try:
        with archive.open(name) as member:
            while chunk := member.read(CHUNK):
                made.Parse(chunk, False)
                yield
            made.Parse(b"", True)
            yield
    except (expat.ExpatError, KeyError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise Refusal("damaged") from error


def parse(made: expat.XMLParserType, archive: zipfile.ZipFile, name: str) -> None:
    """Parse a whole member whose handlers keep what they need."""
    for _ in feed(made, archive, name):
        pass


def local(name: str) -> str:
    """The local part of an expat name."""
    return name.rpartition("}")[2]
