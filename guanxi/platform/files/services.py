"""The doors for writing: take a file, attach it, delete it, throw it away for good.

Rights are the caller's matter. Storing reads and scans a stream: keep it outside of transactions.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.db.models import Q
from django.utils import timezone

from guanxi.platform.files import quarantine, storage
from guanxi.platform.files.choices import FileState, Purpose
from guanxi.platform.files.conf import file_settings
from guanxi.platform.files.content import check_type
from guanxi.platform.files.models import File
from guanxi.platform.files.names import clean_name, extension_of

PIECE = 2**20
#: An upload that no record has claimed by then is thrown away.
UNCLAIMED = timedelta(days=1)


class NewFile(storage.TemporaryFile):
    """What ``new_file`` hands out: write to it; ``file`` is the stored File after the block."""

    file: File | None = None


@contextmanager
def new_file(
    name: str,
    *,
    by: int | None,
    purpose: str,
    limit: int | None = None,
    expires_at: datetime | None = None,
    judge: Callable[[Path], None] | None = None,
    **attach: Any,
) -> Iterator[NewFile]:
    """Write a file piece by piece, as exports do; it comes into being, whole, when the block ends without error.

    ``by`` is the user's id, ``limit`` bytes (default: that of the purpose), ``judge`` raises FileRefused for bytes that
    are not welcome (default: those that do not agree with the extension), ``attach`` may name ``entity``,
    ``record_id`` and ``customer_id``. Raises FileRefused for what the user can mend, such as size or type, and for what
    a scanner calls harmful; what it cannot judge is kept in quarantine.
    """
    name = clean_name(name)
    extension = extension_of(name)
    new = NewFile(file_settings().limit(purpose, extension) if limit is None else limit)
    try:
        yield new
        new.close()
        content_type = check_type(new.path, extension, purpose, judge)
        reason = "" if purpose == Purpose.EXPORT else quarantine.judged(new, name, by)
        target = new.keep()
    except BaseException:
        new.discard()
        raise
    try:
        new.file = File.objects.create(
            storage_name=new.storage_name,
            name=name,
            size=new.size,
            sha256=new.sha256,
            content_type=content_type,
            purpose=purpose,
            state=FileState.QUARANTINED if reason else FileState.STORED,
            state_reason=reason,
            next_scan=timezone.now() + quarantine.FIRST_PAUSE if reason else None,
            created_by_id=by,
            expires_at=expires_at,
            **attach,
        )
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def store(
    stream: IO[bytes],
    name: str,
    *,
    by: int | None,
    purpose: str,
    limit: int | None = None,
    expires_at: datetime | None = None,
    judge: Callable[[Path], None] | None = None,
    **attach: Any,
) -> File:
    """Take an uploaded stream. Arguments and errors as ``new_file``; on any error nothing is left behind."""
    with new_file(name, by=by, purpose=purpose, limit=limit, expires_at=expires_at, judge=judge, **attach) as new:
        while piece := stream.read(PIECE):
            new.write(piece)
    assert new.file is not None
    return new.file


def attach(file: File, *, entity: str, record_id: int, customer_id: int | None = None) -> None:
    """Hang a stored file on a record."""
    file.entity, file.record_id, file.customer_id = entity, record_id, customer_id
    file.save(update_fields=["entity", "record_id", "customer_id"])


def receive(stream: IO[bytes], name: str, *, by: int | None) -> File:
    """Take an upload for a field of kind FILE. It lives for a day, or on once a record claims it."""
    return store(stream, name, by=by, purpose=Purpose.ATTACHMENT, expires_at=timezone.now() + UNCLAIMED)


def claim(file_id: int, *, entity: str, record_id: int, customer_id: int | None) -> bool:
    """Hang an upload on the record that now names it; False when another record has been faster."""
    free = File.objects.filter(pk=file_id, entity=None, deleted_at=None)
    return bool(free.update(entity=entity, record_id=record_id, customer_id=customer_id, expires_at=None))


def expire(file: File, *, now: datetime | None = None) -> bool:
    """Let a file expire now; False when it had expired or somebody else was there before."""
    moment = now or timezone.now()
    return bool(File.objects.filter(pk=file.pk, expires_at__gt=moment).update(expires_at=moment))


def delete(file: File, *, by: int | None) -> None:
    """Hide the file; its bytes stay until ``purge`` so that this can be undone."""
    delete_all([file.pk], by=by)
    file.refresh_from_db()


def delete_all(ids: Collection[int], *, by: int | None) -> None:
    """Hide several files."""
    File.objects.filter(pk__in=ids, deleted_at=None).update(deleted_at=timezone.now(), deleted_by_id=by)


def restore(file: File) -> None:
    """Undo ``delete``."""
    restore_all([file.pk])
    file.refresh_from_db()


def restore_all(ids: Collection[int]) -> None:
    """Undo ``delete_all``."""
    File.objects.filter(pk__in=ids).exclude(deleted_at=None).update(deleted_at=None, deleted_by_id=None)


def purge(*, now: datetime | None = None, at_once: int = 500) -> int:
    """Throw away expired files and files deleted long ago; returns how many.

    Bytes go first: a row without bytes says "gone" and is met again by the next purge, bytes without a row
    would only be found by ``sweep``.
    """
    now = now or timezone.now()
    deleted_before = now - timedelta(days=file_settings().keep_deleted_days)
    old = File.objects.filter(Q(expires_at__lte=now) | Q(deleted_at__lte=deleted_before))
    return destroy(list(old.order_by("id").values_list("pk", flat=True)[:at_once]))


def destroy(ids: Collection[int]) -> int:
    """Throw files away at once and for good, bytes first; returns how many."""
    doomed = list(File.objects.filter(pk__in=ids))
    for file in doomed:
        storage.path_of(file.storage_name).unlink(missing_ok=True)
    File.objects.filter(pk__in=[file.pk for file in doomed]).delete()
    return len(doomed)


def sweep(folder: str, *, now: datetime | None = None) -> int:
    """Remove what killed processes left in one folder of ``storage.folders()``; returns how many files.

    That is temporary files, and whole ones whose row was never committed. Young ones may still get theirs.
    """
    now = now or timezone.now()
    before = (now - timedelta(hours=file_settings().keep_orphans_hours)).timestamp()
    old = {path.name: path for path in storage.content_of(folder) if path.stat().st_mtime < before}
    known = set(File.objects.filter(storage_name__in=old).values_list("storage_name", flat=True))
    orphans = [path for name, path in old.items() if folder == storage.TEMPORARY or name not in known]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)
