"""The doors for reading. Ground rooms know no actor: callers ask the gate whose jobs may be seen."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from guanxi.platform.jobs.choices import RETRYABLE, UNFINISHED, JobState
from guanxi.platform.jobs.conf import job_settings
from guanxi.platform.jobs.leases import TICK, valid
from guanxi.platform.jobs.models import Job, JobPulse, Lease
from guanxi.platform.jobs.registry import label_of
from guanxi.platform.jobs.sentences import render


@dataclass(frozen=True)
class JobView:
    """A job as people see it, in the active language. Rates are units per second, times aware UTC."""

    id: int
    kind: str
    kind_label: str
    label: str
    state: str
    state_label: str
    owner_id: int | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    changed_at: datetime
    stage: str
    stage_label: str
    note: str
    done: int
    total: int | None
    percent: int | None
    rate: float | None
    remaining_seconds: int | None
    counters: dict[str, int]
    result: dict[str, Any]
    error_code: str
    error: str
    cancelling: bool
    can_cancel: bool
    can_retry: bool

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def get(job_id: int) -> Job | None:
    return Job.objects.filter(pk=job_id).first()


def for_owner(owner_id: int) -> QuerySet[Job]:
    """All jobs of this user, the newest first."""
    return Job.objects.filter(owner_id=owner_id).order_by("-id")


def latest(kind: str) -> Job | None:
    """The newest job of a kind, whoever began it."""
    return Job.objects.filter(kind=kind).order_by("-pk").first()


def unfinished(owner_id: int | None = None) -> QuerySet[Job]:
    """Jobs that are queued, waiting or running, of one user or of all."""
    jobs = Job.objects.filter(state__in=UNFINISHED).order_by("id")
    return jobs if owner_id is None else jobs.filter(owner_id=owner_id)


def worker_alive(now: datetime | None = None) -> bool:
    """Has a worker ticked within the last lease? For health checks; without one, jobs only queue up."""
    tick = Lease.objects.filter(name=TICK).first()
    return tick is not None and valid(tick.lease_until, now=now or timezone.now(), lease=job_settings().lease_time)


def views(jobs: Iterable[Job]) -> list[JobView]:
    """The jobs as seen now, with the progress made since their last checkpoint. Two queries for any number."""
    jobs = list(jobs)
    running = [job.pk for job in jobs if job.state == JobState.RUNNING]
    pulses = {pulse.job_id: pulse for pulse in JobPulse.objects.filter(job_id__in=running)} if running else {}
    return [_view(job, pulses.get(job.pk)) for job in jobs]


def live(owner_id: int, *, since: datetime | None = None, newest: int = 20) -> tuple[str, list[JobView]]:
    """A tag that changes whenever something to show changes, and the user's unfinished and lately ended jobs.

    ``since`` is the time from which ended jobs are shown; without it only unfinished ones are.
    """
    shown = list(unfinished(owner_id)[:newest])
    if since is not None:
        ended = for_owner(owner_id).filter(finished_at__gte=since).exclude(state__in=UNFINISHED)
        shown += list(ended[:newest])
    seen = views(shown)
    tag = "-".join(f"{view.id}.{view.changed_at.timestamp():.6f}" for view in seen)
    return tag, seen


def _view(job: Job, pulse: JobPulse | None) -> JobView:
    fresh = pulse if pulse and pulse.token == job.token and pulse.stage == job.stage else None
    done = max(job.done, fresh.done) if fresh else job.done
    total = fresh.total if fresh and fresh.total is not None else job.total
    rate = fresh.rate if fresh and fresh.rate and fresh.done >= job.done else job.rate
    running = job.state == JobState.RUNNING
    return JobView(
        id=job.pk,
        kind=job.kind,
        kind_label=label_of(job.kind),
        label=render(job.label) or label_of(job.kind),
        state=job.state,
        state_label=str(JobState(job.state).label),
        owner_id=job.owner_id,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        changed_at=max(job.changed_at, fresh.changed_at) if fresh else job.changed_at,
        stage=job.stage,
        stage_label=render(job.stage_label),
        note=render(fresh.note) if fresh else "",
        done=done,
        total=total,
        percent=_percent(job, done, total),
        rate=rate if running else None,
        remaining_seconds=round((total - done) / rate) if running and rate and total and total > done else None,
        counters=job.counters,
        result=job.result,
        error_code=job.error_code,
        error=render(job.error),
        cancelling=running and job.cancel_requested,
        can_cancel=job.state in UNFINISHED and not job.cancel_requested,
        can_retry=job.state in RETRYABLE,
    )


def _percent(job: Job, done: int, total: int | None) -> int | None:
    if job.state == JobState.DONE:
        return 100
    return min(100 * done // total, 100) if total else None
