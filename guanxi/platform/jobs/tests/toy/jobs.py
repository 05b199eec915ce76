import os
import signal

from django.db import transaction

from guanxi.platform.jobs.context import JobContext
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.registry import job
from guanxi.platform.jobs.tests.toy.models import Unit


def strike(context: JobContext, number: signal.Signals) -> None:
    """Send this process a signal and go on only when it has worked: signals reach a thread some time later."""
    os.kill(os.getpid(), number)
    if number == signal.SIGTERM:
        assert context._stopping.wait(60)
    while number == signal.SIGSTOP and Job.objects.filter(pk=context.id, token=context.job.token).exists():
        pass  # frozen in here until another worker has the job


@job("toy.count", label="Count")
def count(context: JobContext) -> None:
    """Write ``units`` rows in chunks of five; on the first claim, send itself ``signal`` after ``signal_after`` rows."""
    payload = context.payload
    context.stage("count", "Counting", total=payload["units"])
    place = context.cursor or 0
    while place < payload["units"] and not context.cancelled():
        end = min(place + 5, payload["units"])
        if place == payload.get("signal_after") and context.job.token == 1:
            strike(context, signal.Signals[payload["signal"]])
        with transaction.atomic():
            for number in range(place, end):
                Unit.objects.create(job_id=context.id, number=number, worker=context.job.worker)
            context.checkpoint(end, done=end, counters={"created": end - place})
        place = end
        context.pause()
    context.result(link=f"/counted/{context.id}")
