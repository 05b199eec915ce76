from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from guanxi.platform.access import keys, places
from guanxi.platform.access.actor import System
from guanxi.platform.keyring import services


class Command(BaseCommand):
    help = "Shows which data keys protect how many values; rotates to a new key; destroys one that nothing needs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", nargs="?", choices=("show", "rotate", "drop", "check"), default="show")
        parser.add_argument("number", nargs="?", type=int, help="the key to destroy")

    def handle(self, *args: Any, what: str, number: int | None, **options: Any) -> None:
        actor = System("an operator looks after the data keys at the console")
        try:
            if what == "rotate":
                done, left = services.rotate(actor)
                self.stdout.write(
                    f"{done:,} values are encrypted with key {keys.current_id()}; {left:,} could not be read."
                )
            elif what == "drop":
                if number is None:
                    raise CommandError("Say which key: drop NUMBER")
                services.drop(actor, number)
            elif what == "check":
                self._check()
                return
        except services.StillNeeded as error:
            raise CommandError(f"{error.count:,} values need key {number}. Rotate first.") from error
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        self._show()

    def _check(self) -> None:
        if absent := places.missing():
            raise CommandError("\n".join([*absent, "Bring the key back (docs/settings.md: GUANXI_DATA_KEYS)."]))

    def _show(self) -> None:
        uses = services.uses()
        for number in keys.numbers():
            values = sum(use.values.get(number, 0) for use in uses)
            state = "encrypts" if number == keys.current_id() else "may be destroyed" if not values else "still needed"
            self.stdout.write(f"key {number}: {values:,} values, {state}")
            for use in uses:
                if count := use.values.get(number):
                    self.stdout.write(f"    {count:>9,} {use.key}")
