"""Passwords that were stolen elsewhere, looked up in a list that stands on this machine.

The list is a download of Have I Been Pwned: one file with lines ``SHA-1:count`` in the order of the hashes, or a folder
with a file ``00000.txt`` for each beginning of five digits, whose lines hold the rest of the hash. It has tens of gigabytes:
a look-up reads a few dozen lines.
"""

import hashlib
import logging
import re
from pathlib import Path
from typing import BinaryIO

from guanxi.platform.access.conf import signin_settings

logger = logging.getLogger(__name__)
_LINE = re.compile(rb"[0-9A-Fa-f]+:\d+\s*")
_DIGITS, _BEGINNING = 40, 5
#: No line of the list is longer.
_LONGEST = 128
#: So many lines of a list are compared before it is trusted.
_PROBES = 16


def is_breached(password: str) -> bool:
    """Whether the password is in the list; without a list, no. A list that cannot be read at the moment stops nobody from
    changing a password: the other rules hold, and the log tells of it."""
    path = signin_settings().breached
    if not path:
        return False
    # The list holds SHA-1; nothing is protected by it here.
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    try:
        return _holds(Path(path), digest)
    except OSError:
        logger.exception("The list of breached passwords cannot be read.")
        return False


def _holds(path: Path, digest: bytes) -> bool:
    if path.is_dir():
        path, digest = path / f"{digest[:_BEGINNING].decode()}.txt", digest[_BEGINNING:]
    with path.open("rb") as file:
        low, high = 0, path.stat().st_size
        while low < high:
            middle = (low + high) // 2
            start, line = _line_at(file, middle)
            if start >= high or not line:
                high = middle
            elif (found := line[: len(digest)].upper()) == digest:
                return True
            elif found < digest:
                low = file.tell()
            else:
                high = middle
    return False


def _line_at(file: BinaryIO, position: int) -> tuple[int, bytes]:
    """Where the first line at or behind a position begins, and the line."""
    file.seek(max(position - 1, 0))
    if position:
        file.readline(_LONGEST)
    return file.tell(), file.readline(_LONGEST)


def what_is_wrong(path: Path) -> str:
    """Why the list cannot be used; empty if it can. Lines of the wrong form or order would mean that nothing is found."""
    digits = _DIGITS
    if path.is_dir():
        path, digits = path / ("0" * _BEGINNING + ".txt"), _DIGITS - _BEGINNING
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            places = (_line_at(file, size * step // _PROBES) for step in range(_PROBES))
            lines = [line for _start, line in places if line]
    except OSError as error:
        return f"it cannot be read ({error.strerror})"
    if not lines or not all(_LINE.fullmatch(line) and line.index(b":") == digits for line in lines):
        return f"its lines are not “{digits} hexadecimal digits:count”"
    return "" if lines == sorted(lines, key=bytes.upper) else "it is not in the order of its hashes"
