"""run.py nightly: which parts there are, and that figures are kept between the marker lines."""

from tools import nightly
from tools.nightly import BEGIN, END, Part, Result


def test_every_drill_is_a_part_by_being_there():
    names = [one.name for one in nightly.parts()]
    assert names[:2] == ["leaks, sqlite", "leaks, postgres"]
    assert {"drill F10", "drill F19", "drill F20"} <= set(names)
    assert names[-2:] == ["schemathesis", "sqlmap"]


def test_figures_stand_between_the_marker_lines_and_the_newest_replaces_the_older(tmp_path):
    report = tmp_path / "reliability.md"
    report.write_text(f"# Reliability\n\nDrills.\n\n{BEGIN}\n{END}\n\nAfter.\n")
    leaks, drill = Part("leaks, sqlite", ()), Part("drill F20", ())
    nightly.keep([Result(drill, True, "F20: 5 of 5 named", 61)], report)
    nightly.keep([Result(leaks, False, "9 combinations, 1 leaks", 120)], report)
    nightly.keep([Result(drill, True, "F20: 6 of 6 named", 61)], report)
    text = report.read_text()
    assert text.startswith("# Reliability\n\nDrills.\n")
    assert text.endswith(f"{END}\n\nAfter.\n")
    rows = [row for row in text.splitlines() if row.startswith("| 2")]
    assert ["leaks, sqlite | **failed** | 9 combinations, 1 leaks | 2 min" in rows[0], "6 of 6 named" in rows[1]] == [
        True,
        True,
    ]
    assert len(rows) == 2


def test_a_missing_report_is_begun(tmp_path):
    nightly.keep([Result(Part("sqlmap", ()), True, "nothing gives way", 1)], tmp_path / "new.md")
    assert BEGIN in (tmp_path / "new.md").read_text()


def test_a_part_says_by_its_last_line_and_its_status_how_it_went(tmp_path, monkeypatch):
    monkeypatch.setattr(nightly, "ROOT", tmp_path)
    found = nightly.carry_out(Part("small", ("-c", "print('much'); print('3 calls, 1 finding'); raise SystemExit(1)")))
    assert (found.held, found.figure) == (False, "3 calls, 1 finding")
