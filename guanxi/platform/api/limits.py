"""How often a caller may ask: a token bucket per user in the cache that all web processes share."""

import threading
import time

from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from guanxi.platform.api.conf import ApiSettings, api_settings

_drawn: dict[str, int] = {}
_lock = threading.Lock()


class BucketThrottle(BaseThrottle):
    """Takes one request out of the caller's bucket, else says how long to wait.

    Each process draws a few requests ahead, because a round trip to the shared cache for every request costs
    more than most requests do; processes that draw at the same moment may let a few too many through.
    """

    seconds = 0.0

    def allow_request(self, request: Request, view: object) -> bool:
        conf = api_settings()
        if not conf.rate:
            return True
        token = getattr(request.auth, "pk", None)
        key = f"api.bucket:{f'token{token}' if token else f'user{request.user.pk}'}"
        with _lock:
            if _drawn.get(key):
                _drawn[key] -= 1
                return True
        taken, self.seconds = draw(key, conf, time.time())
        if taken:
            with _lock:
                _drawn[key] = taken - 1
        return bool(taken)

    def wait(self) -> float:
        return self.seconds


def draw(key: str, conf: ApiSettings, now: float) -> tuple[int, float]:
    """(requests taken from the shared bucket, seconds until there is one if none was)."""
    left, at = cache.get(key) or (float(conf.burst), now)
    left = min(float(conf.burst), left + max(now - at, 0) * conf.rate)
    if left < 1:
        return 0, (1 - left) / conf.rate
    taken = min(conf.draw, int(left))
    cache.set(key, (left - taken, now), timeout=conf.burst / conf.rate + 60)
    return taken, 0.0


def forget() -> None:
    """Give up what this process has drawn (tests)."""
    with _lock:
        _drawn.clear()
