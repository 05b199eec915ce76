import secrets
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from guanxi.platform.access.actor import System
from guanxi.platform.access.models import Role, User
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Rejected


class Command(BaseCommand):
    help = "Makes an account, e.g. the first administrator's, and prints a password for the first sign-in once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="")
        parser.add_argument("--role", action="append", default=[], help="key of a role; may be given several times")

    @transaction.atomic
    def handle(self, *args: Any, username: str, name: str, role: list[str], **options: Any) -> None:
        actor = System("an operator makes an account at the console")
        known = dict(Role.objects.filter(key__in=role).values_list("key", "pk"))
        if missing := set(role) - known.keys():
            raise CommandError(
                f"There is no role {', '.join(sorted(missing))}. Run load_roles first, or see the roles page."
            )
        password = secrets.token_urlsafe(12)
        try:
            validate_password(password)
            pk = run(
                commands.get("access.user.create"), actor, inputs={"username": username, "name": name or username}
            ).ids[0]
            for key in role:
                run(commands.get("access.userrole.create"), actor, inputs={"user": pk, "role": known[key]})
        except (Rejected, ValidationError) as error:
            raise CommandError(str(error)) from error
        user = User.objects.get(pk=pk)
        user.set_password(password)
        user.must_change_password = True
        user.save(update_fields=["password", "must_change_password"])
        self.stdout.write(f"{username}  {password}")
