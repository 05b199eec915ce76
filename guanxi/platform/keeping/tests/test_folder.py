"""The folder of backups: what lies there is what there is; names lead nowhere else; the rule keeps enough."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from guanxi.platform.access.gate import NotFound
from guanxi.platform.keeping import catalogue, services
from guanxi.platform.keeping.catalogue import Backup
from guanxi.platform.keeping.checks import backups_are_sealed, key_is_long

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.KEEPING = {"folder": str(tmp_path), "keep": 3, "keep_months": 2, "hour": 2}
    return tmp_path


def made(folder, name, at=NOW, reason="daily", **more):
    (folder / name).write_bytes(b"x" * 5)
    return catalogue.enter(Backup(name=name, made_at=at, reason=reason, size=5, **more))


def test_the_newest_come_first_and_what_has_no_description_is_shown_all_the_same(folder):
    made(folder, "a.gxb", NOW - timedelta(days=1))
    made(folder, "b.gxb", verified_at=NOW)
    (folder / "foreign.tar.gz").write_bytes(b"xy")
    (folder / ".c.gxb.part").write_bytes(b"")
    (folder / "notes.txt").write_bytes(b"")
    (folder / "link.gxb").symlink_to("/etc/passwd")
    found = catalogue.backups()
    assert [one.name for one in found] == ["foreign.tar.gz", "b.gxb", "a.gxb"]
    assert (found[0].size, found[1].verified_at) == (2, NOW)


@pytest.mark.parametrize(
    "name", ["../secret.key", "/etc/passwd", "..", "", "a.gxb.json", "link.gxb", "missing.gxb", "x/../a.gxb"]
)
def test_a_name_leads_nowhere_else(folder, name):
    made(folder, "a.gxb")
    (folder / "link.gxb").symlink_to("/etc/passwd")
    with pytest.raises(NotFound):
        catalogue.get(name)


def test_the_rule_keeps_the_newest_one_a_month_and_the_last_that_was_verified(folder):
    for day in range(0, 100, 5):
        made(folder, f"{day:03}.gxb", NOW - timedelta(days=day))
    made(folder, "040.gxb", NOW - timedelta(days=40), verified_at=NOW)
    made(folder, "before.gxb", NOW - timedelta(days=300), reason="before-restore")
    gone = {one.name for one in catalogue.outdated(catalogue.backups())}
    assert {one.name for one in catalogue.backups()} - gone == {
        "000.gxb", "005.gxb", "010.gxb", "040.gxb", "before.gxb",
    }  # fmt: skip


def test_what_a_killed_process_left_half_written_goes(folder):
    for name, age in ((".old.gxb.part", 2), (".young.gxb.part", 0)):
        (folder / name).write_bytes(b"")
        moment = (NOW - timedelta(days=age)).timestamp()
        os.utime(folder / name, (moment, moment))
    catalogue.sweep(folder, NOW)
    assert [path.name for path in folder.iterdir()] == [".young.gxb.part"]


def test_the_backup_of_the_day_is_made_once_after_its_hour(folder, settings):
    night = datetime(2026, 3, 10, 17, 30, tzinfo=UTC)  # half past one in Shanghai
    assert services.wanted_now(night)  # none was ever made: the hour of yesterday has passed
    made(folder, "yesterday.gxb", night - timedelta(hours=20))
    assert not services.wanted_now(night)
    assert services.wanted_now(night + timedelta(hours=1))
    made(folder, "today.gxb", night + timedelta(hours=1))
    assert not services.wanted_now(night + timedelta(hours=5))
    settings.KEEPING = {**settings.KEEPING, "hour": -1}
    assert not services.wanted_now(night + timedelta(days=9))


def test_a_key_that_can_be_guessed_stops_the_server(settings):
    for key, wrong in (("", []), ("short", ["keeping.E001"]), ("a long enough passphrase", [])):
        settings.KEEPING = {**settings.KEEPING, "key": key}
        assert [error.id for error in key_is_long(None)] == wrong
    assert backups_are_sealed(None) == []
