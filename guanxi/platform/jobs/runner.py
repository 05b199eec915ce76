"""Runs one claimed job to its end, whatever that end is."""

import logging
import threading
import time
import traceback
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connections
from django.utils import timezone, translation

from guanxi.platform.jobs import claims
from guanxi.platform.jobs.conf import JobSettings, job_settings
from guanxi.platform.jobs.context import JobContext
from guanxi.platform.jobs.errors import JobError, LeaseLost, Released
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.registry import kind_of

logger = logging.getLogger("guanxi.jobs")


def drop_broken_connections() -> None:
    """Let the next query connect anew where the database went away. Leaves open transactions alone."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()


class Runner:
    """Runs jobs in the calling thread. ``watch(context)`` and ``unwatch(context)`` keep its lease alive meanwhile."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = timezone.now,
        ticks: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Any] | None = None,
        stopping: threading.Event | None = None,
        conf: JobSettings | None = None,
        watch: Callable[[JobContext], None] = lambda context: None,
        unwatch: Callable[[JobContext], None] = lambda context: None,
    ) -> None:
        self.clock = clock
        self.ticks = ticks
        self.stopping = stopping or threading.Event()
        self.sleep = sleep or self.stopping.wait
        self.conf = conf or job_settings()
        self.watch = watch
        self.unwatch = unwatch

    def run(self, job: Job) -> None:
        context = JobContext(
            job, clock=self.clock, ticks=self.ticks, sleep=self.sleep, stopping=self.stopping, conf=self.conf
        )
        self.watch(context)
        try:
            with translation.override(settings.LANGUAGE_CODE):
                settle = self._attempt(context)
            self._surely(settle, job)
        finally:
            self.unwatch(context)

    def _attempt(self, context: JobContext) -> Callable[[], object]:
        """Run the function; returns how the attempt is to be written down."""
        job = context.job
        try:
            kind_of(job.kind).run(context)
        except LeaseLost:
            logger.warning("job %s: another worker has taken over", job.pk)
            return lambda: None
        except Released:
            return lambda: claims.release(job, now=self.clock())
        except JobError as error:
            code, text = error.code, error.sentence
            return lambda: claims.refuse(job, now=self.clock(), code=code, error=text, **context.final_result())
        except Exception:
            logger.exception("job %s (%s) failed", job.pk, job.kind)
            trace = traceback.format_exc()
            return lambda: claims.stumble(job, now=self.clock(), conf=self.conf, trace=trace)
        return lambda: claims.finish(job, now=self.clock(), cancelled=context.cancel_seen, **context.final())

    def _surely(self, settle: Callable[[], object], job: Job) -> None:
        """Write the end down, waiting for a database that is away or full; a lease lost meanwhile settles it too."""
        while True:
            try:
                settle()
                return
            except (OperationalError, InterfaceError):
                logger.warning("the end of job %s cannot be written yet", job.pk, exc_info=True)
                drop_broken_connections()
                if self.stopping.is_set():
                    return
                self.sleep(self.conf.poll)
            except Exception:  # such as a result that is no JSON: the attempt has failed after all
                if isinstance(settle, partial):
                    raise  # not even that can be written; the lease runs out and the job is taken back
                logger.exception("the end of job %s could not be written", job.pk)
                trace = traceback.format_exc()
                settle = partial(claims.stumble, job, now=self.clock(), conf=self.conf, trace=trace)
