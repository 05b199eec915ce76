"""Prints a token of a person who may do everything, for the server whose data the environment names."""

# ruff: noqa: E402 -- Django is set up first

import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "guanxi.config.settings"
django.setup()

from guanxi.platform.access import tokens
from guanxi.platform.access.actor import Actor
from tests.contract.people import person

user = person({"all": ["*"]})
sys.stdout.write(tokens.create(Actor.for_user(user), "attack", 1, read_only=False) + "\n")
