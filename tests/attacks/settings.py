"""Settings of the server that is attacked: as in production, but without the limit on calls, which would answer instead,
and with one hole made on purpose."""

from guanxi.config.settings import *  # noqa: F403
from guanxi.config.settings import API

API = {**API, "rate": 0}
ROOT_URLCONF = "tests.attacks.urls"
