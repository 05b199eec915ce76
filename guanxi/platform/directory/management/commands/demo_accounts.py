"""python manage.py demo_accounts: who can be tried in the demonstration."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from guanxi.platform.directory.demo import write_accounts


class Command(BaseCommand):
    help = "Prints the demonstration accounts and hands them to the sign-in page."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(_("Only the demonstration has such accounts. Start it with: python3 run.py"))
        self.stdout.write(_("One click on the sign-in page signs in as:"))
        for account in write_accounts():
            self.stdout.write(f"  {account.username:<16}{account.name} · {account.role} · {account.sees}")
