"""What imports leave on the disk, and when it goes."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from guanxi.platform.exchange import folders, jobs
from guanxi.platform.exchange.models import Import
from guanxi.platform.exchange.tests.importing import upload


@pytest.fixture
def chosen(organisation, tmp_path, settings) -> Import:
    settings.DATA_DIR = tmp_path
    return upload("fakes.company", organisation.everything(), "Name,Phone\nAcme,13800138000\n")


def aged(path: Path, **ago: int) -> Path:
    """Nothing was written in it for so long."""
    moment = (timezone.now() - timedelta(**ago)).timestamp()
    for one in (*path.glob("*"), path):
        os.utime(one, (moment, moment))
    return path


def half_written(chosen: Import) -> Path:
    """What a reader that was killed leaves."""
    path = folders.folder_of(chosen)
    left = path.with_name(f"{path.name}.part-x1y2")
    left.mkdir()
    (left / "rows").write_text("Acme,13800138000")
    return left


def test_what_a_killed_reader_left_goes_and_the_spool_stays(chosen):
    left = aged(half_written(chosen), hours=2)
    whole = aged(folders.folder_of(chosen), days=2)
    jobs.throw_spools_away()
    assert not left.exists() and whole.is_dir()


def test_a_reader_that_still_writes_is_left_alone(chosen):
    left = aged(half_written(chosen), hours=2)
    (left / "more").write_text("Bolt")
    jobs.throw_spools_away()
    assert left.exists()


def test_spools_of_old_imports_and_of_none_go(chosen):
    spool = folders.folder_of(chosen)
    strange = spool.with_name("strange")
    strange.mkdir()
    aged(strange, hours=2)
    assert folders.throw_away(now=timezone.now()) == 1
    assert folders.throw_away(now=timezone.now() + timedelta(days=31)) == 1
    assert not spool.exists() and not strange.exists()


def test_more_than_are_looked_at_in_one_go(chosen, monkeypatch):
    monkeypatch.setattr(folders, "AT_ONCE", 2)
    for number in range(7):
        made = folders.root() / f"{number}.part-z"
        made.mkdir()
        aged(made, hours=2)
    assert folders.throw_away(now=timezone.now()) == 7
    assert folders.folder_of(chosen).is_dir()


def test_without_a_folder_there_is_nothing_to_do(db, tmp_path, settings):
    settings.DATA_DIR = tmp_path
    assert folders.throw_away(now=timezone.now()) == 0
