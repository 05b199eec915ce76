"""Zip containers (xlsx, ods): everything is judged from the directory before any reader opens a member."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path
from typing import BinaryIO

from .model import MEGABYTE, Limits
from .refusals import Refusal

END_RECORD = b"PK\x05\x06"
END64_LOCATOR = b"PK\x06\x07"
END64_RECORD = b"PK\x06\x06"
END_SIZE = 22
DIRECTORY_BYTES_PER_MEMBER = 512  # names and extra fields; real workbooks need about 90


def directory(path: Path, limits: Limits) -> list[str]:
    """Check a zip file's directory against `limits` and return its member names.

    Raises Refusal: damaged, too_many_members, unpacked_too_big, suspicious_archive, encrypted, unsafe_names.
    zipfile reads no more of a member than its directory entry declares, so a lying directory gains nothing.
    """
    with path.open("rb") as file:
        _check_end_record(file, limits)
        try:
            infos = zipfile.ZipFile(file).infolist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error) as error:
            raise Refusal("damaged") from error
    unpacked = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos)
    if unpacked > limits.unpacked_bytes:
        raise Refusal("unpacked_too_big", size=unpacked // MEGABYTE, limit=limits.unpacked_bytes // MEGABYTE)
    if unpacked > 20 * MEGABYTE and unpacked > packed * limits.ratio:
        raise Refusal("suspicious_archive", ratio=limits.ratio)
    if any(info.flag_bits & 0x1 for info in infos):
        raise Refusal("encrypted")
    names = [info.filename for info in infos]
    if len(set(names)) != len(names) or any(_is_unsafe(name) for name in names):
        raise Refusal("unsafe_names")
    return names


def _is_unsafe(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name or "\0" in name


def _check_end_record(file: BinaryIO, limits: Limits) -> None:
    """Refuse a huge directory from its end record: zipfile itself would build an object per entry first."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 65_536 - END_SIZE))
    tail = file.read()
    at = tail.rfind(END_RECORD)
    if at < 0 or len(tail) - at < END_SIZE:
        raise Refusal("damaged")
    count, length = struct.unpack_from("<HI", tail, at + 10)
    if count == 0xFFFF or length == 0xFFFFFFFF:
        count, length = _end64(file, tail, at)
    if count > limits.members or length > limits.members * DIRECTORY_BYTES_PER_MEMBER:
        raise Refusal("too_many_members", limit=limits.members)


def _end64(file: BinaryIO, tail: bytes, at: int) -> tuple[int, int]:
    """Entries and directory size from the zip64 records that precede the end record at `at`."""
    locator = tail[at - 20 : at]
    if not locator.startswith(END64_LOCATOR):
        raise Refusal("damaged")
    file.seek(min(struct.unpack_from("<Q", locator, 8)[0], 1 << 62))
    record = file.read(56)
    if len(record) < 56 or not record.startswith(END64_RECORD):
        raise Refusal("damaged")
    return struct.unpack_from("<QQ", record, 32)
