"""Keeps the one memory in order: events get their number and seal soon after they are committed, anchors every hour."""

import time
from datetime import timedelta

from django.db import Error, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from guanxi.platform.access.actor import System
from guanxi.platform.audit import anchors, purging, verifying, viewing
from guanxi.platform.audit.conf import audit_settings
from guanxi.platform.commands.record_event import by
from guanxi.platform.events import followers, sealer
from guanxi.platform.events.selectors import last_seq
from guanxi.platform.jobs.conf import job_settings
from guanxi.platform.jobs.context import JobContext
from guanxi.platform.jobs.errors import JobError
from guanxi.platform.jobs.interactive import beside_people
from guanxi.platform.jobs.registry import job, label_of, periodic
from guanxi.platform.jobs.services import enqueue

#: Events in one step: beside people on one SQLite file, and else.
BATCH, BATCH_ALONE = 500, 2_000
#: Seconds after which a turn ends although more waits: other periodic functions wait for it.
TURN = 1.0


@periodic(every=timedelta(seconds=1), name="audit.seal")
def seal() -> None:
    """Number what was committed and let the followers read on. After an import there is much of it: then step upon step,
    small ones with a pause after each where people write to the same file."""
    viewing.keep_traces()
    viewing.keep_refusals()
    conf = job_settings()
    end = time.monotonic() + TURN
    while True:
        beside = beside_people(conf, now=timezone.now())
        limit = BATCH if beside else BATCH_ALONE
        sealed, read = sealer.seal(limit=limit), followers.advance_all()
        if (sealed < limit and not any(read.values())) or time.monotonic() >= end:
            return
        if beside:
            time.sleep(conf.shared_pause)


@periodic(every=timedelta(hours=1), name="audit.anchor")
def anchor() -> None:
    """Write down how far the chain reaches."""
    anchors.set_anchor(timezone.now())


@periodic(every=timedelta(days=1), name="audit.daily")
def daily() -> None:
    """Verify the whole, and let go what is old enough."""
    today = timezone.localdate()
    viewing.forget_traces(today)
    for kind in ("audit.verify", "audit.purge"):
        enqueue(kind, {}, owner_id=None, label=label_of(kind), key=f"daily:{today}")


@job("audit.verify", label=_("Verification of the audit trail"))
def verify(context: JobContext) -> None:
    """Walk the chain. Begins anew after an interruption: it only reads."""
    context.stage("verify", gettext_noop("Verifying the events"), total=last_seq())

    def on_progress(events: int) -> None:
        context.progress(done=events)
        context.pause()

    verdict = verifying.verify(on_progress)
    with transaction.atomic():
        verifying.keep(verdict, context.now())
        context.checkpoint(done=verdict.events)
    context.result(link=reverse("audit_trail"))
    if not verdict.whole:
        raise JobError(gettext_noop("The audit trail is not whole. Open it to see where it was touched."), code="fault")


@job("audit.purge", label=_("Deletion of old events"))
def purge(context: JobContext) -> None:
    """Whole anchored segments older than the setting says."""
    actor = System("events older than the audit keeps them", clock=context.now)
    context.stage("purge", gettext_noop("Deleting old events"))
    try:
        purging.begin(context.now(), by(actor), audit_settings().keep_months)
        purging.carry_out(lambda rows: context.checkpoint(counters={"deleted": rows}))
    except Error as error:
        raise JobError(
            gettext_noop(
                "The database does not let the program delete events. Run “manage.py purge_audit” as its owner."
            ),
            code="forbidden",
        ) from error
