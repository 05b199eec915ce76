"""The door for a virus scanner."""

import logging
from collections.abc import Callable
from pathlib import Path

logger = logging.getLogger("guanxi.files")
Scanner = Callable[[Path], str | None]
_scanners: list[Scanner] = []
REASON_LENGTH = 500


class Harmful(Exception):
    """A scanner found something; the text is its name for it."""


def scanner(check: Scanner) -> Scanner:
    """Register ``check(path)``: None says clean, a text names what was found. An error means that it cannot tell."""
    _scanners.append(check)
    return check


def verdict(path: Path) -> str:
    """Empty if all scanners call the file clean, else why one of them cannot tell: the file is held back until it can.
    Raises Harmful."""
    unsure = ""
    for check in _scanners:
        try:
            found = check(path)
        except Exception as problem:
            logger.warning("a scanner failed", extra={"scanner": check.__module__, "problem": type(problem).__name__})
            unsure = f"scanner failed: {type(problem).__name__}"
            continue
        if found:
            raise Harmful("".join(sign for sign in found if sign.isprintable())[:REASON_LENGTH])
    return unsure
