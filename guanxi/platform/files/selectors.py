"""The doors for reading. They know no actor: ask the gate for the record (or the job) first."""

from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO

from django.db.models import QuerySet

from guanxi.platform.files import storage
from guanxi.platform.files.choices import FileState, Purpose
from guanxi.platform.files.errors import FileGone, FileHeld
from guanxi.platform.files.models import File


def live_files() -> QuerySet[File]:
    """Files that are not deleted, those in quarantine among them."""
    return File.objects.filter(deleted_at__isnull=True)


def get(file_id: int) -> File | None:
    return live_files().filter(pk=file_id).first()


def for_record(entity: str, record_id: int) -> QuerySet[File]:
    """What hangs on a record, the newest first."""
    return live_files().filter(entity=entity, record_id=record_id).order_by("-id")


def names(ids: Collection[int]) -> dict[int, str]:
    """Id → name, also of deleted files: what a record once named is told by its history."""
    return dict(File.objects.filter(pk__in=ids).values_list("pk", "name"))


def states(ids: Collection[int]) -> dict[int, FileState]:
    """Id → state of those that are not given out."""
    rows = File.objects.filter(pk__in=ids).exclude(state=FileState.STORED).values_list("pk", "state")
    return {pk: FileState(state) for pk, state in rows}


def claimable(ids: Collection[int], by: int | None) -> set[int]:
    """Those of the uploads that this person brought (None: the program) and no record has claimed yet."""
    free = live_files().filter(created_by_id=by, pk__in=ids, entity=None, purpose=Purpose.ATTACHMENT)
    return set(free.values_list("pk", flat=True))


def local_path(file: File) -> Path:
    """The bytes as a path, for readers in a process of their own. Raises FileGone, and FileHeld (which is one) for a file
    that waits for the scanner."""
    path = storage.path_of(file.storage_name)
    if file.state == FileState.QUARANTINED and not file.deleted_at:
        raise FileHeld(f"file {file.pk} is in quarantine")
    if file.deleted_at or file.state != FileState.STORED or not path.is_file():
        raise FileGone(f"file {file.pk} is deleted, in quarantine or lost")
    return path


def open_file(file: File) -> BinaryIO:
    """The bytes, for reading. Raises FileGone for a file that is deleted, in quarantine or lost."""
    return local_path(file).open("rb")
