"""The doors for reading. They know no actor: ask the gate for the record (or the job) first."""

from pathlib import Path
from typing import BinaryIO

from django.db.models import QuerySet

from guanxi.platform.files import storage
from guanxi.platform.files.choices import FileState
from guanxi.platform.files.errors import FileGone
from guanxi.platform.files.models import File


def live_files() -> QuerySet[File]:
    """Files that are not deleted, those in quarantine among them."""
    return File.objects.filter(deleted_at__isnull=True)


def get(file_id: int) -> File | None:
    return live_files().filter(pk=file_id).first()


def for_record(entity: str, record_id: int) -> QuerySet[File]:
    """What hangs on a record, the newest first."""
    return live_files().filter(entity=entity, record_id=record_id).order_by("-id")


def local_path(file: File) -> Path:
    """The bytes as a path, for readers in a process of their own. Raises FileGone."""
    path = storage.path_of(file.storage_name)
    if file.deleted_at or file.state != FileState.STORED or not path.is_file():
        raise FileGone(f"file {file.pk} is deleted, in quarantine or lost")
    return path


def open_file(file: File) -> BinaryIO:
    """The bytes, for reading. Raises FileGone for a file that is deleted, in quarantine or lost."""
    return local_path(file).open("rb")
