"""A sealed stream: AES-256-GCM in chunks, so that archives of any size are written and read in little memory.

Layout: MAGIC, 16 bytes of salt, then frames of four bytes (length, highest bit: the last frame) and a chunk. The key comes
from the passphrase by scrypt with the salt of this archive, so that no nonce is ever used twice under one key. A nonce
holds the number of the chunk and whether it is the last: chunks cannot be exchanged, left out, repeated or cut off.
"""

import hashlib
import os
import struct
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.utils.translation import gettext_noop

from guanxi.platform.keeping.errors import ArchiveError

MAGIC = b"GXKEEP1\n"
SALT = 16
CHUNK = 2**20
TAG = 16
_FRAME = struct.Struct(">I")
_LAST = 1 << 31


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    key = hashlib.scrypt(passphrase.encode(), salt=salt, n=2**15, r=8, p=1, maxmem=2**26, dklen=32)
    return AESGCM(key)


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


class SealedWriter:
    """Write to it, then ``close``: only then is the end sealed. It does not close the target."""

    def __init__(self, target: BinaryIO, passphrase: str) -> None:
        salt = os.urandom(SALT)
        self._target, self._cipher, self._header = target, _cipher(passphrase, salt), MAGIC + salt
        self._waiting, self._number = bytearray(), 0
        target.write(self._header)

    def write(self, data: bytes) -> int:
        self._waiting += data
        while len(self._waiting) > CHUNK:  # one byte more: the last chunk is only known at the end
            self._put(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(data)

    def flush(self) -> None:
        """Chunks have a fixed size: nothing to do before the end."""

    def close(self) -> None:
        self._put(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _put(self, chunk: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, last), chunk, self._header)
        self._target.write(_FRAME.pack(len(sealed) | (_LAST if last else 0)) + sealed)
        self._number += 1


class SealedReader:
    """Reads what SealedWriter wrote. Raises ArchiveError for another key and for any change."""

    def __init__(self, source: BinaryIO, passphrase: str) -> None:
        self._source = source
        header = source.read(len(MAGIC) + SALT)
        if len(header) != len(MAGIC) + SALT:
            raise _broken()
        self._header, self._cipher = header, _cipher(passphrase, header[len(MAGIC) :])
        self._waiting, self._number, self._ended = bytearray(), 0, False

    def read(self, size: int = -1) -> bytes:
        while not self._ended and (size < 0 or len(self._waiting) < size):
            self._waiting += self._next()
        taken = bytes(self._waiting) if size < 0 else bytes(self._waiting[:size])
        del self._waiting[: len(taken)]
        return taken

    def _next(self) -> bytes:
        frame = self._source.read(_FRAME.size)
        if len(frame) != _FRAME.size:
            raise _broken()
        (said,) = _FRAME.unpack(frame)
        last, length = bool(said & _LAST), said & ~_LAST
        if not TAG <= length <= CHUNK + TAG:
            raise _broken()
        sealed = self._source.read(length)
        if len(sealed) != length:
            raise _broken()
        try:
            chunk = self._cipher.decrypt(_nonce(self._number, last), sealed, self._header)
        except (InvalidTag, ValueError) as error:
            raise (_other_key() if self._number == 0 else _broken()) from error
        self._number += 1
        if last:
            self._ended = True
            if self._source.read(1):
                raise _broken()
        return chunk


def is_sealed(source: BinaryIO) -> bool:
    """Whether a file at its beginning is a sealed archive; leaves it there."""
    begin = source.read(len(MAGIC))
    source.seek(0)
    return begin == MAGIC


def _broken() -> ArchiveError:
    return ArchiveError(gettext_noop("The archive is damaged or cut off. Choose another backup."), code="broken")


def _other_key() -> ArchiveError:
    return ArchiveError(
        gettext_noop("The archive was sealed with another key, or was changed. Set the key it was made with."),
        code="other_key",
    )
