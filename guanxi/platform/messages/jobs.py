"""The end of background work is told to whoever started it; mail is sent; what is old is forgotten."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from guanxi.platform.jobs.choices import UNFINISHED, JobState
from guanxi.platform.jobs.context import JobContext
from guanxi.platform.jobs.maintenance import on_restored
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.registry import job, label_of, on_finished, periodic
from guanxi.platform.jobs.sentences import as_sentence
from guanxi.platform.jobs.services import enqueue
from guanxi.platform.messages.choices import Kind, MailState
from guanxi.platform.messages.mail import outbox, sending
from guanxi.platform.messages.models import Mail, Notification
from guanxi.platform.messages.services import Notice, notify

KEEP = timedelta(days=180)
AT_ONCE = 1000
SEND_MAIL = "notices.send_mail"


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
    outbox.forget(timezone.now())


@job(SEND_MAIL, label=_("Sending mail"))
def send_mail(context: JobContext) -> None:
    """Empty the queue. Each mail is claimed and written down for itself, so the job needs no cursor."""

    def between() -> bool:
        context.pause()
        return not context.cancelled()

    sent = sending.send_due(context.now, between=between)
    with transaction.atomic():
        context.checkpoint(done=sent, counters={"done": sent})


@periodic(every=timedelta(seconds=2), name="notices.mail")
def look_for_mail() -> None:
    """Start a job when mail is due and none is under way. Two at once do no harm."""
    under_way = Job.objects.filter(kind=SEND_MAIL, state__in=UNFINISHED)
    if outbox.ready(timezone.now()) and not under_way.exists():
        enqueue(SEND_MAIL, {}, owner_id=None, label=_("Sending mail"))


@on_restored
def hold_back_mail() -> None:
    """What waited when the backup was made has left since."""
    waiting = Mail.objects.filter(state__in=(MailState.QUEUED, MailState.SENDING))
    waiting.update(state=MailState.SUPPRESSED, next_try=None, error=gettext_noop("It waited when the backup was made."))
