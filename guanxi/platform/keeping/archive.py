"""The archive: a tar stream, compressed, sealed if there is a key. Without a key any tar program opens it.

    about.json                      what it is: version, time, migrations; first, so that it can be refused early
    tables/<label>/000001.jsonl     rows, one JSON array a line; the first line of a file names the columns
    files/<storage name>            bytes of users
    manifest.json                   counts and hashes of everything before it; last

Only these names are accepted, each once, and only plain files: an archive can lead nowhere and brings nothing to run.
"""

import gzip
import hashlib
import io
import os
import re
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

import orjson
from django.utils.translation import gettext_noop

from guanxi.platform.keeping.errors import ArchiveError
from guanxi.platform.keeping.sealed import SealedReader, SealedWriter, is_sealed

ABOUT, MANIFEST = "about.json", "manifest.json"
_TABLE = re.compile(r"tables/([a-z_]+\.[a-z0-9_]+)/\d{6}\.jsonl")
_FILE = re.compile(r"files/([0-9a-f]{32})")
LEVEL = 3
PIECE = 2**20
#: Larger members of rows or descriptions are not ours.
LARGEST_TEXT = 2**28


@dataclass(frozen=True)
class Member:
    """One file of an archive. ``kind``: about, table, file, manifest; ``name``: the table's label or the storage name."""

    kind: str
    name: str
    size: int
    stream: IO[bytes]

    def json(self) -> dict[str, Any]:
        return orjson.loads(self.stream.read())


class ArchiveWriter:
    """Adds members to a growing archive. Made by ``writing``."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar

    def add(self, name: str, data: bytes) -> None:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        self._tar.addfile(info, io.BytesIO(data))

    def add_path(self, name: str, path: Path) -> tuple[int, str]:
        """A file with its size and SHA-256. Raises FileNotFoundError before anything is written."""
        digest = hashlib.sha256()

        class Hashing(io.RawIOBase):
            def read(self, size: int = -1) -> bytes:
                piece = file.read(size)
                digest.update(piece)
                return piece

        with path.open("rb") as file:
            info = tarfile.TarInfo(name)
            info.size = os.fstat(file.fileno()).st_size
            self._tar.addfile(info, cast(IO[bytes], Hashing()))
        return info.size, digest.hexdigest()


@contextmanager
def writing(target: BinaryIO, key: str) -> Iterator[ArchiveWriter]:
    """Write an archive into an open file; whole when the block ends without error."""
    sealed = SealedWriter(target, key) if key else None
    packed = gzip.GzipFile(
        filename="", fileobj=cast(BinaryIO, sealed or target), mode="wb", compresslevel=LEVEL, mtime=0
    )
    with tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        yield ArchiveWriter(tar)
    packed.close()
    if sealed:
        sealed.close()


@contextmanager
def reading(path: Path, key: str) -> Iterator[Iterator[Member]]:
    """The members of an archive in order. Raises ArchiveError for whatever is not one of ours."""
    with ExitStack() as stack:
        source: Any = stack.enter_context(path.open("rb"))
        if is_sealed(source):
            if not key:
                raise ArchiveError(
                    gettext_noop("The archive is sealed. Set the key it was made with (GUANXI_BACKUP_KEY)."),
                    code="no_key",
                )
            source = SealedReader(source, key)
        try:
            packed = stack.enter_context(gzip.GzipFile(fileobj=source, mode="rb"))
            tar = stack.enter_context(tarfile.open(fileobj=packed, mode="r|"))
            yield _members(tar)
        except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise _not_ours() from error


def _members(tar: tarfile.TarFile) -> Iterator[Member]:
    seen: set[str] = set()
    last = ""
    for info in tar:
        if not info.isreg() or info.issparse() or info.name in seen or last == MANIFEST:
            raise _not_ours()
        if (info.name == ABOUT) != (not seen):
            raise _not_ours()
        seen.add(info.name)
        last = info.name
        kind, name = _named(info.name)
        if kind != "file" and info.size > LARGEST_TEXT:
            raise _not_ours()
        yield Member(kind, name, info.size, cast(IO[bytes], tar.extractfile(info)))
    if last != MANIFEST:
        raise _not_ours()


def _named(name: str) -> tuple[str, str]:
    if name in (ABOUT, MANIFEST):
        return name.removesuffix(".json"), ""
    if found := _TABLE.fullmatch(name):
        return "table", found[1]
    if found := _FILE.fullmatch(name):
        return "file", found[1]
    raise _not_ours()


def _not_ours() -> ArchiveError:
    return ArchiveError(gettext_noop("The file is no backup of Guanxi, or it is damaged."), code="not_ours")
