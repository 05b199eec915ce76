import subprocess
import sys
import threading
from datetime import timedelta

import pytest

from guanxi.platform.jobs import claims, leases, process_names, registry
from guanxi.platform.jobs.conf import JobSettings
from guanxi.platform.jobs.context import JobContext
from guanxi.platform.jobs.jobs import clean_up
from guanxi.platform.jobs.models import Job, JobPulse, Lease, PeriodicRun
from guanxi.platform.jobs.selectors import worker_alive
from guanxi.platform.jobs.services import cancel, enqueue
from guanxi.platform.jobs.ticks import Ticker
from guanxi.platform.jobs.worker import Heart

pytestmark = pytest.mark.django_db(databases="__all__")
CONF = JobSettings()
LEASE = CONF.lease_time


@pytest.fixture
def claimed(declare, clock) -> Job:
    enqueue(declare(lambda context: None, max_attempts=2), {}, owner_id=1, label="Test")
    return claims.claim_next("w1", now=clock(), conf=CONF)


@pytest.fixture
def heart(clock) -> Heart:
    return Heart(CONF, clock)


def test_heartbeats_keep_a_job(claimed, heart, clock):
    heart.hold(JobContext(claimed, clock=clock))
    for _ in range(10):
        clock.forward(CONF.heartbeat)
        heart.beat()
        assert claims.take_back_lost(now=clock(), conf=CONF) == 0
    assert Job.objects.get().state == "running"


def test_without_heartbeats_the_job_is_taken_back_after_the_lease(claimed, clock):
    clock.forward(CONF.lease - 1)
    assert claims.take_back_lost(now=clock(), conf=CONF) == 0
    clock.forward(1)
    assert claims.take_back_lost(now=clock(), conf=CONF) == 1
    assert Job.objects.get().state == "queued"


def test_a_pulse_that_was_never_written_or_was_thrown_away_loses_no_job(claimed, clock):
    JobPulse.objects.all().delete()
    clock.forward(1)
    assert claims.take_back_lost(now=clock(), conf=CONF) == 0
    clock.forward(CONF.lease)
    assert claims.take_back_lost(now=clock(), conf=CONF) == 1


def test_a_clock_set_back_does_not_keep_the_dead_alive(claimed, clock):
    clock.forward(-7200)
    assert claims.take_back_lost(now=clock(), conf=CONF) == 1


def test_a_job_that_keeps_killing_its_workers_is_given_up(claimed, clock):
    clock.forward(CONF.lease + 1)
    claims.take_back_lost(now=clock(), conf=CONF)
    claims.claim_next("w2", now=clock(), conf=CONF)
    clock.forward(CONF.lease + 1)
    claims.take_back_lost(now=clock(), conf=CONF)
    job = Job.objects.get()
    assert (job.state, job.error_code) == ("failed", "worker_lost")


def test_a_lost_job_whose_owner_wanted_it_stopped_stays_stopped(claimed, clock):
    cancel(claimed, by=1)
    clock.forward(CONF.lease + 1)
    claims.take_back_lost(now=clock(), conf=CONF)
    assert Job.objects.get().state == "cancelled"


def test_a_heart_restores_its_own_pulse_and_notices_a_new_owner(claimed, heart, clock):
    context = JobContext(claimed, clock=clock)
    heart.hold(context)
    JobPulse.objects.all().delete()
    heart.beat()
    assert JobPulse.objects.get().token == claimed.token
    assert not context.lost.is_set()
    clock.forward(CONF.lease + 1)
    claims.take_back_lost(now=clock(), conf=CONF)
    claims.claim_next("w2", now=clock(), conf=CONF)
    heart.beat()
    assert context.lost.is_set()
    assert JobPulse.objects.get().worker == "w2"


def test_a_right_has_one_holder_until_it_runs_out(clock, django_assert_num_queries):
    assert leases.acquire("tick", "a", now=clock(), lease=LEASE)
    assert not leases.acquire("tick", "b", now=clock(), lease=LEASE)
    clock.forward(5)
    assert leases.acquire("tick", "a", now=clock(), lease=LEASE)
    assert Lease.objects.get().lease_until == clock() + LEASE - timedelta(seconds=5)
    clock.forward(10)
    assert leases.acquire("tick", "a", now=clock(), lease=LEASE)
    assert Lease.objects.get().lease_until == clock() + LEASE
    clock.forward(CONF.lease)
    assert leases.acquire("tick", "b", now=clock(), lease=LEASE)
    assert not leases.acquire("tick", "a", now=clock(), lease=LEASE)
    clock.forward(-7200)
    assert leases.acquire("tick", "a", now=clock(), lease=LEASE)
    leases.give_up("tick", "a")
    assert leases.acquire("tick", "b", now=clock(), lease=LEASE)


@pytest.fixture
def calls(monkeypatch) -> list[str]:
    """Two periodic functions, one of which always fails, and the log of their calls."""
    calls: list[str] = []

    def fails() -> None:
        calls.append("broken")
        raise RuntimeError("no")

    monkeypatch.setattr(registry, "_periodics", {})
    registry.periodic(every=timedelta(days=1), name="broken")(fails)
    registry.periodic(every=timedelta(seconds=2), name="often")(lambda: calls.append("often"))
    return calls


def ticker(name, clock) -> Ticker:
    return Ticker(name, stopping=threading.Event(), conf=CONF, clock=clock)


def test_one_worker_ticks_and_a_broken_function_stops_no_other(calls, clock):
    first, second = ticker("a", clock), ticker("b", clock)
    assert not worker_alive(clock())
    assert (first.tick(), second.tick()) == (True, False)
    assert worker_alive(clock())
    assert calls == ["broken", "often"]
    clock.forward(1)
    first.tick()
    assert calls == ["broken", "often"]
    clock.forward(1)
    first.tick()
    assert calls == ["broken", "often", "often"]
    assert "no" in PeriodicRun.objects.get(name="broken").error


def test_a_daily_function_stays_daily_over_restarts(calls, clock):
    ticker("a", clock).tick()
    clock.forward(3600)
    ticker("b", clock).tick()
    assert calls == ["broken", "often", "often"]
    clock.forward(23 * 3600)
    ticker("c", clock).tick()
    assert calls == ["broken", "often", "often", "broken", "often"]


def test_old_jobs_are_forgotten_and_others_kept(claimed, clock):
    claims.finish(claimed, now=clock() - timedelta(days=CONF.keep_days * 20))
    waiting = Job.objects.create(kind="test.job")
    clean_up()
    assert list(Job.objects.values_list("pk", flat=True)) == [waiting.pk]


def test_the_job_of_a_process_of_this_machine_that_is_gone_is_taken_back_at_once(declare, clock):
    """As after kill -9 and the supervisor's next start; whoever still lives, or lived elsewhere, keeps the lease."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    own = process_names.own_name()
    host, place, _pid, rest = own.split(":")
    names = {
        "gone": f"{host}:{place}:{gone.pid}:{rest}", "ours": own, "elsewhere": f"{host}:another:{gone.pid}:{rest}", "odd": "w1",
    }  # fmt: skip
    for name in names.values():
        enqueue(declare(lambda context: None), {}, owner_id=1, label="Test")
        claims.claim_next(name, now=clock(), conf=CONF)
    assert claims.take_back_lost(now=clock(), conf=CONF) == 1
    assert sorted(Job.objects.filter(state="running").values_list("worker", flat=True)) == sorted(
        [names["ours"], names["elsewhere"], "w1"]
    )


def test_a_system_that_does_not_tell_its_processes_apart_waits_for_the_lease(monkeypatch, tmp_path):
    process_names._place.cache_clear()
    monkeypatch.setattr(process_names, "BOOT", tmp_path / "none")
    try:
        gone = subprocess.Popen([sys.executable, "-c", ""])
        gone.wait()
        name = process_names.own_name().split(":")
        assert not process_names.known_dead(":".join([*name[:2], str(gone.pid), name[3]]))
    finally:
        process_names._place.cache_clear()
