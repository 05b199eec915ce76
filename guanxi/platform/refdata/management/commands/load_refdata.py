"""python manage.py load_refdata: regions, industries and code tables as shipped; users' edits stay."""

from typing import Any

from django.core.management.base import BaseCommand

from guanxi.platform.refdata.loading import load_all


class Command(BaseCommand):
    help = "Loads the shipped regions, industries and code tables; may be run again, users' edits stay."

    def handle(self, *args: Any, **options: Any) -> None:
        for name, counts in load_all().items():
            self.stdout.write(
                f"{name}: {counts.created} new, {counts.updated} updated, "
                f"{counts.kept} kept as edited, {counts.unchanged} unchanged"
            )
