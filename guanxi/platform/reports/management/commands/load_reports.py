from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from guanxi.platform.access.actor import System
from guanxi.platform.reports.shipped import load
from guanxi.platform.reports.shipped_names import declared


class Command(BaseCommand):
    help = "Writes the reports and dashboards that modules ship; those that somebody changed or deleted stay so."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--restore", nargs="*", metavar="KEY", default=None,
            help="put these back as they are shipped, whatever was changed; all of them without a key",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        keys = [row["key"] for rows in declared().values() for row in rows]
        restore = keys if options["restore"] == [] else options["restore"] or []
        if unknown := set(restore) - set(keys):
            raise CommandError(f"There is no {', '.join(sorted(unknown))}. Shipped are: {', '.join(keys)}.")
        done = load(System("shipped reports"), restore)
        self.stdout.write(
            f"{done.created} made, {done.updated} brought up to date, {done.kept} kept as changed, {done.unchanged} unchanged"
        )
