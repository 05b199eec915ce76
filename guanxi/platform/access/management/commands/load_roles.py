from typing import Any

from django.core.management.base import BaseCommand

from guanxi.platform.access.role_defaults import load_roles


class Command(BaseCommand):
    help = "Writes the roles that modules ship; roles that were edited keep their rights."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{load_roles()} roles")
