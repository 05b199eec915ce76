"""The end of background work is told to whoever started it; old notifications are forgotten."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_noop

from guanxi.platform.jobs.choices import JobState
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.registry import label_of, on_finished, periodic
from guanxi.platform.jobs.sentences import as_sentence
from guanxi.platform.messages.choices import Kind
from guanxi.platform.messages.models import Notification
from guanxi.platform.messages.services import Notice, notify

KEEP = timedelta(days=180)
AT_ONCE = 1000


@on_finished
def tell_owner(job: Job) -> None:
    """Runs in the transaction that ends the job. Whoever cancelled their own job knows."""
    if job.owner_id is None or job.state == JobState.CANCELLED:
        return
    failed = job.state == JobState.FAILED
    template = gettext_noop("“%(job)s” could not be finished") if failed else gettext_noop("“%(job)s” is done")
    label = job.label if job.label.get("text") else as_sentence(label_of(job.kind))
    told = Notice(
        key=f"job:{job.pk}:{job.token}", kind=Kind.JOB, failed=failed, record_id=job.pk, entity="jobs.job",
        sentence={"text": template, "values": {"job": label}},
    )  # fmt: skip
    notify([job.owner_id], told, at=job.finished_at or timezone.now())


@periodic(every=timedelta(hours=6), name="notices.clean_up")
def clean_up() -> None:
    """Forget notifications older than KEEP, in batches small enough not to hold up others."""
    old = Notification.objects.filter(created_at__lt=timezone.now() - KEEP).order_by("created_at")
    Notification.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:AT_ONCE])).delete()
