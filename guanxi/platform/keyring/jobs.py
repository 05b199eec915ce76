"""A rotation in the background: chunk and cursor commit together, so a killed worker loses and repeats nothing."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from guanxi.platform.access.actor import Actor, System
from guanxi.platform.access.models import User
from guanxi.platform.jobs.choices import UNFINISHED
from guanxi.platform.jobs.context import JobContext
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.registry import job
from guanxi.platform.jobs.services import enqueue
from guanxi.platform.keyring import services

ROTATE = "keyring.rotate"
END = "end"


def start_rotation(actor: Actor) -> Job:
    """Queue a rotation, or give the one that is under way. Raises what ``services.prepare`` does."""
    with transaction.atomic():
        running = Job.objects.filter(kind=ROTATE, state__in=UNFINISHED).first()
        if running is not None:
            return running
        number = services.prepare(actor)
        return enqueue(
            ROTATE, {"number": number}, owner_id=actor.user_id, label=_("Rotate the data keys"), total=services.behind()
        )


@job(ROTATE, label=_("Rotate the data keys"))
def rotate(context: JobContext) -> None:
    if context.cursor != END:
        context.stage("rotate", gettext_noop("Encrypting everything anew"), total=context.job.total)
        _carry_on(context)
    context.result(link="/settings/keys/")


def _carry_on(context: JobContext) -> None:
    cursor = context.cursor
    while not context.cancelled():
        done = context.counters.get("written", 0)
        with transaction.atomic():
            found = services.step(cursor, services.SHARED_CHUNK if context.shared() else services.CHUNK)
            cursor = END if found.cursor is None else found.cursor
            counted = {"written": found.done, "failed": found.unreadable}
            context.checkpoint(cursor, done=done + found.done, counters={key: n for key, n in counted.items() if n})
            if cursor == END:
                services.finish(_actor(context), done + found.done)
        if cursor == END:
            return
        context.pause()


def _actor(context: JobContext) -> Actor:
    user = User.objects.filter(pk=context.owner_id or 0).first()
    return Actor.for_user(user, source="job", clock=context.now) if user else System("key rotation", clock=context.now)
