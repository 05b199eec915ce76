"""Archives: sealed against reading and against every change, and with nothing in them that is not ours."""

import gzip
import io
import tarfile

import pytest

from guanxi.platform.keeping import sealed
from guanxi.platform.keeping.archive import reading, writing
from guanxi.platform.keeping.errors import ArchiveError
from guanxi.platform.keeping.sealed import SealedReader, SealedWriter

KEY = "a long enough passphrase"
FILE = "files/" + "ab" * 16


def seal(data, key=KEY):
    target = io.BytesIO()
    writer = SealedWriter(target, key)
    for start in range(0, len(data), 70_000):
        writer.write(data[start : start + 70_000])
    writer.close()
    return target.getvalue()


@pytest.mark.parametrize("size", [0, 1, sealed.CHUNK - 1, sealed.CHUNK, sealed.CHUNK + 1, 2 * sealed.CHUNK, 3_000_000])
def test_what_is_sealed_is_read_back_with_the_key(size):
    data = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    assert SealedReader(io.BytesIO(seal(data)), KEY).read() == data


def test_nothing_of_it_can_be_read_without_the_key():
    text = b"Acme Steel, 13912345678" * 1000
    closed = seal(text)
    assert b"Acme" not in closed
    with pytest.raises(ArchiveError) as refusal:
        SealedReader(io.BytesIO(closed), "another passphrase").read()
    assert refusal.value.code == "other_key"


def test_every_change_is_noticed():
    closed = seal(b"x" * (2 * sealed.CHUNK + 5))
    frame = 4 + sealed.CHUNK + sealed.TAG
    head = len(sealed.MAGIC) + sealed.SALT
    first, second, rest = (
        closed[head : head + frame],
        closed[head + frame : head + 2 * frame],
        closed[head + 2 * frame :],
    )
    changed = {
        "a byte": closed[:-3] + bytes([closed[-3] ^ 1]) + closed[-2:],
        "cut": closed[:-10],
        "cut at a chunk": closed[: head + 2 * frame],
        "swapped": closed[:head] + second + first + rest,
        "repeated": closed[:head] + first + first + second + rest,
        "left out": closed[:head] + second + rest,
        "longer": closed + b"x",
        "another salt": closed[: len(sealed.MAGIC)] + bytes(sealed.SALT) + closed[head:],
        "header only": closed[:12],
    }
    for what, data in changed.items():
        with pytest.raises(ArchiveError):
            SealedReader(io.BytesIO(data), KEY).read()
            pytest.fail(what)


@pytest.mark.parametrize("key", ["", KEY])
def test_an_archive_is_read_in_the_order_it_was_written(tmp_path, key):
    path, source = tmp_path / "archive", tmp_path / "source"
    source.write_bytes(b"bytes")
    with path.open("wb") as file, writing(file, key) as archive:
        archive.add("about.json", b'{"format": 1}')
        archive.add("tables/fakes.company/000001.jsonl", b"[]\n")
        assert archive.add_path(FILE, source)[0] == 5
        archive.add("manifest.json", b"{}")
    with reading(path, key) as members:
        assert [(one.kind, one.name, one.stream.read()) for one in members] == [
            ("about", "", b'{"format": 1}'),
            ("table", "fakes.company", b"[]\n"),
            ("file", "ab" * 16, b"bytes"),
            ("manifest", "", b"{}"),
        ]
    packed = path.read_bytes()
    assert b"fakes" in gzip.decompress(packed) if not key else b"fakes" not in packed


def tar(*members):
    """An archive of these (name, options)."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as file:
        for name, options in members:
            info = tarfile.TarInfo(name)
            for key, value in options.items():
                setattr(info, key, value)
            info.size = 2 if info.isreg() else 0
            file.addfile(info, io.BytesIO(b"{}"))
    return target.getvalue()


ABOUT, END = ("about.json", {}), ("manifest.json", {})
TABLE = ("tables/fakes.company/000001.jsonl", {})


@pytest.mark.parametrize(
    "members",
    [
        [("../../etc/cron.d/x", {})],
        [("/etc/passwd", {})],
        [("files/../../../x", {})],
        [("files/" + "ab" * 16 + "/../../x", {})],
        [("files\\..\\x", {})],
        [("tables/../x/000001.jsonl", {})],
        [("files/" + "AB" * 16, {})],
        [(FILE, {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"})],
        [(FILE, {"type": tarfile.LNKTYPE, "linkname": "about.json"})],
        [(FILE, {"type": tarfile.CHRTYPE})],
        [(FILE, {"type": tarfile.BLKTYPE})],
        [(FILE, {"type": tarfile.FIFOTYPE})],
        [(FILE, {"type": tarfile.DIRTYPE})],
        [(FILE, {}), (FILE, {})],
        [TABLE, TABLE],
        [ABOUT],
        [("setup.py", {})],
        [("plugins/x.so", {})],
        [END],
    ],
)
def test_an_archive_with_anything_else_in_it_is_refused(tmp_path, members):
    path = tmp_path / "archive.tar.gz"
    path.write_bytes(tar(ABOUT, *members, END))
    with pytest.raises(ArchiveError), reading(path, "") as found:
        list(found)
    assert [one.name for one in tmp_path.iterdir()] == ["archive.tar.gz"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not an archive",
        gzip.compress(b"not a tar"),
        tar(),
        tar(END),
        tar(TABLE, ABOUT, END),
        tar(ABOUT),
        tar(ABOUT, END)[:-20],
    ],
    ids=["empty", "other", "no-tar", "nothing", "end-only", "table-first", "no-end", "cut"],
)
def test_what_is_no_archive_is_refused(tmp_path, data):
    path = tmp_path / "archive.tar.gz"
    path.write_bytes(data)
    with pytest.raises(ArchiveError), reading(path, "") as found:
        list(found)
