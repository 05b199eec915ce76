"""Django's own command, with migrations that are made whole or not at all."""

from typing import Any

from django.core.management.commands import migrate

from guanxi.platform.bulk.migrating import WholeExecutor


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        migrate.MigrationExecutor = WholeExecutor  # type: ignore[attr-defined]
        super().handle(*args, **options)
