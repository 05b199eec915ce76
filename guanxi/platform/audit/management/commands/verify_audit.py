"""manage.py verify_audit: is everything in the audit trail as it was written?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from guanxi.platform.access.actor import System
from guanxi.platform.audit import anchors, verifying
from guanxi.platform.commands.record_event import by


class Command(BaseCommand):
    help = "Walks the hash chain and its anchors, names the first bad row and ends with 1 if there is one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--begin-anew",
            metavar="REASON",
            help="put the file of anchors aside first, because the database was restored from a backup",
        )

    def handle(self, *args: Any, begin_anew: str | None = None, **options: Any) -> None:
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
