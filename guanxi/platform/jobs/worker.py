"""The worker process: threads that run jobs, one that keeps their leases, one that calls periodic functions."""

import logging
import signal
import threading
from collections.abc import Callable, Collection
from datetime import datetime
from types import FrameType

from django.db import Error, connections
from django.utils import timezone

from guanxi.platform.jobs import claims, crash, leases, process_names
from guanxi.platform.jobs.choices import UNFINISHED
from guanxi.platform.jobs.conf import JobSettings, job_settings
from guanxi.platform.jobs.context import JobContext
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.runner import Runner, drop_broken_connections
from guanxi.platform.jobs.ticks import Ticker

logger = logging.getLogger("guanxi.jobs")


class Heart(threading.Thread):
    """Renews the leases of the jobs this process runs, on a connection of its own."""

    def __init__(self, conf: JobSettings, clock: Callable[[], datetime]) -> None:
        super().__init__(name="heart", daemon=True)
        self._conf = conf
        self._clock = clock
        self._held: dict[int, JobContext] = {}
        self._lock = threading.Lock()
        self._done = threading.Event()

    def hold(self, context: JobContext) -> None:
        with self._lock:
            self._held[context.id] = context

    def drop(self, context: JobContext) -> None:
        with self._lock:
            self._held.pop(context.id, None)

    def beat(self) -> None:
        with self._lock:
            held = list(self._held.values())
        for context in held:
            job = context.job
            if not leases.renew_pulse(job.pk, job.token, now=self._clock(), lease=self._conf.lease_time):
                self._restore(context)

    def _restore(self, context: JobContext) -> None:
        """The pulse is gone: either the job has a new owner, or the side file was thrown away."""
        if claims.held(context.job).exists():
            leases.begin_pulse(context.job, now=self._clock(), lease=self._conf.lease_time)
        elif context.id in self._held:
            context.lost.set()

    def run(self) -> None:
        while not self._done.wait(self._conf.heartbeat):
            try:
                self.beat()
            except Error:
                logger.warning("leases could not be renewed", exc_info=True)
                drop_broken_connections()
        connections.close_all()

    def stop(self) -> None:
        self._done.set()


class Worker:
    """``lanes`` empty means all. ``once`` ends when no unfinished job is left, waiting for back-offs and lost ones."""

    def __init__(
        self,
        *,
        lanes: Collection[str] = (),
        once: bool = False,
        concurrency: int = 1,
        conf: JobSettings | None = None,
        clock: Callable[[], datetime] = timezone.now,
    ) -> None:
        self.lanes = tuple(lanes)
        self.once = once
        self.concurrency = concurrency
        self.conf = conf or job_settings()
        self.clock = clock
        self.name = process_names.own_name()
        self.stopping = threading.Event()
        self.heart = Heart(self.conf, clock)

    def run(self) -> None:
        """Work until stopped by SIGTERM or SIGINT (the chunk in hand is finished first), or until all is done."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        logger.info("worker %s started", self.name)
        ticker = None if self.once else Ticker(self.name, stopping=self.stopping, conf=self.conf, clock=self.clock)
        runners = [threading.Thread(target=self._work, name=f"runner-{n}") for n in range(self.concurrency)]
        self.heart.start()
        for thread in [*runners, *([ticker] if ticker else [])]:
            thread.start()
        for thread in runners:
            thread.join()
        self.stopping.set()
        if ticker:
            ticker.join()
        self.heart.stop()
        self.heart.join()
        logger.info("worker %s stopped", self.name)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping.set()

    def _work(self) -> None:
        runner = Runner(
            clock=self.clock,
            stopping=self.stopping,
            conf=self.conf,
            watch=self.heart.hold,
            unwatch=self.heart.drop,
        )
        with crash.armed():
            while not self.stopping.is_set():
                try:
                    if not self._step(runner) and (self._all_done() or self.stopping.wait(self.conf.poll)):
                        break
                except Error:
                    logger.warning("the database is away; trying again", exc_info=True)
                    drop_broken_connections()
                    self.stopping.wait(self.conf.poll)
                except Exception:  # a fault of ours must not silence the queue
                    logger.exception("worker %s stumbled", self.name)
                    self.stopping.wait(self.conf.poll)
        connections.close_all()

    def _step(self, runner: Runner) -> bool:
        """Run one job if there is one."""
        now = self.clock()
        claims.take_back_lost(now=now, conf=self.conf)
        job = claims.claim_next(self.name, lanes=self.lanes, now=now, conf=self.conf)
        if job is None:
            return False
        runner.run(job)
        return True

    def _all_done(self) -> bool:
        if not self.once:
            return False
        left = Job.objects.filter(state__in=UNFINISHED)
        return not (left.filter(lane__in=self.lanes) if self.lanes else left).exists()
