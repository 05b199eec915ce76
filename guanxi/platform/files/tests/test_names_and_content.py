from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.platform.files.content import TYPES, check_type, recognise
from guanxi.platform.files.errors import FileRefused
from guanxi.platform.files.names import clean_name, extension_of
from guanxi.platform.files.tests import samples


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/etc/shadow", "shadow"),
        ("C:\\Users\\me\\a.xlsx", "a.xlsx"),
        ("..", "file"),
        ("", "file"),
        ("...\0", "file"),
        ("a\0b.csv", "ab.csv"),
        ("a\r\nSet-Cookie: x.csv", "a Set-Cookie_ x.csv"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("bad\ud800.csv", "bad.csv"),
        ("%2e%2e%2fa.csv", "%2e%2e%2fa.csv"),
        ("\u5ba2\u6237\U00020bb7.xlsx", "\u5ba2\u6237\U00020bb7.xlsx"),
        ("noextension", "noextension"),
        (".bashrc", "bashrc"),
    ],
)
def test_names_are_made_harmless(given_name, kept):
    assert clean_name(given_name) == kept


def test_a_long_name_keeps_its_extension():
    assert clean_name("x" * 300 + ".xlsx") == "x" * 250 + ".xlsx"
    assert len(clean_name("y." + "x" * 300)) == 255


@given(st.text(max_size=600))
def test_no_name_leads_anywhere(text):
    name = clean_name(text)
    assert 0 < len(name) <= 255
    assert name not in {".", ".."}
    assert not set(name) & set("/\\\0\r\n")
    name.encode("utf-8")
    assert clean_name(name) == name


def test_extensions_are_compared_in_lower_case():
    assert [extension_of(name) for name in ("A.XLSX", "a.tar.gz", "none", ".hidden")] == ["xlsx", "gz", "", ""]


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (samples.PNG, "png"),
        (samples.OLE, "ole"),
        (samples.EXE, "program"),
        (samples.SVG, "markup"),
        (samples.HTML, "markup"),
        (samples.HTML.decode("utf-8").lstrip("\ufeff").encode("utf-16"), "markup"),
        (b"\n\n<!DOCTYPE html><p>", "markup"),
        (samples.PDF, "pdf"),
        (samples.XLSX, "xlsx"),
        (samples.DOCX, "docx"),
        (samples.ODS, "ods"),
        (samples.ZIP, "zip"),
        (samples.XLSX[:200], "unknown"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", "wav"),
        (b"\0\0\0\x20ftypM4A ", "m4a"),
        (b"\xff\xd8\xff\xe0", "jpeg"),
        (b"BEGIN:VCARD\r\nVERSION:3.0", "vcard"),
        ("BEGIN:VCARD\r\n".encode("utf-16-le"), "vcard"),
        ("\u59d3\u540d,\u7535\u8bdd\n".encode("gb18030"), "text"),
        ("name,phone\n".encode("utf-16-be"), "text"),
        (b"a,b\n1,<b>2</b>\n", "text"),
        (b"\0\1\2\3binary\0\0", "unknown"),
        (b"", "empty"),
    ],
)
def test_bytes_say_what_they_are(tmp_path, content, found):
    assert recognise(write(tmp_path / "f", content)) == found


@pytest.mark.parametrize(
    ("content", "extension", "purpose", "code"),
    [
        (samples.EXE, "xlsx", "import", "mismatch"),
        (samples.EXE, "exe", "attachment", "type"),
        (samples.SVG, "svg", "attachment", "type"),
        (samples.HTML, "html", "attachment", "type"),
        (samples.SVG, "png", "attachment", "markup"),
        (samples.HTML, "xls", "import", "markup"),
        (samples.HTML, "csv", "import", "markup"),
        (samples.HTML, "txt", "attachment", "markup"),
        (samples.OLE, "xlsx", "import", "encrypted"),
        (samples.ZIP, "xlsx", "import", "mismatch"),
        (samples.XLSX[:200], "xlsx", "import", "mismatch"),
        (b"", "csv", "import", "empty"),
        (samples.PNG, "png", "import", "type"),
        (samples.PDF, "pdf", "photo", "type"),
        (b"plain", "", "attachment", "type"),
    ],
)
def test_what_does_not_agree_is_refused_with_its_reason(tmp_path, content, extension, purpose, code):
    with pytest.raises(FileRefused) as refused:
        check_type(write(tmp_path / "f", content), extension, purpose)
    assert refused.value.code == code
    assert "%(" not in str(refused.value)


def test_no_accepted_type_is_one_a_browser_runs():
    assert not {"html", "htm", "svg", "xml", "xhtml", "js", "exe", "xlsm"} & set(TYPES)
    assert all(kind.found and kind.purposes for kind in TYPES.values())
