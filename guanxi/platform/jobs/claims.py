"""The life of a job row: claimed, given back, ended. Every change is conditional on the fencing token.

``token`` grows with each claim. A worker that was thought dead and comes back finds its token outdated
and can change neither the job nor, since chunks check it in their own transaction, anything else.
"""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest
from django.utils.translation import gettext_noop

from guanxi.platform.jobs import leases, maintenance
from guanxi.platform.jobs.choices import READY, JobState
from guanxi.platform.jobs.conf import JobSettings
from guanxi.platform.jobs.models import Job, JobTrace
from guanxi.platform.jobs.registry import finish_hooks
from guanxi.platform.jobs.sentences import Sentence, sentence

logger = logging.getLogger("guanxi.jobs")
TRACE_LENGTH = 20_000


def ready(now: datetime, conf: JobSettings, lanes: Collection[str] = ()) -> QuerySet[Job]:
    """Jobs that may start. A time further ahead than any back-off means a clock was set back: due as well."""
    cap = now + timedelta(seconds=2 * conf.backoff_cap)
    due = Q(run_after__isnull=True) | Q(run_after__lte=now) | Q(run_after__gt=cap)
    jobs = Job.objects.filter(due, state__in=READY)
    if only := maintenance.kind():
        jobs = jobs.filter(kind=only)
    return jobs.filter(lane__in=lanes) if lanes else jobs


def claim_next(worker: str, *, lanes: Collection[str] = (), now: datetime, conf: JobSettings) -> Job | None:
    """Take the most urgent job, or None. Two workers never get the same one."""
    jobs = ready(now, conf, lanes).order_by("-priority", "id")
    if not jobs.exists():  # a read first: an idle worker must not take SQLite's only write lock
        return None
    with transaction.atomic():
        job = jobs.select_for_update(skip_locked=True).first()
        if job is None:
            return None
        values = {
            "state": JobState.RUNNING,
            "token": job.token + 1,
            "attempts": job.attempts + 1,
            "worker": worker,
            "claimed_at": now,
            "started_at": job.started_at or now,
            "changed_at": now,
            "run_after": None,
        }
        if not Job.objects.filter(pk=job.pk, token=job.token, state__in=READY).update(**values):
            return None
    for name, value in values.items():
        setattr(job, name, value)
    leases.begin_pulse(job, now=now, lease=conf.lease_time)
    return job


def held(job: Job) -> QuerySet[Job]:
    """The row, as long as this claim still holds it."""
    return Job.objects.filter(pk=job.pk, token=job.token, state=JobState.RUNNING)


def release(job: Job, *, now: datetime) -> bool:
    """Give back a job whose worker is stopping; it costs no attempt."""
    return _leave(job, state=JobState.QUEUED, attempts=Greatest(F("attempts") - 1, 0), worker="", changed_at=now)


def finish(job: Job, *, now: datetime, cancelled: bool = False, **values: Any) -> bool:
    return _end(job, JobState.CANCELLED if cancelled else JobState.DONE, now=now, error={}, error_code="", **values)


def refuse(job: Job, *, now: datetime, code: str, error: Sentence, **values: Any) -> bool:
    """End with an error that its owner understands; trying again would change nothing."""
    return _end(job, JobState.FAILED, now=now, error_code=code, error=error, **values)


def stumble(job: Job, *, now: datetime, conf: JobSettings, trace: str) -> bool:
    """An attempt ended in an unexpected error: wait and try again, or give up after the last attempt."""
    with transaction.atomic():
        row = held(job).select_for_update().first()
        if row is None:
            return False
        trace = trace.replace("\0", "")[-TRACE_LENGTH:]  # PostgreSQL stores no NUL
        JobTrace.objects.create(job=row, at=now, token=job.token, worker=job.worker, trace=trace)
        if row.cancel_requested:
            return _end(job, JobState.CANCELLED, now=now)
        if row.attempts >= row.max_attempts:
            return _end(job, JobState.FAILED, now=now, error_code="unexpected", error=_unexpected(job))
        return _leave(
            job,
            state=JobState.WAITING,
            run_after=now + conf.delay(row.attempts),
            error_code="unexpected",
            error=sentence(gettext_noop("An unexpected error interrupted the job. It is tried again by itself.")),
            changed_at=now,
        )


def take_back_lost(*, now: datetime, conf: JobSettings) -> int:
    """Queue again what dead workers left behind; gives up on a job that keeps killing its workers."""
    count = 0
    for job in leases.lost_jobs(now=now, lease=conf.lease_time):
        logger.warning("job %s of worker %s gave no sign of life and is taken back", job.pk, job.worker)
        if job.attempts >= job.max_attempts:
            count += _end(job, JobState.FAILED, now=now, error_code="worker_lost", error=_unexpected(job))
        elif job.cancel_requested:
            count += _end(job, JobState.CANCELLED, now=now)
        else:
            count += _leave(job, state=JobState.QUEUED, worker="", changed_at=now)
    return count


def end_unclaimed(job: Job, state: JobState, *, now: datetime) -> bool:
    """End a job nobody has started."""
    with transaction.atomic():
        rows = Job.objects.filter(pk=job.pk, state__in=READY)
        return _call_hooks(job, rows.update(state=state, finished_at=now, changed_at=now))


def _unexpected(job: Job) -> Sentence:
    return sentence(
        gettext_noop(
            "The job stopped because of an unexpected error. Try it again; if it stops again, "
            "tell your administrator the job number %(job)s."
        ),
        job=job.pk,
    )


def _leave(job: Job, **values: Any) -> bool:
    changed = bool(held(job).update(**values))
    leases.end_pulse(job.pk, job.token)
    return changed


def _end(job: Job, state: JobState, *, now: datetime, **values: Any) -> bool:
    with transaction.atomic():
        changed = held(job).update(state=state, finished_at=now, changed_at=now, **values)
        ended = _call_hooks(job, changed)
    leases.end_pulse(job.pk, job.token)
    return ended


def _call_hooks(job: Job, changed: int) -> bool:
    """Tell whoever waits, in the same transaction; a broken listener costs its own effect only."""
    if not changed:
        return False
    job.refresh_from_db()
    for hook in finish_hooks():
        try:
            with transaction.atomic():
                hook(job)
        except Exception:
            logger.exception("a listener failed at the end of job %s", job.pk)
    return True
