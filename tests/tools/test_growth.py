"""Figures of several sizes beside each other."""

import json

import pytest

from bench import growth


def report(folder, size, database="sqlite", **figures):
    file = folder / f"{database}-{size}.json"
    found = [{"name": name, "value": value, "unit": unit} for name, (value, unit) in figures.items()]
    file.write_text(json.dumps({"size": size, "database": database, "figures": found}))
    return file


def test_what_grows_faster_than_n_log_n_is_named(tmp_path):
    small = report(tmp_path, 10_000, page=(40, "ms"), work=(1_000, "rows/s"), crowd=(20, "/s"), slow=(10, "ms"))
    large = report(tmp_path, 1_000_000, page=(60, "ms"), work=(800, "rows/s"), crowd=(10, "/s"), slow=(2_000, "ms"))
    text, faster = growth.table([large, small])
    assert faster == ["slow"]
    rows = {line.split(" | ")[0].strip("| "): line for line in text.splitlines()}
    assert "10,000 | 1,000,000" in text.splitlines()[0]
    assert rows["page"].endswith("| 40.0 ms | 60.0 ms | 0.09 |")
    assert rows["work"].endswith("| 10,000.0 ms | 1,250,000.0 ms | 1.05 |")
    assert rows["crowd"].endswith("| 50.0 ms | 100.0 ms | 0.15 |")


def test_reports_of_one_size_or_of_two_databases_are_refused(tmp_path):
    one = report(tmp_path, 1_000, page=(1, "ms"))
    for other in (one, report(tmp_path, 2_000, "postgres", page=(1, "ms"))):
        with pytest.raises(ValueError, match="several sizes"):
            growth.table([one, other])
