"""Settings of the server that is attacked: as in production, but without the limit on calls, which would answer instead."""

from guanxi.config.settings import *  # noqa: F403
from guanxi.config.settings import API

API = {**API, "rate": 0}
