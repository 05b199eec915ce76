from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from guanxi.platform.bulk import limit_statements
from guanxi.platform.jobs.conf import job_settings
from guanxi.platform.jobs.worker import Worker


class Command(BaseCommand):
    help = "Run background jobs until stopped by SIGTERM; the chunk in hand is finished first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--lanes", default="", help="comma-separated; only jobs of these lanes (default: all)")
        parser.add_argument("--once", action="store_true", help="end when no unfinished job is left")
        parser.add_argument("--concurrency", type=int, default=1, help="jobs run side by side (default: 1)")

    def handle(self, *args: Any, lanes: str, once: bool, concurrency: int, **options: Any) -> None:
        if concurrency < 1:
            raise CommandError("--concurrency must be at least 1.")
        chosen = [lane.strip() for lane in lanes.split(",") if lane.strip()]
        limit_statements(job_settings().statement)
        Worker(lanes=chosen, once=once, concurrency=concurrency).run()
