"""Bytes on disk: written to a temporary file, flushed, then renamed, so that half a file is never seen.

Layout below the root: ``tmp/<random>`` while being written, ``ab/<random>`` when whole.
"""

import errno
import hashlib
import logging
import os
import secrets
from pathlib import Path

from django.core.files.storage import default_storage
from django.utils.translation import gettext_noop

from guanxi.platform.files.errors import FileRefused

logger = logging.getLogger("guanxi.files")
TEMPORARY = "tmp"
FULL = {errno.ENOSPC, errno.EDQUOT}


def root() -> Path:
    return Path(default_storage.path(""))


def path_of(storage_name: str) -> Path:
    """Where the bytes lie. Only names made here are accepted, so no path can lead elsewhere."""
    if len(storage_name) != 32 or not set(storage_name) <= set("0123456789abcdef"):
        raise ValueError("not a storage name")
    return root() / storage_name[:2] / storage_name


def folders() -> list[str]:
    """Every folder that may hold files, by name."""
    return [TEMPORARY, *(f"{number:02x}" for number in range(256))]


def content_of(folder: str) -> list[Path]:
    path = root() / folder
    return [one for one in path.iterdir() if one.is_file()] if path.is_dir() else []


def disk_full() -> FileRefused:
    return FileRefused(
        gettext_noop("The file could not be stored because the disk is full. Tell your administrator, then try again."),
        code="disk_full",
    )


def too_large(limit: int) -> FileRefused:
    return FileRefused(
        gettext_noop("The file is larger than %(limit)s MB. Make it smaller or split it."),
        code="too_large",
        limit=limit // 2**20 if limit >= 2**20 else round(limit / 2**20, 2),
    )


class TemporaryFile:
    """A growing file that knows its size and hash. Sequential: it can be written and told, not sought."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self.storage_name = secrets.token_hex(16)
        folder = root() / TEMPORARY
        self.path = folder / self.storage_name
        self._hash = hashlib.sha256()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("xb")
        except OSError as problem:
            raise _translated(problem) from problem

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def write(self, data: bytes) -> int:
        """Raises FileRefused beyond the limit and when the disk is full."""
        self.size += len(data)
        if self.size > self.limit:
            raise too_large(self.limit)
        try:
            self._file.write(data)
        except OSError as problem:
            raise _translated(problem) from problem
        self._hash.update(data)
        return len(data)

    def tell(self) -> int:
        return self.size

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        """Bring the bytes safely to disk."""
        if self._file.closed:
            return
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        except OSError as problem:
            raise _translated(problem) from problem

    def keep(self) -> Path:
        """Move to the final place, in one step."""
        target = path_of(self.storage_name)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            self.path.replace(target)
            folder = os.open(target.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as problem:
            raise _translated(problem) from problem
        return target

    def discard(self) -> None:
        """Leave nothing behind."""
        try:
            self._file.close()
        except OSError:
            logger.debug("closing flushes, and the disk is full: the file goes anyway", exc_info=True)
        finally:
            self.path.unlink(missing_ok=True)


def _translated(problem: OSError) -> Exception:
    return disk_full() if problem.errno in FULL else problem
