"""Making a backup: rows out of a still picture of the database, then the bytes of the files it names."""

import hashlib
import os
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from django.apps import apps
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext_noop

from guanxi.platform.events.selectors import last_seq
from guanxi.platform.files import storage
from guanxi.platform.files.choices import FileState
from guanxi.platform.files.models import File
from guanxi.platform.keeping import catalogue, databases, tables
from guanxi.platform.keeping.archive import ABOUT, MANIFEST, ArchiveWriter, writing
from guanxi.platform.keeping.catalogue import Backup
from guanxi.platform.keeping.conf import keeping_settings
from guanxi.platform.keeping.errors import ArchiveError

FORMAT = 1
PIECE = 2**20
#: Told how many steps (tables, then files) are done, and how many there are. It may raise to stop.
Progress = Callable[[int, int], None]


def quiet(done: int, total: int) -> None:
    """Tells nobody."""


def make(now: datetime, *, reason: str, by: str = "", progress: Progress = quiet) -> Backup:
    """Make one archive in the folder of backups; it appears there when it is whole.

    ``reason``: daily, asked, before-restore. Raises ArchiveError when the disk is full; nothing is left behind then.
    """
    conf = keeping_settings()
    catalogue.ready(conf.folder)
    name = f"guanxi-{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}.{'gxb' if conf.key else 'tar.gz'}"
    growing = conf.folder / f".{name}.part"
    try:
        with growing.open("xb") as file:
            with writing(file, conf.key) as archive:
                manifest = _write(archive, now, progress)
            file.flush()
            os.fsync(file.fileno())
        digest = _digest(growing)
        growing.rename(conf.folder / name)
        catalogue.sync_folder(conf.folder)
    except OSError as problem:
        growing.unlink(missing_ok=True)
        if problem.errno in storage.FULL:
            raise ArchiveError(
                gettext_noop("The disk with the backups is full. Make room, then make the backup again."),
                code="disk_full",
            ) from problem
        raise
    except BaseException:
        growing.unlink(missing_ok=True)
        raise
    totals = manifest["totals"]
    return catalogue.enter(
        Backup(
            name=name, made_at=now, reason=reason, by=by, size=(conf.folder / name).stat().st_size, sha256=digest, sealed=bool(conf.key),
            rows=totals["rows"], files=totals["files"], seq=manifest["seq"],
        )
    )  # fmt: skip


def _write(archive: ArchiveWriter, now: datetime, progress: Progress) -> dict[str, Any]:
    models = tables.kept_models(apps)
    with databases.still() as alias:
        connection = connections[alias]
        files = File.objects.using(alias).exclude(state=FileState.QUARANTINED).order_by("pk")
        total, done = len(models) + files.count(), 0
        seq = last_seq(using=alias)
        about = {
            "format": FORMAT, "made_at": now, "database": connection.vendor, "seq": seq,
            "migrations": sorted(MigrationRecorder(connection).applied_migrations()),
        }  # fmt: skip
        archive.add(ABOUT, orjson.dumps(about))
        summary: dict[str, Any] = {}
        for model in models:
            summary[model._meta.label_lower] = _write_table(archive, model, alias)
            done += 1
            progress(done, total)
        stored: dict[str, Any] = {}
        missing: list[str] = []
        for file in files.only("storage_name", "sha256").iterator(chunk_size=tables.FETCHED):
            _write_file(archive, file, stored, missing)
            done += 1
            progress(done, total)
    totals = {"rows": sum(one["rows"] for one in summary.values()), "files": len(stored)}
    manifest = {"tables": summary, "files": stored, "missing": missing, "totals": totals, "seq": seq}
    archive.add(MANIFEST, orjson.dumps(manifest))
    return manifest


def _write_table(archive: ArchiveWriter, model: Any, alias: str) -> dict[str, Any]:
    digest, label = tables.Digest(), model._meta.label_lower
    for number, piece in enumerate(tables.members_of(model, alias, digest), 1):
        archive.add(f"tables/{label}/{number:06d}.jsonl", piece)
    return digest.summary() | {"last_id": tables.last_id(model, alias)}


def _write_file(archive: ArchiveWriter, file: File, stored: dict[str, Any], missing: list[str]) -> None:
    """The bytes of one file; those that were purged since the picture was taken, or are lost, are named."""
    try:
        size, digest = archive.add_path(f"files/{file.storage_name}", storage.path_of(file.storage_name))
    except FileNotFoundError:
        missing.append(file.storage_name)
        return
    stored[file.storage_name] = {"size": size, "sha256": digest}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
