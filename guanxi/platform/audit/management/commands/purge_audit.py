"""manage.py purge_audit: delete events whose time is over, by whole anchored segments."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from guanxi.platform.access.actor import System
from guanxi.platform.audit import purging
from guanxi.platform.audit.conf import audit_settings
from guanxi.platform.commands.record_event import by


class Command(BaseCommand):
    help = "Deletes events older than the audit keeps them. Run it as the owner of the tables on PostgreSQL."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--months", type=int, help="keep so many months instead of the setting's; at least 6")

    def handle(self, *args: Any, months: int | None = None, **options: Any) -> None:
        actor = System("events older than the audit keeps them")
        try:
            purging.begin(timezone.now(), by(actor), months or audit_settings().keep_months)
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{purging.carry_out():,} events deleted")
