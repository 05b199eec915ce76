"""manage.py verify_audit: is everything in the audit trail as it was written? And which export is this file?"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from guanxi.platform.access.actor import System
from guanxi.platform.audit import anchors, fingerprints, verifying
from guanxi.platform.commands.record_event import by


class Command(BaseCommand):
    help = "Walks the hash chain and its anchors, names the first bad row and ends with 1 if there is one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--begin-anew",
            metavar="REASON",
            help="put the file of anchors aside first, because the database was restored from a backup",
        )

        parser.add_argument("file", nargs="?", type=Path, help="an exported file: say who exported it, and when")

    def handle(self, *args: Any, begin_anew: str | None = None, file: Path | None = None, **options: Any) -> None:
        if begin_anew is not None:
            now = timezone.now()
            anchors.begin_anew(begin_anew, now, by(System(begin_anew or "anchors begun anew")))
            anchors.write_file()
        verdict = verifying.verify()
        verifying.keep(verdict, timezone.now())
        if verdict.fault is not None:
            raise CommandError(f"{verdict.message()} (event id {verdict.fault.event_id})")
        self.stdout.write(
            f"{verdict.message()} {verdict.events:,} events, {verdict.anchors:,} anchors, "
            f"{verdict.views:,} viewings in {verdict.seconds:.2f} s"
        )
        if file is not None:
            self.stdout.write(_told(file))


def _told(file: Path) -> str:
    """Which export a file is. Raises CommandError for one that is none, or was changed since."""
    try:
        found = fingerprints.export_of(file)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from error
    if found is None:
        raise CommandError(
            f"{file.name} is no export of this installation as it was written: no event knows its bytes."
        )
    sealed = f"sealed as number {found.seq:,}" if found.seq else "not sealed yet"
    return (
        f"{file.name} was exported by {found.actor_name} on {found.at:%Y-%m-%d %H:%M} UTC (event {found.id}, {sealed})."
    )
