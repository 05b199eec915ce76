"""House-keeping of the file store."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from guanxi.platform.files import quarantine, storage
from guanxi.platform.files.services import purge, sweep
from guanxi.platform.jobs.context import JobContext
from guanxi.platform.jobs.registry import job, periodic
from guanxi.platform.jobs.services import enqueue


@periodic(every=timedelta(minutes=10), name="files.purge")
def purge_files() -> None:
    """Expired and deleted files go, a few hundred at a time."""
    purge()


@periodic(every=timedelta(days=1), name="files.sweep")
def sweep_later() -> None:
    enqueue("files.sweep", {}, owner_id=None, label=gettext_noop("Sweep of the file store"), priority=-10)


@job("files.sweep", label=_("Sweep of the file store"))
def sweep_folders(context: JobContext) -> None:
    """Look through the store for bytes that belong to no file, folder by folder."""
    folders = storage.folders()
    context.stage("sweep", gettext_noop("Looking for left-over files"), total=len(folders))
    for place in range(context.cursor or 0, len(folders)):
        removed = sweep(folders[place])
        with transaction.atomic():
            context.checkpoint(place + 1, done=place + 1, counters={"removed": removed})
        context.pause()


@periodic(every=timedelta(minutes=1), name="files.scan_again")
def scan_later() -> None:
    """Files in quarantine whose time has come are looked at again, by a job: a scanner takes its time."""
    if quarantine.due(timezone.now()).exists():
        enqueue("files.scan", {}, owner_id=None, label=gettext_noop("Files in quarantine"), key="files.scan")


@job("files.scan", label=_("Files in quarantine"))
def scan(context: JobContext) -> None:
    """Ask the scanner again, file by file; each has its own next time, so that going on means looking again."""
    while not context.cancelled():
        file = quarantine.due(context.now()).order_by("next_scan").first()
        if file is None:
            return
        quarantine.look_again(file, context.now())
        context.pause()
