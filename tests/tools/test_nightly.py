"""run.py nightly: which parts there are, that one's failure keeps no other from running, and that figures are kept between
the marker lines of the report."""

import pytest

from tools import drills, nightly
from tools.nightly import BEGIN, END
from tools.programs import End
from tools.shell import Failure


def test_the_parts_are_all_leaks_each_drill_on_each_of_its_databases_and_the_attacks():
    names = [one.name for one in nightly.parts()]
    assert names[:6] == [
        f"{name}, {database}" for name in ("tests", "benchmark", "leaks") for database in ("sqlite", "postgres")
    ]
    assert {"drill F01, sqlite", "drill F01, postgres", "drill F06", "drill N30, sqlite"} <= set(names)
    assert sum(name.startswith("drill ") for name in names) == sum(len(drill.databases) for drill in drills.DRILLS)
    assert names[-2:] == ["schemathesis", "sqlmap"]
    assert len(set(names)) == len(names)


def test_the_night_runs_the_long_forms():
    assert [part.command for part in nightly.parts() if part.name == "drill F01, sqlite"] == [
        ["-m", "tests.drills.f01"]
    ]


def test_the_report_has_the_marker_lines_once():
    text = nightly.REPORT.read_text()
    assert (text.count(BEGIN), text.count(END)) == (1, 1)
    assert text.index(BEGIN) < text.index(END)


def test_figures_stand_between_the_marker_lines_and_the_newest_replaces_the_older(tmp_path):
    report = tmp_path / "reliability.md"
    report.write_text(
        f"# Reliability\n\nDrills.\n\n{BEGIN}\n| 2026-01-01 | drill Z99 | held | gone | 1 min |\n{END}\n\nAfter.\n"
    )
    for name, end in (
        ("drill F20, sqlite", End(True, "F20: 5 of 5 named", 61, report)),
        ("leaks, sqlite", End(False, "9 combinations | 1 leaks", 120, report)),
        ("drill F20, sqlite", End(True, "F20: 6 of 6 named", 61, report)),
    ):
        nightly.keep(name, end, report)
    text = report.read_text()
    assert text.startswith(f"# Reliability\n\nDrills.\n\n{BEGIN}\n| day |")
    assert text.endswith(f"{END}\n\nAfter.\n")
    assert [row.split(" | ", 1)[1] for row in text.splitlines() if row.startswith("| 2")] == [
        "leaks, sqlite | **failed** | 9 combinations / 1 leaks | 2.0 min |",
        "drill F20, sqlite | held | F20: 6 of 6 named | 1.0 min |",
    ]


def test_a_report_without_marker_lines_is_refused(tmp_path):
    report = tmp_path / "reliability.md"
    report.write_text("# Reliability\n")
    with pytest.raises(Failure, match="has no lines"):
        nightly.keep("sqlmap", End(True, "", 1, report), report)


def test_a_part_that_fails_keeps_no_other_from_running(tmp_path, monkeypatch, capsys):
    asked = []

    def ended(part):
        asked.append(part.name)
        return End(part.name != "drill F11, sqlite", f"{part.name} done", 3, tmp_path)

    report = tmp_path / "reliability.md"
    report.write_text(f"{BEGIN}\n{END}\n")
    monkeypatch.setattr(nightly, "REPORT", report)
    monkeypatch.setattr(nightly, "carry_out", ended)
    monkeypatch.setattr(nightly.environment, "ready", lambda lock: None)
    monkeypatch.setattr(nightly.assets, "ready", lambda: None)
    monkeypatch.setattr(nightly, "run", lambda command: None)
    assert nightly.nightly(["f11", "F12"]) == 1
    assert asked == ["drill F11, sqlite", "drill F11, postgres", "drill F12, sqlite", "drill F12, postgres"]
    assert report.read_text().count("| held |") == 3
    assert "2/4  drill F11, postgres: at most 60 min" in capsys.readouterr().out


def test_an_attack_whose_programs_cannot_be_installed_is_told(monkeypatch):
    def unreachable(lock, folder):
        raise Failure("This step failed with status 1: pip install\nmore")

    monkeypatch.setattr(nightly.environment, "ready", unreachable)
    end = nightly.carry_out(nightly.parts()[-1])
    assert (end.held, end.last) == (False, "not begun: This step failed with status 1: pip install")


def test_a_part_that_does_not_exist_is_refused_before_anything_is_set_up(monkeypatch):
    monkeypatch.setattr(nightly.environment, "ready", None)
    with pytest.raises(Failure, match="No part has that in its name"):
        nightly.nightly(["f99"])
