from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from guanxi.platform.access.actor import System
from guanxi.platform.keeping import services
from guanxi.platform.keeping.errors import ArchiveError


class Command(BaseCommand):
    help = "Makes a backup in the folder of backups and verifies it by restoring it for a trial."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-verify", action="store_true", help="do not restore it for a trial")

    def handle(self, *args: Any, no_verify: bool, **options: Any) -> None:
        actor = System("an operator makes a backup at the console")
        try:
            made = services.back_up(actor)
            self.stdout.write(f"{made.path}  {made.rows:,} rows, {made.files:,} files, {made.size:,} bytes")
            if no_verify:
                return
            checked = services.verify(actor, made)
        except ArchiveError as error:
            raise CommandError(str(error)) from error
        if checked.problem:
            raise CommandError(f"The backup is not whole: {checked.problem}")
        self.stdout.write(f"Verified by restoring in {checked.seconds} s.")
