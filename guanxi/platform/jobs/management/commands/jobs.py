from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from guanxi.platform.jobs.models import Job, JobTrace
from guanxi.platform.jobs.selectors import unfinished, views


class Command(BaseCommand):
    help = "List background jobs: the unfinished ones, or the newest with --all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", dest="everything", help="ended jobs too")
        parser.add_argument("--limit", type=int, default=50, help="at most this many (default: 50)")
        parser.add_argument("--trace", type=int, metavar="ID", help="the technical errors of one job instead")

    def handle(self, *args: Any, everything: bool, limit: int, trace: int | None, **options: Any) -> None:
        if trace is not None:
            for one in JobTrace.objects.filter(job_id=trace).order_by("id"):
                self.stdout.write(f"{one.at:%Y-%m-%d %H:%M:%S} {one.worker}\n{one.trace}")
            return
        jobs = Job.objects.order_by("-id") if everything else unfinished()
        for view in views(jobs[:limit]):
            total = "?" if view.total is None else view.total
            line = f"{view.id:>8} {view.state:<10} {view.done}/{total} {view.kind} {view.label}"
            self.stdout.write(f"{line}: {view.error}" if view.error else line)
