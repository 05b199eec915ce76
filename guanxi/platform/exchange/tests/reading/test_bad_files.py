"""Files that must not be read: each gets its own clear message within seconds, through the real subprocess."""

from __future__ import annotations

import io
import resource
import struct
import time
import zipfile

import pytest
from django.utils import translation

from guanxi.platform.exchange.reading import FileKind, Limits, Refusal, sniff, spool
from guanxi.platform.exchange.reading.refusals import Refusal as RefusalClass
from guanxi.platform.exchange.reading.texts import NOTICES, REFUSALS, refusal_text

from .builders import encrypted_workbook, inline, saved, xlsx, zip_bomb, zipped

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def refused(tmp_path, content: bytes | str, name: str = "file.xlsx", limits: Limits | None = None) -> Refusal:
    """Spool a file that must be refused, quickly, leaving nothing behind."""
    path = saved(tmp_path / name, content)
    before = sorted(tmp_path.iterdir())
    began = time.monotonic()
    with pytest.raises(Refusal) as caught:
        spool(path, name, tmp_path / "out", limits=limits)
    assert time.monotonic() - began < 20
    assert sorted(tmp_path.iterdir()) == before
    assert caught.value.message
    return caught.value


def ole(*names: str) -> bytes:
    """The header and directory sector of an OLE file with entries of these names."""
    header = bytearray(OLE + b"\0" * 504)
    struct.pack_into("<HHHH", header, 24, 0x3E, 3, 0xFFFE, 9)
    struct.pack_into("<I", header, 48, 0)
    entries = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in ("Root Entry", *names))
    return bytes(header) + entries.ljust(4096, b"\0")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\xef\xbb\xbf \r\n\0\0", "empty_file"),
        (b"MZ\x90\0\x03\0\0\0" + bytes(range(256)) * 20, "program"),
        (b"\x7fELF\x02\x01\x01" + b"\0" * 500, "program"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(256)) * 4, "document"),
        (b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n", "document"),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), "document"),
        (b"Rar!\x1a\x07\x00" + bytes(300), "archive"),
        (bytes(range(256)) * 100, "not_readable"),
        (b"<html><body><table><tr><td>1</td></tr></table></body></html>", "html"),
        (b"\r\n<!DOCTYPE HTML><table border=1><tr><td>x</table>", "html"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>', "xml_spreadsheet"),
        (b'<?xml version="1.0"?><data/>', "not_readable"),
        (zipped({"a.csv": "1,2"}), "archive"),
        (zipped({"inner.zip": zipped({"a": "b"})}), "archive"),
        (zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"}), "document"),
        (zipped({"[Content_Types].xml": "<Types/>", "xl/workbook.bin": "x"}), "xlsb"),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}), "document"),
        (zipped({"[Content_Types].xml": "<Types/>", "../../etc/passwd": "x"}), "unsafe_names"),
        (zipped({"[Content_Types].xml": "<Types/>"}), "damaged"),
        (ole("EncryptionInfo", "EncryptedPackage"), "encrypted"),
        (ole("WordDocument"), "document"),
        (ole("Workbook"), "damaged"),
        (OLE + b"\0" * 20, "damaged"),
        (b"PK\x03\x04" + b"\0" * 200, "damaged"),
        (xlsx(""), "no_rows"),
    ],
)  # fmt: skip
def test_refused_by_content(tmp_path, content, code):
    assert refused(tmp_path, content).code == code


def test_real_encrypted_workbook(tmp_path):
    assert refused(tmp_path, encrypted_workbook()).code == "encrypted"


def test_encrypted_old_workbook(tmp_path):
    """BIFF8 with a FILEPASS record right after the beginning of the workbook stream."""
    bof = struct.pack("<HHHHHHII", 0x0809, 16, 0x0600, 0x0005, 0, 0, 0, 0)
    stream = bof + struct.pack("<HHHHH", 0x002F, 6, 1, 1, 1) + struct.pack("<HH", 0x000A, 0)
    assert refused(tmp_path, stream + b"\0" * 600, "old.xls").code == "encrypted"


def test_truncated_workbook(tmp_path):
    whole = xlsx("".join(f'<row r="{r}">{inline(f"A{r}", f"value {r}")}</row>' for r in range(1, 500)))
    assert refused(tmp_path, whole[: len(whole) // 2]).code == "damaged"


def test_broken_compression_and_broken_xml(tmp_path):
    whole = bytearray(xlsx(f"<row>{inline('A1', 'x' * 500)}</row>"))
    at = whole.find(b"xl/worksheets/s0.xml") + 40
    whole[at : at + 20] = b"\xff" * 20
    assert refused(tmp_path, bytes(whole)).code == "damaged"
    assert refused(tmp_path, xlsx("<row><c></row>")).code == "damaged"


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE z [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>',
        '<!DOCTYPE z [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE z SYSTEM "http://127.0.0.1:9/z.dtd">',
    ],
)
def test_xml_bombs_and_outside_entities(tmp_path, prolog):
    assert refused(tmp_path, xlsx("<row/>", prolog=prolog)).code == "doctype"


def test_bomb_is_refused_from_the_directory_before_a_reader_starts(tmp_path, monkeypatch):
    monkeypatch.setattr("subprocess.Popen", None)
    refusal = refused(tmp_path, zip_bomb(300 * 1024 * 1024))
    assert refusal.code == "unpacked_too_big"
    assert refusal.params == {"size": 300, "limit": 200}
    assert "200 MB" in refusal.message
    assert "csv" in refusal.message
    assert refused(tmp_path, zip_bomb(30_000_000)).code == "suspicious_archive"


def test_too_many_members_are_refused_without_listing_them(tmp_path):
    members = {f"m{i}": "" for i in range(2_100)}
    refusal = refused(tmp_path, zipped({"[Content_Types].xml": "<Types/>", **members}))
    assert (refusal.code, refusal.params) == ("too_many_members", {"limit": 2000})


def test_repeated_member_names(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "a")
        archive.writestr("xl/workbook.xml", "b")
    assert refused(tmp_path, buffer.getvalue()).code == "unsafe_names"


def test_zip64_directory(tmp_path, monkeypatch):
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 3)
    path = saved(tmp_path / "z.xlsx", xlsx(f"<row>{inline('A1', 'v')}</row>"))
    assert b"PK\x06\x06" in path.read_bytes()
    assert sniff(path, "z.xlsx") is FileKind.XLSX


def test_files_beyond_their_size(tmp_path):
    limits = Limits(text_bytes=1024 * 1024, workbook_bytes=1024)
    assert refused(tmp_path, "a,b\n" * 300_000, "a.csv", limits).code == "too_big"
    assert refused(tmp_path, xlsx(f"<row>{inline('A1', 'v')}</row>"), "a.xlsx", limits).code == "too_big"


def test_memory_is_bounded_and_says_so(tmp_path):
    """Shared strings that unpack to more than the memory allowed: the reader dies, the server does not notice."""
    strings = "".join(f"<si><t>{i:x}{'y' * 400}</t></si>" for i in range(150_000))
    content = xlsx('<row><c t="s"><v>0</v></c></row>', strings=strings)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refusal = refused(tmp_path, content, limits=Limits(memory_bytes=64 * 1024 * 1024))
    assert refusal.code == "out_of_memory"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_time_is_bounded_and_says_so(tmp_path):
    rows = "".join(f'<row r="{r}">{inline(f"A{r}", "v")}</row>' for r in range(1, 120_000))
    content = xlsx(rows)
    assert refused(tmp_path, content, limits=Limits(cpu_seconds=1, ratio=100_000)).code == "out_of_time"
    wall = refused(tmp_path, content, limits=Limits(wall_seconds=0, ratio=100_000))
    assert (wall.code, wall.params) == ("out_of_time", {"limit": 0})


def test_text_that_multiplies_is_stopped(tmp_path):
    strings = "<si><t>" + "x" * 30_000 + "</t></si>"
    row = "<row>" + '<c t="s"><v>0</v></c>' * 100 + "</row>"
    refusal = refused(
        tmp_path, xlsx(row * 5_000, strings=strings), limits=Limits(spool_bytes=20_000_000, ratio=100_000)
    )
    assert refusal.code == "spool_too_big"


def test_long_file_names_are_cut_in_messages(tmp_path):
    path = saved(tmp_path / "x", b"MZ\0\0" * 100)
    with pytest.raises(Refusal) as caught:
        spool(path, "n" * 300 + ".xlsx", tmp_path / "out")
    assert caught.value.params["filename"] == "n" * 79 + "\u2026"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_code_has_its_sentence(language):
    values = {name: "7" for name in ("filename", "size", "limit", "ratio", "row", "encoding", "encodings")}
    with translation.override(language):
        for code in REFUSALS:
            assert "%(" not in refusal_text(RefusalClass(code, **values))
        for template in NOTICES.values():
            assert "%(" not in str(template) % {"count": 1, "rows": "2"}
