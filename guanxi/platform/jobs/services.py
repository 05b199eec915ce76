"""The doors for writing: put work into the queue, stop it, run it again."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_noop

from guanxi.platform.jobs import claims
from guanxi.platform.jobs.choices import READY, RETRYABLE, JobState
from guanxi.platform.jobs.errors import JobStateError
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.registry import kind_of
from guanxi.platform.jobs.sentences import Sentence, as_sentence


def enqueue(
    kind: str,
    payload: dict[str, Any],
    *,
    owner_id: int | None,
    label: str | Sentence | Promise,
    total: int | None = None,
    key: str | None = None,
    lane: str = "default",
    priority: int = 0,
) -> Job:
    """Put a job into the queue; workers see it when the surrounding transaction commits.

    ``payload`` is JSON (dates and decimals become text); ``total`` counts units of work; a higher
    ``priority`` goes first. A second call with the same ``kind`` and ``key`` returns the first job.
    Raises UnknownJob for a kind that nobody declares.
    """
    declared = kind_of(kind)
    values = {
        "payload": payload,
        "owner_id": owner_id,
        "label": as_sentence(label),
        "total": total,
        "lane": lane,
        "priority": priority,
        "max_attempts": declared.max_attempts,
    }
    if key is None:
        return Job.objects.create(kind=kind, **values)
    return Job.objects.get_or_create(kind=kind, key=key, defaults=values)[0]


@transaction.atomic
def cancel(job: Job, *, by: int | None) -> Job:
    """Stop a job: at once if nobody has begun it, else at its next look. ``by`` is the user's id, for the record.

    Whether this user may do so is the caller's question. Raises JobStateError if it has ended already.
    """
    row = Job.objects.select_for_update().get(pk=job.pk)
    if row.state == JobState.RUNNING:
        row.cancel_requested = True
        row.changed_by_id = by
        row.changed_at = timezone.now()
        row.save(update_fields=["cancel_requested", "changed_by_id", "changed_at"])
    elif row.state in READY:
        Job.objects.filter(pk=row.pk).update(changed_by_id=by, cancel_requested=True)
        claims.end_unclaimed(row, JobState.CANCELLED, now=timezone.now())
    else:
        raise JobStateError(gettext_noop("This job has already ended; there is nothing to cancel."), code="ended")
    row.refresh_from_db()
    return row


@transaction.atomic
def retry(job: Job, *, by: int | None) -> Job:
    """Queue a failed or cancelled job again; it goes on from its cursor. Raises JobStateError for any other."""
    row = Job.objects.select_for_update().get(pk=job.pk)
    if row.state not in RETRYABLE:
        raise JobStateError(
            gettext_noop("Only a failed or cancelled job can be run again; this one has not failed."), code="not_failed"
        )
    row.state = JobState.QUEUED
    row.attempts = 0
    row.cancel_requested = False
    row.run_after = row.finished_at = None
    row.error_code, row.error = "", {}
    row.changed_by_id = by
    row.changed_at = timezone.now()
    row.save()
    return row
