from typing import Any

from django.core.management.base import BaseCommand

from guanxi.platform.keeping import catalogue


class Command(BaseCommand):
    help = "Lists the backups, the newest first."

    def handle(self, *args: Any, **options: Any) -> None:
        for one in catalogue.backups():
            state = f"verified {one.verified_at:%Y-%m-%d %H:%M}" if one.verified_at else "not verified"
            kind = "sealed" if one.sealed else "plain"
            self.stdout.write(
                f"{one.name}  {one.made_at:%Y-%m-%d %H:%M}  {one.size:>14,}  {kind:<6}  {one.problem or state}  {one.reason}"
            )
