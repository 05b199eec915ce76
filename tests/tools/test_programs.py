"""A long program within its limit of time: how it ends is told, and nothing of it is left."""

import os
import time
from pathlib import Path

from tools import programs

LONG_LIVED = "import subprocess, sys; print(subprocess.Popen(['sleep', '600']).pid, flush=True); sys.stdin = None; "


def test_its_last_line_and_its_status_say_how_it_went(tmp_path):
    log = tmp_path / "small.log"
    end = programs.carry_out(
        ["-c", "import sys; print('much'); print('late', file=sys.stderr); print('3 calls'); sys.exit(1)"],
        "sqlite", log, 60,
    )  # fmt: skip
    assert (end.held, end.last) == (False, "3 calls")
    assert log.read_text() == "much\n3 calls\nlate\n"


def test_one_that_takes_too_long_is_stopped_with_all_that_it_has_started(tmp_path):
    end = programs.carry_out(
        ["-c", LONG_LIVED + "import time; time.sleep(600)"], "sqlite", tmp_path / "long.log", 3, farewell=5
    )
    child = end.last.rsplit(maxsplit=1)[-1]
    assert not end.held
    assert end.last == f"stopped after 0 min; its last words: {child}"
    assert _gone(int(child))


def test_what_a_program_leaves_running_ends_with_it(tmp_path):
    end = programs.carry_out(["-c", LONG_LIVED], "sqlite", tmp_path / "left.log", 60)
    assert end.held
    assert _gone(int(end.last))


def test_a_database_that_cannot_be_had_is_told_and_raises_nothing(tmp_path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(programs.postgres, "find_programs", _missing)
    end = programs.carry_out(["-c", "pass"], "postgres", tmp_path / "none.log", 60)
    assert (end.held, end.last) == (False, "PostgreSQL is not installed.")


def _missing():
    raise programs.Failure("PostgreSQL is not installed.\n  apt-get install postgresql")


def _gone(pid: int) -> bool:
    """Whether the process is no more, or only waits for somebody to take note of its end."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
            os.sched_yield()
        except FileNotFoundError:
            return True
    return False
