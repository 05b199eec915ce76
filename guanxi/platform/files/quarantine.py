"""Files that the virus scanner judges: harmful ones are refused, those it cannot judge wait and are looked at again."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from guanxi.platform.events.services import append
from guanxi.platform.events.stored import NewEvent
from guanxi.platform.files import storage
from guanxi.platform.files.choices import FileState
from guanxi.platform.files.errors import FileRefused
from guanxi.platform.files.events import FoundHarmful
from guanxi.platform.files.models import File
from guanxi.platform.files.scanners import Harmful, verdict

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)


def judged(new: storage.TemporaryFile, name: str, by: int | None) -> str:
    """Empty for a clean file, else why it is held back. What is harmful leaves an event and is refused."""
    try:
        return verdict(new.path)
    except Harmful as found:
        _tell(name, new.sha256, str(found), by, "")
        raise FileRefused(
            gettext_noop(
                "“%(file)s” was not taken: the virus scanner found %(found)s. Ask the sender for a clean file, and tell your "
                "administrator if you opened it."
            ),
            code="harmful",
            file=name,
            found=str(found),
        ) from found


def due(now: datetime) -> QuerySet[File]:
    """Files in quarantine whose next look has come."""
    return File.objects.filter(state=FileState.QUARANTINED, next_scan__lte=now, deleted_at=None)


def look_again(file: File, now: datetime) -> None:
    """Let a file out of quarantine, throw its bytes away, or wait longer. Two workers at once do no harm: whoever comes
    second changes nothing."""
    path = storage.path_of(file.storage_name)
    waiting = File.objects.filter(pk=file.pk, state=FileState.QUARANTINED, scans=file.scans)
    try:
        unsure = verdict(path) if path.is_file() else ""
    except Harmful as found:
        with transaction.atomic():
            if waiting.update(state=FileState.HARMFUL, state_reason=str(found), next_scan=None):
                _tell(file.name, file.sha256, str(found), file.created_by_id, file.entity or "")
        path.unlink(missing_ok=True)
        return
    if unsure:
        pause = min(FIRST_PAUSE * 2 ** min(file.scans + 1, 10), LONGEST_PAUSE)
        waiting.update(scans=file.scans + 1, next_scan=now + pause, state_reason=unsure)
    else:
        waiting.update(state=FileState.STORED, state_reason="", next_scan=None)


def _tell(name: str, sha256: str, found: str, by: int | None, entity: str) -> None:
    payload = FoundHarmful(file=name, found=found, sha256=sha256)
    with transaction.atomic():
        append([NewEvent(kind=FoundHarmful.kind.key, actor_id=by, source="page", payload=payload)])
