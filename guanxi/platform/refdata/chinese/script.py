"""Simplified and traditional characters, full and half width."""

import re
from functools import cache
from typing import Any

FULL_TO_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0x3000: 0x20,
    0x00A0: 0x20,
    0x2007: 0x20,
    0x202F: 0x20,
}
INVISIBLE = dict.fromkeys(
    [0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
NORMAL_WIDTH = FULL_TO_HALF | INVISIBLE
HAN = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")


@cache
def _converter(config: str) -> Any:
    import opencc  # its dictionaries cost 0.1 s: only those who convert pay

    return opencc.OpenCC(config)


def to_traditional(text: str) -> str:
    """Traditional characters as written in Taiwan, words unchanged (OpenCC s2tw)."""
    return _converter("s2tw").convert(_storable(text)) if has_han(text) else text


def to_simplified(text: str) -> str:
    """Simplified characters, words unchanged (OpenCC t2s)."""
    return _converter("t2s").convert(_storable(text)) if has_han(text) else text


def has_han(text: str) -> bool:
    """Whether the text has at least one Chinese character."""
    return HAN.search(text) is not None


def normalise_width(text: str) -> str:
    """Full-width letters, digits, signs and spaces become half-width; invisible and direction marks go."""
    return text.translate(NORMAL_WIDTH)


def _storable(text: str) -> str:
    """Without lone surrogates, which no converter and no database takes."""
    return text.encode("utf-8", "ignore").decode("utf-8")
