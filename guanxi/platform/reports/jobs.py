"""What the clock does for reports."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from guanxi.platform.jobs.choices import UNFINISHED
from guanxi.platform.jobs.context import JobContext
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.registry import job, periodic
from guanxi.platform.jobs.services import enqueue
from guanxi.platform.reports import delivering

DELIVER = "reports.deliver"
AT_ONCE = 50


@periodic(every=timedelta(minutes=1), name="reports.deliver")
def look_for_due() -> None:
    """Start a job when reports are due and none is under way. Two at once do no harm."""
    if delivering.due(timezone.now(), 1) and not Job.objects.filter(kind=DELIVER, state__in=UNFINISHED).exists():
        enqueue(DELIVER, {}, owner_id=None, label=gettext_noop("Sending reports"))


@job(DELIVER, label=_("Sending reports"))
def deliver(context: JobContext) -> None:
    """Each delivery moves its own moment on, so going on means looking again."""
    sent = 0
    while (waiting := delivering.due(context.now(), AT_ONCE)) and not context.cancelled():
        for delivery in waiting:
            sent += delivering.deliver(delivery, context.now())
            context.pause()
        with transaction.atomic():
            context.checkpoint(done=sent)
