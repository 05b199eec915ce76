"""What `python -m tools.prepare` does, on databases that begin as copies: for servers with the settings of the program."""

import os

import django

from tests.prepared import copies
from tools.prepare import prepare

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.config.settings")
    django.setup()
    copies.fill_all()
    prepare()
