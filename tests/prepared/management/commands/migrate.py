"""`migrate` of the tests: an empty database becomes a copy of one that the same program migrated before."""

from typing import Any

from django.db import connections

from guanxi.platform.bulk.management.commands.migrate import Command as Migrate
from tests.prepared import copies


class Command(Migrate):
    def handle(self, *args: Any, **options: Any) -> None:
        """As the program's own. GUANXI_PREPARED=0 lets every database be migrated."""
        own = super().handle
        if options["app_label"]:
            own(*args, **options)
        else:
            copies.fill(connections[options["database"]], lambda: own(*args, **options))
