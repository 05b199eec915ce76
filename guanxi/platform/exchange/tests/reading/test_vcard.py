"""Address cards of all three versions, as telephones and Outlook really write them."""

from __future__ import annotations

import base64
import quopri
from typing import Any

from guanxi.platform.exchange.reading import FileKind, Spool, sniff
from guanxi.platform.exchange.reading.vcard import HEADINGS

from .builders import SAMPLES, read_here, saved


def people(spool: Spool) -> list[dict[str, Any]]:
    header, *rows = [row.cells for row in spool.rows()]
    assert header == list(HEADINGS)
    assert spool.info.sheets[0].header == (0, 0)
    return [{name: cell for name, cell in zip(HEADINGS, cells, strict=False) if cell is not None} for cells in rows]


def quoted(text: str, charset: str) -> bytes:
    return quopri.encodestring(text.encode(charset), quotetabs=True)


def test_version_2_1_with_quoted_printable_gbk_and_a_photo(tmp_path):
    name = quoted(f"{SAMPLES['family']};{SAMPLES['given']}", "gbk")
    note = quoted(SAMPLES["note"], "gbk")
    photo = base64.encodebytes(b"\xff\xd8" + b"picture" * 300).replace(b"\n", b"\r\n ")
    card = (
        b"BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=GB2312;ENCODING=QUOTED-PRINTABLE:"
        + name.replace(b"=3B", b";")
        + b"\r\n"
        b"TEL;CELL:13800138000\r\nTEL;WORK;FAX:0571-1\r\nTEL;HOME;VOICE:0571-2\r\n"
        b"PHOTO;ENCODING=BASE64;JPEG:" + photo + b"\r\n\r\n"
        b"NOTE;CHARSET=GBK;ENCODING=QUOTED-PRINTABLE:"
        + note.replace(b"\n", b"\r\n")
        + b"\r\nBDAY:19800305\r\nEND:VCARD\r\n"
    )
    path = saved(tmp_path / "a.vcf", card)
    assert sniff(path, "a.vcf") is FileKind.VCARD
    spool = read_here(path)
    assert people(spool) == [
        {
            "Name": SAMPLES["person"], "Family name": SAMPLES["family"], "Given name": SAMPLES["given"],
            "Mobile phone": "13800138000", "Fax": "0571-1", "Home phone": "0571-2", "Birthday": {"d": "1980-03-05"},
            "Note": SAMPLES["note"],
        }
    ]  # fmt: skip
    (notice,) = spool.info.sheets[0].notices
    assert (notice.code, notice.count, notice.rows) == ("pictures", 1, (2,))


def test_version_3_with_groups_folds_and_several_values(tmp_path):
    lines = [
        "BEGIN:VCARD", "VERSION:3.0", f"FN:{SAMPLES['person']}", f"N:{SAMPLES['family']};{SAMPLES['given']};;;",
        f"ORG:{SAMPLES['company']};{SAMPLES['unit']}", f"TITLE:{SAMPLES['job']}",
        "item1.TEL;type=CELL;type=VOICE;type=pref:138 0013 8000", "TEL;TYPE=CELL:13900139000", "TEL;TYPE=CELL:13700137000",
        "TEL;TYPE=WORK,VOICE:0571-88888888", "EMAIL;TYPE=INTERNET:a@example.com", "EMAIL:b@example.com",
        f"ADR;TYPE=WORK:;;{SAMPLES['street']};{SAMPLES['city']};{SAMPLES['province']};310000;{SAMPLES['country']}",
        "CATEGORIES:VIP,key\\, account", "NOTE:one\\ntwo\\, three\\; four", "BDAY:--0305", "END:VCARD",
    ]  # fmt: skip
    folded = b"".join(line[:30] + b"\r\n " + line[30:] + b"\r\n" if len(line) > 40 else line + b"\r\n" for line in
                      (line.encode() for line in lines))  # fmt: skip
    (person,) = people(read_here(saved(tmp_path / "b.vcf", folded)))
    assert person == {
        "Name": SAMPLES["person"], "Family name": SAMPLES["family"], "Given name": SAMPLES["given"],
        "Organisation": SAMPLES["company"], "Department": SAMPLES["unit"], "Job title": SAMPLES["job"],
        "Mobile phone": "138 0013 8000", "Mobile phone 2": "13900139000; 13700137000", "Work phone": "0571-88888888",
        "E-mail": "a@example.com", "E-mail 2": "b@example.com", "Work address": SAMPLES["street"],
        "Work city": SAMPLES["city"], "Work province": SAMPLES["province"], "Work postal code": "310000",
        "Work country": SAMPLES["country"], "Categories": "VIP, key, account", "Note": "one\ntwo, three; four",
        "Birthday without year": "--0305",
    }  # fmt: skip


def test_version_4_with_uris_and_quoted_parameters(tmp_path):
    card = (
        'BEGIN:VCARD\nVERSION:4.0\nFN:Ann Lee\nTEL;VALUE=uri;TYPE="cell,voice":tel:+8613800138000\n'
        'ADR;LABEL="a:b;c";TYPE=home:;;1 Main St;Town;;;\nANNIVERSARY:2010-05-06\nUID:urn:uuid:1\nGENDER:F\nEND:VCARD\n'
    )
    (person,) = people(read_here(saved(tmp_path / "c.vcf", card)))
    assert person == {
        "Name": "Ann Lee", "Mobile phone": "+8613800138000", "Home address": "1 Main St", "Home city": "Town",
        "Anniversary": {"d": "2010-05-06"}, "UID": "urn:uuid:1", "Gender": "Female",
    }  # fmt: skip


def test_raw_gbk_and_utf16_files(tmp_path):
    card = f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{SAMPLES['person']}\r\nORG:{SAMPLES['company']}\r\nEND:VCARD\r\n" * 3
    for name, content in (
        ("g.vcf", card.encode("gbk")),
        ("u.vcf", card.encode("utf-16")),
        ("m.vcf", card.encode("utf-8-sig")),
    ):
        found = people(read_here(saved(tmp_path / name, content)))
        assert [person["Name"] for person in found] == [SAMPLES["person"]] * 3


def test_nested_card_missing_end_and_rubbish(tmp_path):
    card = (
        "BEGIN:VCARD\nFN:Outer\nAGENT:\nBEGIN:VCARD\nFN:Inner\nEND:VCARD\nrubbish\n:;:\nTITLE:Boss\nEND:VCARD\n"
        "BEGIN:VCARD\nN:Lee;Ann\nPHOTO;ENCODING=b:!!!\nX;ENCODING=BASE64:!\n"
    )
    first, second = people(read_here(saved(tmp_path / "n.vcf", card)))
    assert first == {"Name": "Outer", "Job title": "Boss"}
    assert second["Name"] == "Ann Lee"
