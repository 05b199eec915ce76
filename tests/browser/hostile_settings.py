"""Settings of the server whose texts try to run scripts: as in production, with the made-up kinds of record beside ours."""

from guanxi.config.settings import *  # noqa: F403
from guanxi.config.settings import INSTALLED_APPS

INSTALLED_APPS = ["tests.fakes", *INSTALLED_APPS]
