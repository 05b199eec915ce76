"""Leaving alone what failed several times in a row. Kept in the shared cache, so that every process knows."""

import time

from django.core.cache import cache

#: A failure is forgotten after so many seconds without another one.
MEMORY = 24 * 3600
BORNE, PAUSE, LONGEST_PAUSE = 3, 30, 900


def _key(name: str) -> str:
    return f"outbound.breaker:{name}"


def is_open(name: str) -> bool:
    """Whether nothing is sent for now."""
    _failures, until = cache.get(_key(name)) or (0, 0.0)
    return bool(until > time.time())


def failed(name: str) -> None:
    """From the third failure in a row on it is left alone, each time longer."""
    failures = (cache.get(_key(name)) or (0, 0.0))[0] + 1
    beyond = failures - BORNE
    pause = min(PAUSE * 2 ** min(beyond, 10), LONGEST_PAUSE) if beyond >= 0 else 0
    cache.set(_key(name), (failures, time.time() + pause), timeout=MEMORY)


def worked(name: str) -> None:
    if cache.get(_key(name)) is not None:
        cache.delete(_key(name))
