"""Timing of the queue; ``settings.JOBS`` overrides any field by name."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings


@dataclass(frozen=True)
class JobSettings:
    """Durations are seconds, ``keep_days`` days."""

    lease: float = 20
    heartbeat: float = 5
    poll: float = 0.5
    tick: float = 1
    backoff: float = 5
    backoff_cap: float = 600
    shared_pause: float = 0.03
    shared_window: float = 10
    keep_days: int = 90
    statement: float = 3600

    @property
    def lease_time(self) -> timedelta:
        return timedelta(seconds=self.lease)

    def delay(self, attempts: int) -> timedelta:
        """Pause before the next attempt: ``backoff``, doubled with each attempt that brought nothing."""
        return timedelta(seconds=min(self.backoff * 2 ** max(attempts - 1, 0), self.backoff_cap))


def job_settings() -> JobSettings:
    return JobSettings(**getattr(settings, "JOBS", {}))
