"""Files that no import takes: told why within seconds, nothing written, nothing left behind."""

import struct
import time

import pytest
from django.utils.translation import override

from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.exchange import services
from guanxi.platform.exchange.models import Import
from guanxi.platform.exchange.tests.importing import imported, upload
from guanxi.platform.exchange.tests.reading.builders import encrypted_workbook, inline, xlsx, zip_bomb
from guanxi.platform.files.errors import FileRefused
from guanxi.platform.jobs.sentences import render
from tests.contract.digest import digest_of_tables

BOMB = '<!DOCTYPE z [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
PROGRAM = b"MZ\x90\0\x03\0\0\0" + bytes(range(256)) * 20
WHOLE = xlsx("".join(f'<row r="{row}">{inline(f"A{row}", f"value {row}")}</row>' for row in range(1, 500)))
#: File name → content, and words of the message.
AT_THE_DOOR = {
    "zip-bomb.xlsx": (zip_bomb(300 * 1024 * 1024), ("300 MB", "200 MB", "csv")),
    "compressed.xlsx": (zip_bomb(30_000_000), ("compressed", "csv")),
    "program.xlsx": (PROGRAM, ("program",)),
    "program.csv": (PROGRAM, ("program",)),
    "page.xls": (b"<html><body><table><tr><td>1</td></tr></table></body></html>", ("web page", "xlsx")),
    "truncated.xlsx": (WHOLE[: len(WHOLE) // 2], ("damaged",)),
    "sealed.xlsx": (encrypted_workbook(), ("password",)),
    "empty.csv": (b"", ("empty",)),
}
OLD_SEALED = struct.pack("<HHHHHHII", 0x0809, 16, 0x0600, 5, 0, 0, 0, 0) + struct.pack(
    "<HHHHHHH", 0x2F, 6, 1, 1, 1, 0x0A, 0
)
BY_THE_READER = {
    "xml-bomb.xlsx": (xlsx("<row/>", prolog=BOMB), ("attacks", "csv")),
    "sealed.xls": (OLD_SEALED + b"\0" * 600, ("password",)),
    "broken.xlsx": (xlsx("<row><c></row>"), ("damaged",)),
    "no-rows.xlsx": (xlsx(""), ("no rows",)),
}
#: What tells of the attempt itself.
ATTEMPT = ("exchange_import", "files_", "jobs_", "notices_")


@pytest.fixture
def chief(organisation, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return organisation.everything()


def business():
    return {table: one for table, one in digest_of_tables().items() if not table.split(".")[1].startswith(ATTEMPT)}


@pytest.mark.parametrize("name", AT_THE_DOOR)
def test_what_is_no_table_is_refused_at_the_door_and_nothing_is_written(chief, tmp_path, name):
    content, words = AT_THE_DOOR[name]
    before, began = digest_of_tables(), time.monotonic()
    with override("en"), pytest.raises(FileRefused) as refusal:
        upload("fakes.company", chief, content, name)
    with override("en"):
        assert [word for word in words if word not in str(refusal.value)] == []
    assert time.monotonic() - began < 5
    assert digest_of_tables() == before
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", BY_THE_READER)
def test_what_cannot_be_read_is_refused_by_the_reader_and_leaves_no_spool(chief, tmp_path, name):
    content, words = BY_THE_READER[name]
    before, began = business(), time.monotonic()
    chosen = upload("fakes.company", chief, content, name)
    assert chosen.state == "refused"
    with override("en"):
        assert [word for word in words if word not in render(chosen.error)] == []
    with pytest.raises(Rejected):
        services.start(chosen, chief)
    assert time.monotonic() - began < 10
    assert business() == before
    assert list((tmp_path / "imports").glob("*")) == []
    services.cancel(chosen, chief)
    assert not Import.objects.exists()


def test_a_table_with_the_wrong_ending_is_read(chief):
    chosen = imported("fakes.company", chief, "Code\tName\nA-1\tAcme\n", name="really-text.xls")
    assert chosen.counters == {"created": 1}
    book = xlsx(
        f"<row>{inline('A1', 'Code')}{inline('B1', 'Name')}</row><row>{inline('A2', 'A-2')}{inline('B2', 'B')}</row>"
    )
    assert imported("fakes.company", chief, book, name="really-new.xls").counters == {"created": 1}
