"""The subprocess: what it gives, how it is watched, and that it leaves nothing behind."""

from __future__ import annotations

import threading

import pytest

from guanxi.platform.exchange.reading import Cancelled, FileKind, Limits, Refusal, Spool, SpoolInfo, spool
from guanxi.platform.exchange.reading.store import ROWS_PER_OFFSET

from .builders import SAMPLES, cells, saved


def csv_of(rows: int) -> str:
    return "Name,Number\n" + "".join(f"customer {i},{i}\n" for i in range(rows))


def test_spool_of_a_csv_file(tmp_path):
    path = saved(tmp_path / "upload.bin", csv_of(10))
    info = spool(path, "customers.csv", tmp_path / "out")
    assert isinstance(info, SpoolInfo)
    assert (info.kind, info.filename, info.encoding) == (FileKind.TEXT, "customers.csv", "utf-8")
    assert Spool.is_complete(tmp_path / "out")
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [
        "sheet-0.ndjson",
        "sheet-0.offsets",
        "spool.json",
    ]


def test_any_range_of_rows_by_offset(tmp_path):
    count = 3 * ROWS_PER_OFFSET + 7
    spool(saved(tmp_path / "a.csv", csv_of(count)), "a.csv", tmp_path / "out")
    reader = Spool(tmp_path / "out")
    everything = list(reader.rows())
    assert len(everything) == count + 1
    for start, stop in ((0, 5), (999, 1001), (1000, 1000), (2500, 2600), (count, None), (count + 1, None), (5, 10**9)):
        assert list(reader.rows(0, start, stop)) == everything[start:stop]
    assert [row.cells for row in reader.preview(0, 2)] == [["customer 0", "0"], ["customer 1", "1"]]
    with pytest.raises(ValueError, match="from 0"):
        list(reader.rows(0, -1))


def test_threads_share_a_spool(tmp_path):
    spool(saved(tmp_path / "a.csv", csv_of(4_000)), "a.csv", tmp_path / "out")
    reader = Spool(tmp_path / "out")
    found: dict[int, list[int]] = {}
    threads = [
        threading.Thread(
            target=lambda k=k: found.update({k: [r.number for r in reader.rows(0, k * 500, k * 500 + 500)]})
        )
        for k in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {k: list(range(k * 500 + 1, k * 500 + 501)) for k in range(8)}


def test_progress_and_cancel(tmp_path):
    path = saved(tmp_path / "a.csv", csv_of(400_000))
    seen: list[int] = []
    with pytest.raises(Cancelled):
        spool(path, "a.csv", tmp_path / "out", on_progress=seen.append, cancelled=lambda: bool(seen))
    assert seen
    assert 0 < seen[0] <= 400_001
    assert not (tmp_path / "out").exists()


def test_an_unfinished_spool_is_replaced(tmp_path):
    folder = tmp_path / "spools" / "out"
    left = [tmp_path / "spools" / "out.part-killed", folder]
    for unfinished in left:
        unfinished.mkdir(parents=True)
        (unfinished / "sheet-7.ndjson").write_bytes(b"left by a killed worker")
    assert not Spool.is_complete(folder)
    spool(saved(tmp_path / "a.csv", csv_of(1)), "a.csv", folder)
    assert Spool.is_complete(folder)
    assert not (folder / "sheet-7.ndjson").exists()
    assert list((tmp_path / "spools").iterdir()) == [folder]


def test_the_subprocess_gets_no_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONSTARTUP", "/nonexistent")
    monkeypatch.setenv("PYTHONPATH", "/nonexistent")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "no.such.module")
    assert spool(saved(tmp_path / "a.csv", csv_of(1)), "a.csv", tmp_path / "out").sheets[0].rows == 2


def test_a_reader_that_dies_for_no_known_reason(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("guanxi.platform.exchange.reading.runner.__package__", "no_such_module")
    with pytest.raises(Refusal, match="reader_failed"):
        spool(saved(tmp_path / "a.csv", csv_of(1)), "a.csv", tmp_path / "out")
    assert "no_such_module" in caplog.text


def test_header_chosen_by_the_user(tmp_path):
    content = "x,y\nName,Phone\nA,1\n"
    info = spool(saved(tmp_path / "a.csv", content), "a.csv", tmp_path / "out", limits=Limits())
    reader = Spool(tmp_path / "out")
    assert info.sheets[0].header == (1, 1)
    assert reader.names(0, 0) == ("x", "y")
    assert reader.names(0, 0, 1) == ("x / Name", "y / Phone")


def test_wide_characters_survive_the_pipe_and_the_spool(tmp_path):
    name = SAMPLES["person"] + "\U0001f600.csv"
    info = spool(saved(tmp_path / "a.csv", "Name\n\U00020bb7\U0001f600\n"), name, tmp_path / "out")
    assert info.filename == name
    assert cells(Spool(tmp_path / "out"))[1] == ["\U00020bb7\U0001f600"]
