"""Waiting for the worker: to the end of a job, and until nothing is left to do."""

import time
from collections.abc import Callable
from typing import Any

from guanxi.platform.events.sealer import seal
from guanxi.platform.jobs.choices import UNFINISHED
from guanxi.platform.jobs.models import InteractiveUse, Job
from guanxi.platform.search import selectors as search

PATIENCE, SETTLES_WITHIN = 7_200.0, 120.0  # seconds


class Stuck(Exception):
    """A job that failed or does not end."""


def sleep() -> None:
    time.sleep(0.02)


def ended(job: Job, idle: Callable[[], Any] = sleep) -> Job:
    """A job at its end. Raises Stuck."""
    deadline = time.monotonic() + PATIENCE
    while job.state != "done" or job.finished_at is None:
        check(job, deadline)
        idle()
        job.refresh_from_db()
    return job


def check(job: Job, deadline: float) -> None:
    """Raises Stuck where nothing more is to be hoped for."""
    if job.state in ("failed", "cancelled") or time.monotonic() > deadline:
        traces = "".join(job.traces.values_list("trace", flat=True)[:1])
        raise Stuck(f"{job.kind}: {job.state} {job.error} {traces}")


def settle() -> None:
    """Seal what earlier steps wrote, let the worker end its own jobs and the index of the search know all of it, so that
    nothing of that is done during the next."""
    while seal():
        pass
    deadline = time.monotonic() + SETTLES_WITHIN
    while _at_work() and time.monotonic() < deadline:
        time.sleep(0.1)


def alone() -> None:
    """Settle, and let the worker know of nobody beside it: it takes larger steps then."""
    settle()
    InteractiveUse.objects.all().delete()


def _at_work() -> bool:
    behind = search.behind()
    return Job.objects.filter(state__in=UNFINISHED).exists() or bool(behind.events or behind.kinds)
