"""Periodic functions: one worker of the installation, the holder of the "tick" lease, calls them."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import Error, connections
from django.utils import timezone

from guanxi.platform.jobs import leases, maintenance
from guanxi.platform.jobs.conf import JobSettings, job_settings
from guanxi.platform.jobs.models import PeriodicRun
from guanxi.platform.jobs.registry import Periodic, periodics
from guanxi.platform.jobs.runner import drop_broken_connections

logger = logging.getLogger("guanxi.jobs")
REMEMBER_FROM = timedelta(minutes=1)


class Ticker(threading.Thread):
    """Looks once per ``conf.tick`` seconds what is due. Functions run one after the other in this thread."""

    def __init__(
        self,
        holder: str,
        *,
        stopping: threading.Event,
        conf: JobSettings | None = None,
        clock: Callable[[], datetime] = timezone.now,
    ) -> None:
        super().__init__(name="ticker", daemon=True)
        self._holder = holder
        self._stopping = stopping
        self._conf = conf or job_settings()
        self._clock = clock
        self._last: dict[str, datetime] = {}

    def tick(self) -> bool:
        """One look; False when another worker holds the lease."""
        if not leases.acquire(leases.TICK, self._holder, now=self._clock(), lease=self._conf.lease_time):
            self._last.clear()
            return False
        for one in periodics():
            if self._stopping.is_set() or maintenance.kind():
                break
            if self._due(one):
                self._call(one)
        return True

    def _due(self, one: Periodic) -> bool:
        now = self._clock()
        last = self._last.get(one.name)
        if last is None and one.every >= REMEMBER_FROM:
            last = PeriodicRun.objects.filter(name=one.name).values_list("started_at", flat=True).first()
        if last is not None:
            self._last[one.name] = last
        return last is None or not now - one.every < last <= now  # a time ahead: the clock was set back

    def _call(self, one: Periodic) -> None:
        started = self._last[one.name] = self._clock()
        error = ""
        try:
            one.run()
        except Exception as problem:  # one broken function must not stop the others
            logger.exception("periodic function %s failed", one.name)
            drop_broken_connections()
            error = repr(problem)[:500]
        if one.every >= REMEMBER_FROM:
            PeriodicRun.objects.update_or_create(
                name=one.name, defaults={"started_at": started, "error": error.replace("\0", "")}
            )

    def run(self) -> None:
        while not self._stopping.wait(self._conf.tick):
            try:
                self.tick()
            except Error:
                logger.warning("the tick failed on the database; trying again", exc_info=True)
                drop_broken_connections()
        try:
            leases.give_up(leases.TICK, self._holder)
        except Error:
            logger.warning("the tick lease could not be given up", exc_info=True)
        connections.close_all()
