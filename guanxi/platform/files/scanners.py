"""The door for a virus scanner."""

import logging
from collections.abc import Callable
from pathlib import Path

logger = logging.getLogger("guanxi.files")
Scanner = Callable[[Path], str | None]
_scanners: list[Scanner] = []


def scanner(check: Scanner) -> Scanner:
    """Register ``check(path)``: None says clean, a text says why not. An error counts as not clean."""
    _scanners.append(check)
    return check


def verdict(path: Path) -> str:
    """Empty if all scanners call the file clean, else the reason. A scanner that is down holds the file back."""
    for check in _scanners:
        try:
            reason = check(path)
        except Exception as problem:
            logger.exception("a scanner failed")
            reason = f"scanner failed: {type(problem).__name__}"
        if reason:
            return reason[:500]
    return ""
