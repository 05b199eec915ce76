"""Real workers in processes of their own, killed and stopped for real."""

import signal
from pathlib import Path

import pytest

from guanxi.platform.jobs.tests.house import TIMEOUT, House, house  # noqa: F401

pytestmark = pytest.mark.long


def numbers(report: dict, job_id: int) -> list[int]:
    return [number for job, number, _worker in report["units"] if job == job_id]


def stopped(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def test_racing_workers_never_get_the_same_job(house: House) -> None:  # noqa: F811
    ids = house.call("enqueue", jobs=30, payload={"units": 5})
    workers = [house.worker(), house.worker(concurrency=2)]
    assert [worker.wait(TIMEOUT) for worker in workers] == [0, 0]
    report = house.call("report")
    assert [job["state"] for job in report["jobs"]] == ["done"] * 30
    assert [job["token"] for job in report["jobs"]] == [1] * 30
    assert [numbers(report, pk) for pk in ids] == [list(range(5))] * 30
    assert report["pulses"] == 0


def test_a_killed_worker_is_replaced_and_nothing_is_done_twice(house: House) -> None:  # noqa: F811
    (pk,) = house.call("enqueue", jobs=1, payload={"units": 40, "signal": "SIGKILL", "signal_after": 20})
    assert house.worker().wait(TIMEOUT) == -signal.SIGKILL
    halfway = house.call("report")
    assert numbers(halfway, pk) == list(range(20))
    assert halfway["jobs"][0]["state"] == "running"
    assert house.worker().wait(TIMEOUT) == 0
    report = house.call("report")
    assert numbers(report, pk) == list(range(40))
    assert report["jobs"][0] | {"id": 0} == {
        "id": 0,
        "state": "done",
        "token": 2,
        "attempts": 0,
        "done": 40,
        "counters": {"created": 40},
        "result": {"link": f"/counted/{pk}"},
    }
    assert len({worker for _job, _number, worker in report["units"]}) == 2


def test_sigterm_gives_the_job_back_after_the_chunk(house: House) -> None:  # noqa: F811
    (pk,) = house.call("enqueue", jobs=1, payload={"units": 20, "signal": "SIGTERM", "signal_after": 5})
    assert house.worker().wait(TIMEOUT) == 0
    report = house.call("report")
    assert numbers(report, pk) == list(range(10))
    assert (report["jobs"][0]["state"], report["jobs"][0]["attempts"]) == ("queued", 0)
    assert house.worker().wait(TIMEOUT) == 0
    assert numbers(house.call("report"), pk) == list(range(20))


def test_a_frozen_worker_that_wakes_up_late_changes_nothing(house: House) -> None:  # noqa: F811
    (pk,) = house.call("enqueue", jobs=1, payload={"units": 30, "signal": "SIGSTOP", "signal_after": 10})
    frozen = house.worker()
    try:
        house.until(lambda report: len(report["units"]) == 10 and stopped(frozen.pid))
        assert house.worker().wait(TIMEOUT) == 0
    finally:
        frozen.send_signal(signal.SIGCONT)
    assert frozen.wait(TIMEOUT) == 0
    report = house.call("report")
    assert numbers(report, pk) == list(range(30))
    assert (report["jobs"][0]["state"], report["jobs"][0]["token"]) == ("done", 2)
    assert report["jobs"][0]["counters"] == {"created": 30}


def test_dying_at_any_statement_loses_and_doubles_nothing(house: House) -> None:  # noqa: F811
    assert house.call("crash") > 40
