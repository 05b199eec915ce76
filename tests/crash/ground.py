"""What programs that die on purpose stand on: Django as in the tests, over the empty databases of their environment."""

import os

import django


def set_up() -> None:
    """Begin a program. Before it no model can be imported."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.config.settings_test")
    django.setup()
    from django.conf import settings
    from django.test.utils import setup_test_environment

    setup_test_environment()
    # A pool is not made to be forked: each child connects for itself.
    settings.DATABASES["default"].get("OPTIONS", {}).pop("pool", None)


def migrate() -> None:
    """Make the tables of all databases."""
    from django.conf import settings
    from django.core.management import call_command

    for alias in settings.DATABASES:
        call_command("migrate", database=alias, verbosity=0)
