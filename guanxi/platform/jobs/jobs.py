"""House-keeping of the queue itself, and of the clocks it relies on."""

import logging
from datetime import timedelta

from django.utils import timezone

from guanxi.platform.bulk import clock
from guanxi.platform.jobs.choices import UNFINISHED, JobState
from guanxi.platform.jobs.conf import job_settings
from guanxi.platform.jobs.maintenance import on_restored
from guanxi.platform.jobs.models import Job, JobPulse
from guanxi.platform.jobs.registry import periodic

logger = logging.getLogger("guanxi.jobs")
AT_ONCE = 1000


@periodic(every=timedelta(hours=1), name="jobs.clean_up")
def clean_up() -> None:
    """Forget jobs that ended more than ``keep_days`` ago, in batches small enough not to hold up others."""
    before = timezone.now() - timedelta(days=job_settings().keep_days)
    ids = list(
        Job.objects.filter(finished_at__lt=before).order_by("finished_at").values_list("id", flat=True)[:AT_ONCE]
    )
    Job.objects.filter(id__in=ids).delete()
    JobPulse.objects.filter(heartbeat__lt=before).delete()


@periodic(every=timedelta(minutes=10), name="jobs.clocks")
def compare_clocks() -> None:
    """Say in the log when the database's machine tells another time than this one; /healthz says it as well."""
    apart = clock.skew()
    if abs(apart) > clock.WORRYING:
        logger.warning(
            "the database's clock is %.0f seconds ahead of ours: set both by a time server", apart.total_seconds()
        )


@on_restored
def end_unfinished() -> None:
    """What was under way when the backup was made is not begun again behind everybody's back; its owner may."""
    Job.objects.filter(state__in=UNFINISHED).update(state=JobState.CANCELLED, finished_at=timezone.now())
