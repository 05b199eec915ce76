"""Imports whose rows name a person: the spool of their rows goes, with what was written beside it."""

import shutil
from collections.abc import Iterator

from guanxi.platform.exchange.folders import folder_of
from guanxi.platform.exchange.models import Import
from guanxi.platform.privacy.contents import mentions
from guanxi.platform.privacy.marks import Marks


def imports_naming(marks: Marks) -> Iterator[Import]:
    """The imports of whose kept rows one names the person."""
    if marks:
        for chosen in Import.objects.order_by("pk").iterator(chunk_size=200):
            folder = folder_of(chosen)
            if folder.is_dir() and any(mentions(path, "txt", marks) for path in folder.rglob("*")):
                yield chosen


def forget(chosen: Import) -> None:
    """Remove the rows as they were read. The import itself stays, with its counts."""
    shutil.rmtree(folder_of(chosen), ignore_errors=True)
