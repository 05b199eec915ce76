"""The watermark of a workbook: a faint picture that spreadsheets tile behind the cells."""

from functools import lru_cache

from .typesetting import typeset

_MAX_LENGTH = 120


@lru_cache(maxsize=32)
def watermark_png(text: str) -> bytes:
    """A transparent PNG with the slanted text in light grey, made to be tiled."""
    return typeset("watermark", {"text": text[:_MAX_LENGTH]}, "png", ppi=96.0)
