"""Brings the databases up to date in one Django process; run with the environment's Python: python -m tools.prepare."""

import io
import os
from importlib import import_module

import django
from django.conf import settings
from django.core.management import CommandError, call_command

# Commands that load what is shipped as data; each may be run again and keeps what users edited.
DEFAULTS = ("load_refdata", "load_roles", "load_reports", "load_dossier")


def prepare() -> None:
    """Migrate every database, make the cache's table where it belongs, and load the shipped data. Ends the process where
    values need a data key that is not here."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.config.settings")
    django.setup()
    import_module("guanxi.platform.signin.checks").refuse_unsafe()
    for alias in settings.DATABASES:
        call_command("migrate", database=alias, interactive=False, verbosity=0)
        call_command("createcachetable", database=alias, verbosity=0)
    try:
        call_command("data_keys", "check")
    except CommandError as error:
        raise SystemExit(str(error)) from error
    for command in DEFAULTS:
        call_command(command, verbosity=0, stdout=io.StringIO())


if __name__ == "__main__":
    prepare()
