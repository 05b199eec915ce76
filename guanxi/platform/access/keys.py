"""Keys of secret values: encrypted with a key that has a number, found again by a keyed digest.

What ``encrypt`` gives begins with a header: version, suite and number of the key (4 bytes), nonce (12 bytes); then come
the ciphertext and its tag (16 bytes). ``aad`` says where the value belongs ("model.field.uid"): moved elsewhere, it
cannot be read. The last key of the ring encrypts, all of them decrypt, so that a new one takes over without a break.

The ring is text, one key a line, "number secret", and one line "index secret" for digests, which must stay when data
keys change: ``GUANXI_DATA_KEYS`` (commas instead of lines) or the file data.keys, readable by its owner alone and made at
first use. A secret is 32 random bytes in base64. Suites: AES-256-GCM with SHA-256, SM4-GCM with SM3 (GB/T 32907, 32905).
"""

import base64
import binascii
import hmac as hmac_compare
import os
import secrets
import struct
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

VERSION = 1
AES, SM4 = 1, 2
SUITES = {"aes": AES, "sm4": SM4}
_HEADER = struct.Struct(">BBH")
#: So many characters of a text (``to_text``) say version, suite and number of its key.
HEADER = 2 * _HEADER.size
_NONCE, _TAG, _SECRET = 12, 16, 32
_INDEX = "index"


class Undecipherable(Exception):
    """A stored value that cannot be read: its key is missing, it was changed, or it belongs elsewhere."""


@dataclass(frozen=True)
class Key:
    """One secret; the working keys of the suites are derived from it, so that no key serves two algorithms."""

    number: int
    secret: bytes = field(repr=False)

    @cached_property
    def aes(self) -> AESGCM:
        return AESGCM(_derive(self.secret, b"guanxi aes-256-gcm", 32))

    @cached_property
    def sm4(self) -> bytes:
        return _derive(self.secret, b"guanxi sm4-gcm", 16)


@dataclass(frozen=True)
class _Ring:
    keys: dict[int, Key]
    current: Key
    index: bytes = field(repr=False)


_rings: dict[str, _Ring] = {}


def encrypt(plain: bytes, aad: bytes, key: Key | None = None) -> bytes:
    """``plain`` under the newest key (or a ``key`` of its own) and the suite of the settings; bound to ``aad``."""
    key, suite, nonce = key or _ring().current, _suite(), secrets.token_bytes(_NONCE)
    header = _HEADER.pack(VERSION, suite, key.number)
    return header + nonce + _seal(key, suite, nonce, plain, header + aad)


def decrypt(stored: bytes, aad: bytes, key: Key | None = None) -> bytes:
    """What was encrypted for ``aad``. Raises Undecipherable."""
    header, rest = stored[: _HEADER.size], stored[_HEADER.size :]
    suite, key = _suite_of(stored), key or _key(key_id(stored))
    if len(rest) < _NONCE + _TAG:
        raise Undecipherable("the value is cut short")
    try:
        return _open(key, suite, rest[:_NONCE], rest[_NONCE:], header + aad)
    except InvalidTag as error:
        raise Undecipherable("the value was changed, or it belongs elsewhere") from error


def to_text(stored: bytes) -> str:
    """What ``encrypt`` gave as text: the header in hexadecimal digits, so that a database can count by it, then base64."""
    return stored[: _HEADER.size].hex() + base64.b64encode(stored[_HEADER.size :]).decode()


def from_text(text: str) -> bytes:
    """What stands in such a text. Raises Undecipherable."""
    try:
        return bytes.fromhex(text[:HEADER]) + base64.b64decode(text[HEADER:], validate=True)
    except ValueError as error:
        raise Undecipherable("the value has no known header") from error


def current_header() -> str:
    """How every text begins that is made now."""
    return _HEADER.pack(VERSION, _suite(), current_id()).hex()


def key_id(stored: bytes) -> int:
    """The number of the key that a stored value needs. Raises Undecipherable for what is no stored value."""
    if len(stored) < _HEADER.size or stored[0] != VERSION:
        raise Undecipherable("the value has no known header")
    return _HEADER.unpack(stored[: _HEADER.size])[2]


def is_current(stored: bytes) -> bool:
    """Whether a value stands under the newest key and the chosen suite already; else a rotation writes it anew."""
    return key_id(stored) == current_id() and stored[1] == _suite()


def current_id() -> int:
    """The number of the key that encrypts."""
    return _ring().current.number


def numbers() -> list[int]:
    """The numbers of all keys, the oldest first."""
    return list(_ring().keys)


def blind(value: str, purpose: str) -> str:
    """A keyed digest to look for equal values with, 64 hexadecimal digits; different for each ``purpose`` ("model.field").

    It changes with the suite (SHA-256 or SM3), never with the data keys."""
    return _blind(value, purpose, _suite())


def blinds(value: str, purpose: str) -> tuple[str, ...]:
    """The digests of both suites: while a change of suite is under way, rows have the one or the other."""
    return tuple(_blind(value, purpose, suite) for suite in SUITES.values())


def _blind(value: str, purpose: str, suite: int) -> str:
    digest = hmac.HMAC(_blind_key(_ring().index, purpose), hashes.SM3() if suite == SM4 else hashes.SHA256())
    digest.update(value.encode())
    return digest.finalize().hex()


def fresh_secret() -> bytes:
    """Random bytes for a key of one's own."""
    return secrets.token_bytes(_SECRET)


def same(one: str, other: str) -> bool:
    """Whether two digests are equal, in a time that does not tell where they differ."""
    return hmac_compare.compare_digest(one, other)


def add_key() -> int:
    """Put a new key at the end of the file and give its number; from now on it encrypts. Only where a file holds the
    keys: those of the environment are changed there (ImproperlyConfigured)."""
    if settings.DATA_KEYS:
        raise ImproperlyConfigured("The keys stand in GUANXI_DATA_KEYS: add the new key there, as the last one")
    text = _text()
    number = max(_parse(text).keys) + 1
    _replace(f"{text.rstrip()}\n{number} {_new_secret()}\n")
    return number


def drop_key(number: int) -> None:
    """Take a key out of the file for good; whoever asks has made sure that nothing needs it. Never the newest, never
    those of the environment (ImproperlyConfigured)."""
    if settings.DATA_KEYS:
        raise ImproperlyConfigured("The keys stand in GUANXI_DATA_KEYS: take the old key out there")
    if number == current_id() or number not in numbers():
        raise ImproperlyConfigured(f"Key {number} is the one in use, or there is no such key")
    lines = [line for line in _text().splitlines() if line.partition(" ")[0].strip() != str(number)]
    _replace("\n".join(lines) + "\n")


def _replace(text: str) -> None:
    """The file with other contents; no process ever reads half of it."""
    path = _path()
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    _write(fresh, text)
    fresh.replace(path)
    forget()


def forget() -> None:
    """Read the keys again at next use."""
    _rings.clear()


# --- the ring -------------------------------------------------------------------------------------------
def _ring() -> _Ring:
    """Read again when the file was replaced: a process that went on encrypting with an old key would undo a rotation."""
    source = settings.DATA_KEYS or _state_of(_path())
    ring = _rings.get(source)
    if ring is None:
        ring = _parse(_text())  # after its state was noted: replaced in between, it is read once more
        _rings.clear()
        _rings[source] = ring
    return ring


def _state_of(path: Path) -> str:
    try:
        found = path.stat()
    except FileNotFoundError:
        return ""
    return f"{path} {found.st_ino} {found.st_mtime_ns}"


def _key(number: int) -> Key:
    """The key of a number; the file is read again for one that another process may just have added."""
    if number not in _ring().keys:
        forget()
    try:
        return _ring().keys[number]
    except KeyError as error:
        raise Undecipherable(f"key {number} is missing") from error


def _path() -> Path:
    return Path(settings.DATA_DIR) / "data.keys"


def _text() -> str:
    if settings.DATA_KEYS:
        return settings.DATA_KEYS.replace(",", "\n")
    path = _path()
    if not path.exists():
        _make(path)
    if path.stat().st_mode & 0o077:
        raise ImproperlyConfigured(f"{path} can be read by others: chmod 0400 {path}")
    return path.read_text(encoding="ascii")


def _make(path: Path) -> None:
    """The file with its first keys; of several processes that start together one wins and none reads half a file."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    _write(fresh, f"{_INDEX} {_new_secret()}\n1 {_new_secret()}\n")
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def _write(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _new_secret() -> str:
    return base64.b64encode(fresh_secret()).decode()


def _parse(text: str) -> _Ring:
    """The ring of a text; ImproperlyConfigured says what is wrong with it, without a secret."""
    keys: dict[int, Key] = {}
    index = b""
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, _space, encoded = line.partition(" ")
        secret = _secret(name, encoded.strip())
        if name == _INDEX and not index:
            index = secret
        elif name.isascii() and name.isdecimal() and 0 < int(name) < 2**16 and int(name) not in keys:
            keys[int(name)] = Key(int(name), secret)
        else:
            raise ImproperlyConfigured("The data keys need different numbers from 1 to 65535 and one line “index”")
    if not keys or not index:
        raise ImproperlyConfigured("The data keys need one line “index” and one with a number at least")
    if len({index, *(key.secret for key in keys.values())}) <= len(keys):
        raise ImproperlyConfigured("No two data keys may have the same secret")
    return _Ring(keys, keys[next(reversed(keys))], index)


def _secret(name: str, encoded: str) -> bytes:
    try:
        found = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ImproperlyConfigured(f"The data key “{name}” is not written in base64") from error
    if len(found) != _SECRET or len(set(found)) < 12:
        raise ImproperlyConfigured(f"The data key “{name}” is not made of {_SECRET} random bytes")
    return found


# --- the suites -----------------------------------------------------------------------------------------
def _suite() -> int:
    try:
        return SUITES[settings.CIPHER_SUITE]
    except KeyError as error:
        raise ImproperlyConfigured(f"GUANXI_CIPHER_SUITE is one of: {', '.join(SUITES)}") from error


def _suite_of(stored: bytes) -> int:
    if len(stored) < _HEADER.size or stored[1] not in SUITES.values():
        raise Undecipherable("the value has no known header")
    return stored[1]


def _seal(key: Key, suite: int, nonce: bytes, plain: bytes, aad: bytes) -> bytes:
    if suite == AES:
        return key.aes.encrypt(nonce, plain, aad)
    worker = Cipher(algorithms.SM4(key.sm4), modes.GCM(nonce)).encryptor()
    worker.authenticate_additional_data(aad)
    return worker.update(plain) + worker.finalize() + worker.tag


def _open(key: Key, suite: int, nonce: bytes, sealed: bytes, aad: bytes) -> bytes:
    if suite == AES:
        return key.aes.decrypt(nonce, sealed, aad)
    worker = Cipher(algorithms.SM4(key.sm4), modes.GCM(nonce, sealed[-_TAG:])).decryptor()
    worker.authenticate_additional_data(aad)
    return worker.update(sealed[:-_TAG]) + worker.finalize()


@lru_cache(maxsize=1_000)
def _blind_key(index: bytes, purpose: str) -> bytes:
    """The key of one purpose; deriving it costs more than the digest."""
    return _derive(index, b"guanxi blind index " + purpose.encode(), 32)


def _derive(secret: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=None, info=purpose).derive(secret)
