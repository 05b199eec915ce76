"""The doors of keeping: make, verify, take away, bring, remove and restore backups. Whoever calls asks for the right first
(rights.BACKUPS)."""

import hashlib
import os
import secrets
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from guanxi.platform.access.actor import Actor
from guanxi.platform.commands.record_event import by
from guanxi.platform.entities import registry
from guanxi.platform.events.payloads import Payload
from guanxi.platform.events.services import NewEvent, append
from guanxi.platform.jobs import maintenance
from guanxi.platform.jobs.models import Job
from guanxi.platform.keeping import catalogue, databases, restoring
from guanxi.platform.keeping.archive import PIECE
from guanxi.platform.keeping.catalogue import UPLOADED, Backup
from guanxi.platform.keeping.conf import keeping_settings
from guanxi.platform.keeping.errors import ArchiveError
from guanxi.platform.keeping.events import Downloaded, Made, Removed, Restored, Uploaded, Verified
from guanxi.platform.keeping.making import Progress, make, quiet
from guanxi.platform.keeping.restoring import Report
from guanxi.platform.keeping.sealed import is_sealed

#: The kind of job for which everything else stands still.
RESTORE = "keeping.restore"
BEFORE_RESTORE = "before-restore"
#: Seconds that jobs under way get to come to the end of their chunk.
PATIENCE = 60
LAST = "restored.json"


def _remember(kind: str, told: Payload, actor: Actor) -> None:
    with transaction.atomic():
        append([NewEvent(kind=f"keeping.backup.{kind}", payload=told, **by(actor))])


def back_up(actor: Actor, *, reason: str = "asked", progress: Progress = quiet) -> Backup:
    """Make a backup and let go of those that the rule no longer keeps. Raises ArchiveError."""
    made = make(actor.now(), reason=reason, by=actor.name, progress=progress)
    _remember("made", Made(name=made.name, rows=made.rows, files=made.files, size=made.size), actor)
    for old in catalogue.outdated(catalogue.backups()):
        catalogue.remove(old)
    catalogue.sweep(keeping_settings().folder, actor.now())
    return made


def verify(actor: Actor, backup: Backup, *, progress: Progress = quiet) -> Backup:
    """Restore it for a trial and note how that went. An archive that cannot even be read is noted as such."""
    try:
        report = restoring.verify(backup.path, progress=progress)
        problem = report.problem
    except ArchiveError as error:
        report, problem = Report(), str(error)
    _remember("verified", Verified(name=backup.name, problem=problem), actor)
    numbers = {} if problem else {"rows": report.rows, "files": report.files, "seq": report.seq}
    return catalogue.note(backup, verified_at=actor.now(), problem=problem, seconds=round(report.seconds, 1), **numbers)


def taken_away(actor: Actor, backup: Backup) -> None:
    """Somebody downloads it: everything is in it, so this is remembered before the first byte leaves."""
    _remember("downloaded", Downloaded(name=backup.name), actor)


def remove(actor: Actor, backup: Backup) -> None:
    catalogue.remove(backup)
    _remember("removed", Removed(name=backup.name), actor)


def receive(actor: Actor, stream: BinaryIO) -> Backup:
    """Take an archive from a browser. Only one that was sealed with our key: an archive brings users and rights with it,
    so whoever can write one could make themselves anything. Others are restored at the console. Raises ArchiveError."""
    conf = keeping_settings()
    if not conf.key:
        raise ArchiveError(
            gettext_noop(
                "Only sealed backups are taken from a browser, and no key is set. Restore the file at the console."
            ),
            code="no_key",
        )
    catalogue.ready(conf.folder)
    now = actor.now()
    name = f"{UPLOADED}-{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}.gxb"
    growing = conf.folder / f".{name}.part"
    digest = hashlib.sha256()
    try:
        with growing.open("xb") as file:
            while piece := stream.read(PIECE):
                file.write(piece)
                digest.update(piece)
            file.flush()
            os.fsync(file.fileno())
        _refuse_plain(growing)
        restoring.about(growing)
        growing.rename(conf.folder / name)
    finally:
        growing.unlink(missing_ok=True)
    backup = Backup(
        name=name, made_at=now, reason=UPLOADED, by=actor.name, size=(conf.folder / name).stat().st_size, sealed=True,
        sha256=digest.hexdigest(),
    )  # fmt: skip
    _remember("uploaded", Uploaded(name=name), actor)
    return catalogue.enter(backup)


def _refuse_plain(path: Path) -> None:
    with path.open("rb") as file:
        if not is_sealed(file):
            raise ArchiveError(
                gettext_noop("The file is not sealed with our key. Restore it at the console."), code="plain"
            )


# --- restoring ------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Restoration:
    """What was restored; ``before`` is the backup of what stood until then."""

    report: Report
    before: Backup


def restore(
    actor: Actor, path: Path, *, progress: Progress = quiet, stage: Callable[[str, str], None] = lambda key, label: None
) -> Restoration:
    """Put the contents of an archive in the place of everything. What stands now is kept as a backup first; nothing is
    exchanged before the archive has been restored beside it and compared. Everybody is signed out.

    Raises ArchiveError and changes nothing if the archive is not whole or comes from a newer version."""

    def going_on(done: int, total: int) -> None:
        maintenance.touch()
        progress(done, total)

    restoring.about(path)
    with ExitStack() as stack:
        stack.enter_context(maintenance.standing_still(RESTORE))
        _wait_for_jobs()
        stage("before", gettext_noop("Keeping what stands now"))
        before = make(actor.now(), reason=BEFORE_RESTORE, by=actor.name, progress=going_on)
        stage("load", gettext_noop("Loading and comparing"))
        alias, report = stack.enter_context(restoring.restored(path, progress=going_on))
        stage("exchange", gettext_noop("Exchanging"))
        version = registry.configuration_version()
        databases.exchange(alias)
        _settle(actor, path.name, before, report, version)
    return Restoration(report, before)


def _wait_for_jobs() -> None:
    """Others give their jobs back at the end of a chunk."""
    deadline = time.monotonic() + PATIENCE
    while Job.objects.filter(state="running").exclude(kind=RESTORE).exists() and time.monotonic() < deadline:
        time.sleep(0.2)


def _settle(actor: Actor, name: str, before: Backup, report: Report, version: int) -> None:
    """In the restored database: sign everybody out, let nothing happen a second time, remember it."""
    import_module(settings.SESSION_ENGINE).SessionStore.get_model_class().objects.all().delete()
    UserSession.objects.all().delete()
    maintenance.restored()
    with transaction.atomic():
        registry.configuration_restored(version)
        told = Restored(name=name, before=before.name, rows=report.rows, files=report.files)
        append([NewEvent(kind="keeping.backup.restored", payload=told, **by(actor))])
    last = {
        "name": name, "at": actor.now(), "by": actor.name, "before": before.name, "rows": report.rows, "files": report.files,
        "seconds": round(report.seconds, 1), "database": connection.vendor,
    }  # fmt: skip
    catalogue.write_json(keeping_settings().folder / LAST, last)


def last_restored() -> dict[str, object]:
    """What was restored last, and when; empty if nothing ever was."""
    return catalogue.read_json(keeping_settings().folder / LAST)


def wanted_now(now: datetime) -> str:
    """The day whose backup is due, as 2026-03-10: its hour has come and none was made since; empty if none is."""
    conf = keeping_settings()
    if conf.hour < 0:
        return ""
    local = now.astimezone(timezone.get_default_timezone())
    due = local.replace(hour=conf.hour, minute=0, second=0, microsecond=0)
    if local < due:
        due -= timedelta(days=1)
    newest = next((one.made_at for one in catalogue.backups() if one.reason in ("daily", "asked")), None)
    return f"{due:%Y-%m-%d}" if newest is None or newest < due else ""
