from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from guanxi.platform.access.actor import System
from guanxi.platform.access.gate import NotFound
from guanxi.platform.keeping import catalogue, restoring, services
from guanxi.platform.keeping.errors import ArchiveError


class Command(BaseCommand):
    help = "Puts the contents of a backup in the place of everything; what stands now is kept as a backup first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", help="name of a backup, or path of an archive")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument("--verify-only", action="store_true", help="restore for a trial, compare, change nothing")

    def handle(self, *args: Any, backup: str, yes: bool, verify_only: bool, **options: Any) -> None:
        path = Path(backup)
        try:
            path = path if path.is_file() else catalogue.get(backup).path
            said = restoring.about(path)
            self.stdout.write(f"{path}: made {said['made_at']} on {said['database']}, events up to {said['seq']:,}")
            if verify_only:
                report = restoring.verify(path)
                if report.problem:
                    raise CommandError(f"The backup is not whole: {report.problem}")
                self.stdout.write(self._sum(report))
                return
            if (
                not yes
                and input("Everything that stands now is replaced. Type the name of the file to go on: ") != path.name
            ):
                raise CommandError("Nothing was changed.")
            done = services.restore(System("an operator restores a backup at the console"), path)
        except NotFound as error:
            raise CommandError(f"There is no backup {backup}. `python3 run.py backups` lists them.") from error
        except ArchiveError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(self._sum(done.report))
        self.stdout.write(f"What stood before is kept as {done.before.name}. Everybody has to sign in again.")

    def _sum(self, report: restoring.Report) -> str:
        return f"{report.tables} tables, {report.rows:,} rows, {report.files:,} files agree; {report.seconds:.1f} s"
