"""What a running job is handed: its input, its place, and the ways to say how far it is."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.utils import timezone
from django.utils.functional import Promise

from guanxi.platform.jobs import claims, maintenance
from guanxi.platform.jobs.conf import JobSettings, job_settings
from guanxi.platform.jobs.counters import check
from guanxi.platform.jobs.errors import LeaseLost, Released
from guanxi.platform.jobs.interactive import beside_people
from guanxi.platform.jobs.models import Job, JobPulse
from guanxi.platform.jobs.sentences import Sentence, as_sentence

logger = logging.getLogger("guanxi.jobs")
KEEP: Any = object()
ASK_EVERY = 0.5  # seconds between two looks at the database for progress, cancel and other users


class JobContext:
    """One claim of one job, used by one thread.

    ``cursor`` and ``counters`` are what the last committed checkpoint left. ``clock`` gives aware times,
    ``ticks`` monotonic seconds; both and ``sleep`` are injected so that tests need not wait.
    """

    def __init__(
        self,
        job: Job,
        *,
        clock: Callable[[], datetime] = timezone.now,
        ticks: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Any] | None = None,
        stopping: threading.Event | None = None,
        conf: JobSettings | None = None,
    ) -> None:
        self.job = job
        self.payload: dict[str, Any] = job.payload
        self.cursor: Any = job.cursor
        self.counters: dict[str, int] = dict(job.counters)
        self.lost = threading.Event()
        self.outcome: dict[str, Any] = {}
        self.cancel_seen = False
        self._cancel_known = job.cancel_requested
        self._clock = clock
        self._ticks = ticks
        self._stopping = stopping or threading.Event()
        self._sleep = sleep or self._stopping.wait
        self._conf = conf or job_settings()
        self._claimed_cursor = job.cursor
        self._stage = job.stage
        self._done = job.done
        self._total = job.total
        self._begin_rate()
        self._asked: dict[str, float] = {}
        self._shared = False

    @property
    def id(self) -> int:
        return self.job.pk

    @property
    def owner_id(self) -> int | None:
        return self.job.owner_id

    def now(self) -> datetime:
        return self._clock()

    def checkpoint(
        self, cursor: Any = KEEP, *, done: int | None = None, counters: Mapping[str, int] | None = None
    ) -> None:
        """Record, in the chunk's own transaction, that everything up to ``cursor`` is done.

        ``cursor`` is any JSON value, ``done`` the units done in this stage in all, ``counters`` what this
        chunk adds. Raises LeaseLost, and so rolls the chunk back, when another worker has taken over.
        """
        if not connection.in_atomic_block:
            raise TransactionManagementError("checkpoint() belongs inside the transaction of the chunk it confirms.")
        row = claims.held(self.job).select_for_update().values("cursor", "counters", "cancel_requested").first()
        if row is None:
            self.lost.set()
            raise LeaseLost(f"job {self.id} belongs to another worker")
        place = row["cursor"] if cursor is KEEP else cursor
        summed = dict(row["counters"])
        check(counters or ())
        for name, more in (counters or {}).items():
            summed[name] = summed.get(name, 0) + more
        done = self._done if done is None else done
        values: dict[str, Any] = {"cursor": place, "counters": summed, "done": done, "changed_at": self.now()}
        values["rate"] = self._rate(done)
        if place != self._claimed_cursor:
            values["attempts"] = 0  # progress: only attempts that bring nothing count against the job
        Job.objects.filter(pk=self.id).update(**values)
        self._cancel_known = self._cancel_known or row["cancel_requested"]
        self._done = done  # only shown, and absolute: being ahead after a rollback does no harm
        transaction.on_commit(lambda: self._keep(place, summed))

    def _keep(self, cursor: Any, counters: dict[str, int]) -> None:
        self.cursor, self.counters = cursor, counters

    def progress(
        self, *, done: int | None = None, total: int | None = None, note: str | Sentence | Promise | None = None
    ) -> None:
        """Show how far it is, outside any chunk. Cheap enough to call per row: it writes twice a second."""
        self._done = self._done if done is None else done
        self._total = self._total if total is None else total
        if not self._due("progress"):
            return
        values: dict[str, Any] = {"stage": self._stage, "done": self._done, "total": self._total}
        values |= {"rate": self._rate(self._done), "changed_at": self.now()}
        if note is not None:
            values["note"] = as_sentence(note)
        try:
            JobPulse.objects.filter(job_id=self.id, token=self.job.token).update(**values)
        except DatabaseError:  # a display must not end the work
            logger.warning("progress of job %s could not be written", self.id, exc_info=True)

    def stage(self, key: str, label: str | Sentence | Promise, total: int | None = None) -> None:
        """Begin a part of the work, such as "check" or "write". Naming the current stage again keeps its ``done``."""
        if key != self._stage:
            self._done = 0
        self._stage, self._total = key, total
        self._begin_rate()
        self._asked.pop("progress", None)
        values = {"stage": key, "stage_label": as_sentence(label), "total": total, "done": self._done, "rate": None}
        if not claims.held(self.job).update(**values, changed_at=self.now()):
            self.lost.set()
            raise LeaseLost(f"job {self.id} belongs to another worker")

    def cancelled(self) -> bool:
        """Does the owner want it to stop? Then end by returning; what is committed stays."""
        if not self._cancel_known and self._due("cancel"):
            self._cancel_known = Job.objects.filter(pk=self.id, cancel_requested=True).exists()
        self.cancel_seen = self._cancel_known  # a job that never asked has done all its work: that is "done"
        return self.cancel_seen

    def shared(self) -> bool:
        """Do people work on the same SQLite file now? Then keep a transaction at about 40 ms (50 to 500 rows, not 2,000)."""
        if self._due("shared"):
            self._shared = beside_people(self._conf, now=self.now())
        return self._shared

    def pause(self) -> None:
        """Call after each commit: leaves room for others on SQLite, and is where a job can be interrupted.

        Raises Released when the worker is stopping and LeaseLost when it has lost the job; let both pass.
        """
        if self.lost.is_set():
            raise LeaseLost(f"job {self.id} belongs to another worker")
        if not self._stopping.is_set() and self.shared():
            self._sleep(self._conf.shared_pause)
        if self._stopping.is_set() or maintenance.stops(self.job.kind):
            raise Released(f"job {self.id} goes back to the queue")

    def result(self, **values: Any) -> None:
        """What the owner gets, such as ``link=…``; written together with the end of the job. JSON values."""
        self.outcome.update(values)

    def final(self) -> dict[str, Any]:
        """Columns to write when the job has ended as it wished."""
        return {"done": self._done, "total": self._total, **self.final_result()}

    def final_result(self) -> dict[str, Any]:
        """What an error leaves to write: its result, such as a file that lists what is wrong."""
        return {"result": {**self.job.result, **self.outcome}}

    def _due(self, what: str) -> bool:
        now = self._ticks()
        if what in self._asked and now - self._asked[what] < ASK_EVERY:
            return False
        self._asked[what] = now
        return True

    def _begin_rate(self) -> None:
        self._from, self._since = self._done, self._ticks()

    def _rate(self, done: int) -> float | None:
        seconds = self._ticks() - self._since
        return round((done - self._from) / seconds, 2) if seconds > 0 and done > self._from else None
