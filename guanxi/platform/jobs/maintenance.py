"""Standing still while the database is exchanged: a file in the data folder that every process looks for.

It is no row, because the database itself is what is being exchanged. Saves are refused with 503, workers give their jobs
back and take none but the one that does the work. The file says so only as long as that one keeps touching it: after a
crash everything goes on by itself.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

#: Seconds without a sign of life after which it counts as over.
LAPSES = 600
#: What a refused browser is told to wait, in seconds.
RETRY_AFTER = 30

Hook = Callable[[], None]
_hooks: list[Hook] = []


def _file() -> Path:
    """In the data folder; a program without one stands still for nobody."""
    return Path(getattr(settings, "DATA_DIR", os.devnull)) / "maintenance"


def kind() -> str:
    """The kind of job that has stopped everything else; empty while nothing has."""
    path = _file()
    try:
        lapsed = time.time() - path.stat().st_mtime > LAPSES
        return "" if lapsed else path.read_text()
    except (FileNotFoundError, NotADirectoryError):
        return ""


def stops(job_kind: str) -> bool:
    """Whether work of this kind has to wait."""
    found = kind()
    return bool(found) and found != job_kind


def touch() -> None:
    """The work goes on."""
    path = _file()
    if path.exists():
        path.touch()


@contextmanager
def standing_still(job_kind: str) -> Iterator[None]:
    """Stop everything but jobs of this kind for the length of the block."""
    path = _file()
    path.write_text(job_kind)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def on_restored(hook: Hook) -> Hook:
    """Decorator: call it in the restored database before anybody else comes back, to settle what was under way when the
    backup was made and must not happen a second time."""
    _hooks.append(hook)
    return hook


def restored() -> None:
    """The database has been exchanged."""
    for hook in list(_hooks):
        hook()
