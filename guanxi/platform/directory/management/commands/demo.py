"""python manage.py demo: the invented operator with its customers, for an empty installation."""

import time
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from guanxi.platform.directory.demo import DemoError, fill_all, write_accounts


class Command(BaseCommand):
    help = "Fills an empty installation with invented data; a second run does nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scale", type=float, default=1.0, help="size; 1 is 3,000 customers (default)")
        parser.add_argument("--seed", type=int, default=20, help="another number gives other data (default 20)")
        parser.add_argument("--until", type=datetime.fromisoformat, help="last invented moment, ISO (default now)")

    def handle(self, *args: Any, **options: Any) -> None:
        begin = time.monotonic()
        until = options["until"] or datetime.now(UTC)
        if until.tzinfo is None:
            until = until.replace(tzinfo=UTC)
        write_accounts()
        self._say(_("Loading the demonstration data …"))
        try:
            filled = fill_all(until, scale=options["scale"], seed=options["seed"], tell=self._say)
        except DemoError as problem:
            raise CommandError(str(problem)) from problem
        if filled:
            self._say(
                _("The demonstration data is complete after %(seconds).1f s.") % {"seconds": time.monotonic() - begin}
            )
        else:
            self._say(_("The demonstration data is there already."))

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
