"""The text of files in the index: read once by a job, kept as tokens alone, found as part of the record that names the file.

Nothing here knows rights: the tokens belong to the field of kind FILE, so that whoever may not see the record, or that field
of it, does not find it by them.
"""

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from guanxi.platform import bulk
from guanxi.platform.access import kinds
from guanxi.platform.access.fields import Field
from guanxi.platform.entities.entity import Entity
from guanxi.platform.files import selectors as files
from guanxi.platform.files.choices import FileState
from guanxi.platform.files.confining import CONFINED
from guanxi.platform.files.errors import FileGone
from guanxi.platform.files.models import File
from guanxi.platform.search.models import FileText
from guanxi.platform.search.options import searched, searched_entities
from guanxi.platform.search.tokens import VERSION, body_tokens

#: Extensions that are read, larger files than so many bytes are not; characters that are looked at.
READ, LARGEST, CHARACTERS = ("pdf", "docx", "xlsx", "txt", "csv", "tsv"), 50 * 1024**2, 50_000
#: What reading one file may take: bytes of memory, seconds of processor, seconds in all, bytes written to a file.
MEMORY, SECONDS, PATIENCE, WRITTEN = 1024**3, 20, 40, 1024**2
_PROCESS = Path(__file__).with_name("file_process.py")
_LOADED = "_file_tokens"


def fields_of(entity: Entity) -> list[Field]:
    """The searched fields that name files."""
    return [field for field in searched(entity).values() if field.kind is kinds.FILE]


def load(entity: Entity, records: Sequence[Any]) -> None:
    """Put the tokens of their files beside records, by one statement; files that nobody has read yet are noted for the job."""
    fields = fields_of(entity)
    if not fields or not records:
        return
    ids = {pk for record in records for field in fields if (pk := field.get(record))}
    known = dict(FileText.objects.filter(bulk.key_in("file_id", ids)).values_list("file_id", "tokens"))
    if new := ids - known.keys():
        there = File.objects.filter(bulk.key_in("pk", new)).values_list("pk", flat=True)
        FileText.objects.bulk_create([FileText(file_id=pk) for pk in there], ignore_conflicts=True)
    for record in records:
        record.__dict__[_LOADED] = {field.key: known.get(field.get(record), "") for field in fields}


def tokens_of(field: Field, record: Any, letter: str) -> Iterator[str]:
    """The tokens of the file that a loaded record names in the field."""
    for token in record.__dict__.get(_LOADED, {}).get(field.key, "").split():
        yield f"{letter}{token}"


def waiting() -> Any:
    """What is to be read: not yet, or for tokens of another version. Held and deleted files wait for better days."""
    return FileText.objects.filter(version__lt=VERSION, file__state=FileState.STORED, file__deleted_at=None).order_by(
        "pk"
    )


def read(one: FileText) -> str:
    """The tokens of a file; none if nothing can be read of it, which is no fault of anybody's."""
    extension = one.file.name.rpartition(".")[2].casefold()
    if extension not in READ or one.file.size > LARGEST:
        return ""
    try:
        path = files.local_path(one.file)
    except FileGone:
        return ""
    return " ".join(dict.fromkeys(body_tokens(extract(path, extension))))


def extract(path: Path, kind: str) -> str:
    """The text of a file, read in a process with limits that it cannot lift; as much as it had said when it ended."""
    command = [
        sys.executable, "-I", str(CONFINED), str(MEMORY), str(SECONDS), str(WRITTEN),
        sys.executable, "-I", str(_PROCESS), str(path), kind, str(CHARACTERS),
    ]  # fmt: skip
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and script; the file goes by a path of ours
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=PATIENCE,
            env={"PATH": os.defpath, "LANG": "C.UTF-8"}, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        said: bytes = error.stdout or b""
        return said.decode("utf-8", "replace")
    return done.stdout.decode("utf-8", "replace")


def naming(file_ids: Iterable[int]) -> Iterator[tuple[Entity, list[int]]]:
    """(entity, ids) of the records that name one of the files."""
    wanted = set(file_ids)
    for entity in searched_entities():
        for field in fields_of(entity):
            rows = entity.source.rows().filter(bulk.key_in(entity.source.column(field), wanted))
            if ids := list(rows.values_list("pk", flat=True)):
                yield entity, ids
