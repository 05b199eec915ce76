"""Waiting for other processes, through crashes of the database as well."""

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import Error, connections

T = TypeVar("T")
PAUSE = 0.05  # seconds between two looks


class TooLong(Exception):
    """It did not happen in time."""


def asked(question: Callable[[], T], *, within: float = 30) -> T:
    """The answer of the database, connecting anew as long as it is away."""
    end = time.monotonic() + within
    while True:
        try:
            return question()
        except Error as error:
            connections.close_all()
            if time.monotonic() > end:
                raise TooLong(str(error)) from error
            time.sleep(PAUSE)


def until(question: Callable[[], T], *, within: float = 120, beside: Callable[[], object] = lambda: None) -> T:
    """The first answer that is true. ``beside`` is called at each look. Raises TooLong."""
    end = time.monotonic() + within
    while not (found := asked(question)):
        beside()
        if time.monotonic() > end:
            raise TooLong("waited in vain")
        time.sleep(PAUSE)
    return found
