"""python manage.py load_dossier: what customer files must hold and which of their fields are protected, as shipped."""

from typing import Any

from django.core.management.base import BaseCommand

from guanxi.modules.dossier import jobs, services


class Command(BaseCommand):
    help = "Load the shipped requirements of customer files and protected fields; what is there is left alone."

    def handle(self, *args: Any, **options: Any) -> None:
        made = services.load_defaults()
        if made:
            jobs.start(None)
        self.stdout.write(f"{made} rows")
