"""House-keeping of the queue itself."""

from datetime import timedelta

from django.utils import timezone

from guanxi.platform.jobs.choices import UNFINISHED, JobState
from guanxi.platform.jobs.conf import job_settings
from guanxi.platform.jobs.maintenance import on_restored
from guanxi.platform.jobs.models import Job, JobPulse
from guanxi.platform.jobs.registry import periodic

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


@on_restored
def end_unfinished() -> None:
    """What was under way when the backup was made is not begun again behind everybody's back; its owner may."""
    Job.objects.filter(state__in=UNFINISHED).update(state=JobState.CANCELLED, finished_at=timezone.now())
