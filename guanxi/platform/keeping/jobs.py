"""Backups and clean-ups in the background: with progress, on request and every day by themselves."""

import uuid
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from guanxi.platform import bulk
from guanxi.platform.access.actor import Actor, System
from guanxi.platform.access.models import User
from guanxi.platform.commands.record_event import by
from guanxi.platform.events.models import Event
from guanxi.platform.events.services import NewEvent, append
from guanxi.platform.jobs.context import JobContext
from guanxi.platform.jobs.errors import JobError, LeaseLost
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.registry import job, periodic
from guanxi.platform.jobs.sentences import sentence
from guanxi.platform.jobs.services import enqueue
from guanxi.platform.keeping import catalogue, cleaning, rights, services
from guanxi.platform.keeping.choices import CleanupAction
from guanxi.platform.keeping.conf import keeping_settings
from guanxi.platform.keeping.events import CleanedUp
from guanxi.platform.keeping.making import Progress
from guanxi.platform.keeping.models import CleanupRule

MAKE, VERIFY, CLEAN, EMPTY = "keeping.backup", "keeping.verify", "keeping.clean", "keeping.empty"
#: The event that ends a clean-up.
DONE = "keeping.cleanup.done"


def start_backup(actor: Actor | None, *, key: str | None = None) -> Job:
    """Queue a backup and its verification; None stands for the daily one."""
    payload = {"reason": "asked" if actor else "daily"}
    return enqueue(MAKE, payload, owner_id=actor.user_id if actor else None, label=_("Back up"), key=key)


def start_verification(owner_id: int | None, name: str) -> Job:
    label = sentence(gettext_noop("Verify %(name)s"), name=name)
    return enqueue(VERIFY, {"name": name}, owner_id=owner_id, label=label)


def start_restore(actor: Actor, name: str) -> Job:
    label = sentence(gettext_noop("Restore %(name)s"), name=name)
    return enqueue(services.RESTORE, {"name": name}, owner_id=actor.user_id, label=label, priority=10)


def _actor(context: JobContext, action: str) -> Actor:
    """Who asked for it, who must still have the right; the program itself for the daily one."""
    if context.owner_id is None:
        return System("daily backup", clock=context.now)
    actor = _person(context)
    if not rights.permits(actor, action):
        raise JobError(gettext_noop("You no longer have the right to do this."), code="forbidden")
    return actor


def _person(context: JobContext) -> Actor:
    """Who asked, if they may still sign in."""
    user = User.objects.filter(pk=context.owner_id or 0, is_active=True).first()
    if user is None:
        raise JobError(gettext_noop("The account of whoever asked for this is no longer active."), code="inactive")
    return Actor.for_user(user, source="job", clock=context.now)


def _progress(context: JobContext) -> Progress:
    def told(done: int, total: int) -> None:
        context.progress(done=done, total=total or None)
        context.pause()

    return told


@job(MAKE, label=_("Back up"))
def back_up(context: JobContext) -> None:
    """A killed worker's backup is made anew: half an archive is never seen."""
    context.stage("write", gettext_noop("Writing tables and files"))
    made = services.back_up(_actor(context, "make"), reason=context.payload["reason"], progress=_progress(context))
    context.result(link="/settings/backups/", name=made.name)
    start_verification(context.owner_id, made.name)


@job(VERIFY, label=_("Verify a backup"))
def verify(context: JobContext) -> None:
    context.stage("compare", gettext_noop("Restoring for a trial and comparing"))
    found = services.verify(
        _actor(context, "view"),
        catalogue.get(context.payload["name"]),
        progress=_progress(context),
    )
    context.result(link="/settings/backups/")
    if found.problem:
        raise JobError(gettext_noop("The backup is not whole: %(problem)s"), code="not_whole", problem=found.problem)


@job(services.RESTORE, label=_("Restore a backup"), max_attempts=2)
def restore(context: JobContext) -> None:
    """Ends with a database that knows nothing of this job."""
    actor, path = _actor(context, "restore"), Path(catalogue.get(context.payload["name"]).path)

    def progress(done: int, total: int) -> None:
        context.progress(done=done, total=total or None)

    services.restore(actor, path, progress=progress, stage=context.stage)
    raise LeaseLost("the database has been exchanged")


@periodic(every=timedelta(minutes=5), name="keeping.daily")
def daily() -> None:
    """Start the backup of the day once its hour has come."""
    if day := services.wanted_now(timezone.now()):
        start_backup(None, key=f"daily:{day}")


@periodic(every=timedelta(hours=1), name="keeping.study")
def study() -> None:
    """Keep the database's choice of indexes true to what it holds by now."""
    bulk.study()


# --- cleaning up ----------------------------------------------------------------------------------------
def start_cleaning(rule: CleanupRule, actor: Actor, at_most: int) -> Job:
    """Queue a clean-up, in the transaction of the command that a second person agreed to."""
    label = sentence(gettext_noop("Clean up: %(rule)s"), rule=rule.name)
    payload = {"rule": rule.pk, "at_most": at_most, "batch": str(uuid.uuid4())}
    return enqueue(CLEAN, payload, owner_id=actor.user_id, label=label)


@job(CLEAN, label=_("Clean up"))
def clean_up(context: JobContext) -> None:
    """A chunk and its place commit together; a killed worker's clean-up goes on where it stopped."""
    rule = CleanupRule.objects.get(pk=context.payload["rule"])
    actor = _person(context)
    total, most = cleaning.found(rule, actor).count(), context.payload["at_most"]
    if context.cursor is None and total > most:
        raise JobError(
            gettext_noop("The rule finds %(total)s records, more than the %(most)s that were agreed on. Nothing was done."),
            code="too_many", total=total, most=most,
        )  # fmt: skip
    context.stage("clean", gettext_noop("Cleaning up"), total=total)
    after, batch = context.cursor or 0, uuid.UUID(context.payload["batch"])
    gone, left = (context.counters.get(name, 0) for name in ("done", "left"))
    while not context.cancelled():
        with transaction.atomic():
            cleaned = cleaning.clean(rule, actor, after=after, batch=batch)
            if cleaned is None:
                break
            after, gone, left = cleaned.cursor, gone + cleaned.gone, left + cleaned.left
            context.checkpoint(after, done=gone + left, counters={"done": cleaned.gone, "left": cleaned.left})
        context.pause()
    with transaction.atomic():
        context.checkpoint(after)
        _tell_once(
            NewEvent(kind=DONE, payload=CleanedUp(rule=rule.name, gone=gone, left=left), batch=batch, **by(actor))
        )
    if rule.action == CleanupAction.BIN:
        context.result(batch=str(batch))


def _tell_once(event: NewEvent) -> None:
    """A worker killed right after it has told the end does not tell it again when it is taken up."""
    if not Event.objects.filter(batch=event.batch, kind=event.kind).exists():
        append([event])


@job(EMPTY, label=_("Empty recycle bins"))
def empty_bins(context: JobContext) -> None:
    """What has lain in a recycle bin longer than the installation keeps it goes for good."""
    actor = System("retention of the recycle bin", clock=context.now)
    before = context.now() - timedelta(days=keeping_settings().bin_days)
    entities = cleaning.targets()
    place, after = context.cursor or (0, 0)
    while place < len(entities):
        entity = entities[place]
        with transaction.atomic():
            rows = entity.source.rows(deleted=True).filter(deleted_at__lt=before, pk__gt=after).order_by("pk")
            ids = list(rows.values_list("pk", flat=True)[: cleaning.CHUNK])
            gone = cleaning.purge(entity, ids, actor) if ids else 0
            place, after = (place, ids[-1]) if ids else (place + 1, 0)
            context.checkpoint([place, after], counters={"done": gone, "left": len(ids) - gone})
        context.pause()


@periodic(every=timedelta(days=1), name="keeping.bins")
def daily_emptying() -> None:
    if keeping_settings().bin_days:
        enqueue(EMPTY, {}, owner_id=None, label=_("Empty recycle bins"), key=f"bins:{timezone.now():%Y-%m-%d}")
