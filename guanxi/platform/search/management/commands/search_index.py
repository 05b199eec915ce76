"""The search index at the console."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from guanxi.platform.search import jobs
from guanxi.platform.search.selectors import behind


class Command(BaseCommand):
    help = "Says what the search index does not know yet; --anew has the worker build all of it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anew", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["anew"]:
            jobs.start(jobs.BUILD, anew=True)
        left = behind()
        self.stdout.write(f"Changes not yet indexed: {left.events}")
        self.stdout.write(f"Kinds of record to be indexed: {', '.join(left.kinds) or 'none'}")
