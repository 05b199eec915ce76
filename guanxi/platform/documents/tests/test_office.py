"""The office program within its limits, with a tiny program in its place: its answer, its time, its children, its memory."""

import os
import stat
import subprocess
import time
from pathlib import Path
from threading import Thread

import pytest

from guanxi.platform.documents import office
from guanxi.platform.documents.errors import NoOffice

#: Finds the folder and the file as the office does.
BEGIN = """#!/bin/sh
for part in "$@"; do file="$part"; done
folder=$(dirname "$file")
"""


@pytest.fixture
def stand_in(settings, tmp_path, monkeypatch):
    """Puts a shell script in the place of the office."""

    def put(script):
        program = tmp_path / "soffice"
        program.write_text(BEGIN + script)
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        settings.OFFICE_PROGRAM = str(program)
        office._program.cache_clear()

    yield put
    office._program.cache_clear()


def lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    told = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(told.strip()) and not told.startswith("Z")


def gone(pid):
    """Whether the process ends within ten seconds of the clock."""
    until = time.monotonic() + 10
    while lives(pid) and time.monotonic() < until:
        os.sched_yield()
    return not lives(pid)


def test_it_is_called_with_a_file_and_a_profile_of_its_own(stand_in, tmp_path):
    stand_in(f'echo "$@" > {tmp_path}/called; cp "$file" "$folder/document.pdf"')
    assert office.to_pdf(b"letter") == b"letter"
    first = (tmp_path / "called").read_text()
    office.to_pdf(b"letter")
    second = (tmp_path / "called").read_text()
    assert "--convert-to pdf:writer_pdf_Export" in first
    profiles = {words.split()[0] for words in (first, second)}
    assert len(profiles) == 2
    assert all(one.startswith("-env:UserInstallation=file:///") for one in profiles)
    assert not Path(first.split()[-1]).exists()  # nothing of the document is left


def test_what_takes_too_long_is_ended_with_its_children(stand_in, tmp_path, monkeypatch):
    monkeypatch.setattr(office, "_SECONDS", 1)
    stand_in(f"sleep 600 & echo $! > {tmp_path}/child; echo $$ > {tmp_path}/own; wait")
    with pytest.raises(NoOffice, match="Word file instead"):
        office.to_pdf(b"letter")
    for name in ("own", "child"):
        assert gone(int((tmp_path / name).read_text())), name


def test_a_child_that_is_left_behind_is_ended(stand_in, tmp_path):
    stand_in(f'cp "$file" "$folder/document.pdf"; sleep 600 & echo $! > {tmp_path}/child')
    assert office.to_pdf(b"letter") == b"letter"
    assert gone(int((tmp_path / "child").read_text()))


@pytest.mark.parametrize(
    ("script", "limit"),
    [
        ('ulimit -v > "$folder/document.pdf"', office._MEMORY // 1024),
        ('ulimit -t > "$folder/document.pdf"', office._SECONDS),
        ('ulimit -c > "$folder/document.pdf"', 0),
    ],
)
def test_it_runs_within_limits(stand_in, script, limit):
    stand_in(script)
    assert int(office.to_pdf(b"letter")) == limit


@pytest.mark.parametrize("script", ["exit 3", "true", "kill -9 $$"])
def test_a_failure_says_what_to_do(stand_in, script):
    stand_in(script)
    with pytest.raises(NoOffice, match="Word file instead"):
        office.to_pdf(b"letter")


def test_two_work_at_once_and_others_wait(stand_in, tmp_path):
    stand_in(
        f'mkdir -p {tmp_path}/now; touch {tmp_path}/now/$$; ls {tmp_path}/now | wc -l >> {tmp_path}/seen; '
        f'cp "$file" "$folder/document.pdf"; rm {tmp_path}/now/$$'
    )  # fmt: skip
    made = []
    threads = [Thread(target=lambda: made.append(office.to_pdf(b"letter"))) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert made == [b"letter"] * 6
    assert max(map(int, (tmp_path / "seen").read_text().split())) <= 2
