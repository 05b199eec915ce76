"""Prints, as JSON, a token and the cookie of a signed-in browser of a person who may do everything, for the server whose
data the environment names."""

# ruff: noqa: E402 -- Django is set up first

import json
import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "guanxi.config.settings"
django.setup()

from django.conf import settings

from guanxi.platform.access import tokens
from guanxi.platform.access.actor import Actor
from tests.contract.people import browser_of, person

user = person({"all": ["*"]})
name = settings.SESSION_COOKIE_NAME
found = {
    "secret": tokens.create(Actor.for_user(user), "attack", 1, read_only=False),
    "cookie": f"{name}={browser_of(user).cookies[name].value}",
}
sys.stdout.write(f"{json.dumps(found)}\n")
