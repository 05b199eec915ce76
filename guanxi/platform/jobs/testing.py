"""For tests of other rooms: run what is queued here and now, and die on purpose at every statement."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connections
from django.utils import timezone

from guanxi.platform.jobs import claims, crash
from guanxi.platform.jobs.conf import job_settings
from guanxi.platform.jobs.models import Job, JobPulse
from guanxi.platform.jobs.registry import JobFunction, forget, job
from guanxi.platform.jobs.runner import Runner

LONG_AGO = timedelta(days=1)


def run_queued_jobs() -> list[Job]:
    """Run jobs in this thread until none is ready, back-offs skipped; returns them as they ended, in order."""
    runner = Runner(sleep=lambda seconds: None)
    ran: dict[int, None] = {}
    while True:
        Job.objects.filter(run_after__isnull=False).update(run_after=None)
        claimed = claims.claim_next("test", now=timezone.now(), conf=job_settings())
        if claimed is None:
            break
        runner.run(claimed)
        ran[claimed.pk] = None
    return [Job.objects.get(pk=pk) for pk in ran]


def expire_leases() -> None:
    """Make the jobs of killed workers look abandoned, without waiting, and queue them again."""
    past = timezone.now() - LONG_AGO
    JobPulse.objects.update(lease_until=past)
    Job.objects.filter(state="running").update(claimed_at=past)
    claims.take_back_lost(now=timezone.now(), conf=job_settings())


@contextmanager
def job_kind(key: str, run: JobFunction, *, max_attempts: int = 5) -> Iterator[None]:
    """Declare a kind for the length of one test."""
    job(key, label=key, max_attempts=max_attempts)(run)
    try:
        yield
    finally:
        forget(key)


def crash_everywhere(prepare: Callable[[], Job], check: Callable[[Job, int], None], *, every: int = 1) -> int:
    """Kill a job at its 1st, 2nd, 3rd … crash point (or at each ``every``-th) until it ends unharmed; returns how many
    deaths it took.

    ``prepare()`` enqueues the job anew for each round; after each death a second process takes it up and
    ``check(job, n)`` compares what it left. Needs a database that processes share (a file or a server) and
    no surrounding transaction: call it from a script of its own or a transactional test.
    """
    n, deaths = 1 - every, 0
    while True:
        n += every
        prepared = prepare()
        died = _in_child(n)
        if died:
            expire_leases()
            if _in_child(0):
                raise AssertionError(f"the second worker died as well after a crash at point {n}")
        check(Job.objects.get(pk=prepared.pk), n)
        if not died:
            return deaths
        deaths += 1


def _in_child(limit: int) -> bool:
    """Run the queue in a forked process that dies at crash point ``limit``; True if it did."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            with crash.armed(limit):
                run_queued_jobs()
            connections.close_all()
            status = 0
        finally:
            os._exit(status)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code not in (0, crash.STATUS):
        raise AssertionError(f"the worker ended with status {code}")
    return code == crash.STATUS
