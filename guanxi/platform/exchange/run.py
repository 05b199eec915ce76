"""The run of an import as a job: chunk by chunk, each in one transaction with its place in the file.

The cursor is {"row": position in the spool, "refused": bytes of the log of refused rows, "later": bytes of the log of
links to be set, "linked": bytes of that log already done}. What a killed worker left half done is cut off or rolled
back, and the next one goes on from the cursor.
"""

import gc
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_noop

from guanxi.platform.access.actor import Actor
from guanxi.platform.commands.record_event import by
from guanxi.platform.entities import registry
from guanxi.platform.events.services import NewEvent, append
from guanxi.platform.exchange.changes import Builder
from guanxi.platform.exchange.choices import ImportState
from guanxi.platform.exchange.chunk import Chunk, Validator
from guanxi.platform.exchange.events import Imported
from guanxi.platform.exchange.file_keys import file_keys
from guanxi.platform.exchange.filling import number_records
from guanxi.platform.exchange.folders import folder_of, spool_of
from guanxi.platform.exchange.later_links import LaterLinks
from guanxi.platform.exchange.likeness import chosen_rows
from guanxi.platform.exchange.models import Import
from guanxi.platform.exchange.plan import compile_plan
from guanxi.platform.exchange.problems import LATER, REFUSED, Log
from guanxi.platform.exchange.store import Store
from guanxi.platform.exchange.work import ASK, SKIP, Work
from guanxi.platform.jobs.context import JobContext
from guanxi.platform.jobs.models import Job

SHARED_ROWS, SQLITE_ROWS, POSTGRES_ROWS = 500, 2_000, 5_000
#: While people work on the same SQLite file, a transaction shall hold the write lock about so long: their saves wait
#: for it. Updates cost more than new rows and machines differ, so the number of rows follows what the last ones took.
LOCK_SECONDS, LEAST_ROWS = 0.04, 50
REFUSED_COUNT = "refused"


class Pace:
    """How many rows go into one transaction: few while people work on the same SQLite file."""

    def __init__(self, context: JobContext) -> None:
        self._context = context
        self._shared = SHARED_ROWS // 2 or 1

    def rows(self) -> int:
        if connection.vendor == "postgresql":
            return POSTGRES_ROWS
        return self._shared if self._context.shared() else SQLITE_ROWS

    def took(self, rows: int, seconds: float) -> None:
        """The last transaction held the lock so long."""
        fit = int(rows * LOCK_SECONDS / max(seconds, 0.001))
        self._shared = min(SHARED_ROWS, max(LEAST_ROWS, fit))


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Rows are freed by counting references; looking for cycles among hundreds of thousands of them costs a quarter
    of the time. It is done once per chunk instead."""
    resting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if resting:
            gc.enable()


class Run:
    """One claim of the job of one import."""

    def __init__(self, chosen: Import, actor: Actor, context: JobContext) -> None:
        self.chosen, self.actor, self.context = chosen, actor, context
        entity = registry.get(chosen.entity)
        self.plan = compile_plan(entity, actor, chosen.mapping, chosen.options)
        self.spool = spool_of(chosen)
        keys = file_keys(self.plan, self.spool)
        self.validator = Validator(self.plan, actor, self.spool, keys, batch=chosen.batch, stores=True)
        self.builder = Builder(self.plan, actor, keys, chosen_rows(folder_of(chosen), self.plan.alike))
        self.store = Store(self.builder, actor, chosen.batch)
        folder = folder_of(chosen)
        self.refused, self.later = Log(folder, REFUSED), Log(folder, LATER)
        self.place: dict[str, int] = dict(
            context.cursor or {"row": self.plan.start, "refused": 0, "later": 0, "linked": 0}
        )
        self.pace = Pace(context)
        self.total = self.spool.info.sheets[self.plan.sheet].rows

    def go(self) -> None:
        """All that is left to do: rows, then links to rows further down, then the end."""
        self.refused.cut(self.place["refused"])
        self.later.cut(self.place["later"])
        self.context.stage("store", gettext_noop("Storing rows"), total=self.total - self.plan.start)
        with collector_at_rest():
            while self.place["row"] < self.total and not self.context.cancelled():
                self._chunk(min(self.place["row"] + self.pace.rows(), self.total))
                gc.collect(1)
                self.context.pause()
        if self.context.cancelled():
            return
        links = LaterLinks(self)
        links.go()
        if not self.context.cancelled():
            self._end()

    def _chunk(self, stop: int) -> None:
        chunk = self.validator.read(self.place["row"], stop)
        works = self.builder.build(chunk, chunk.good())
        number_records(works[0], self.actor)
        with transaction.atomic():
            begin = time.monotonic()
            counted = self.store.store(chunk, works)
            if chunk.problems:
                counted[REFUSED_COUNT] = len(chunk.problems)
            place = {
                "row": stop,
                "refused": self.refused.append(_lines(chunk), self.place["refused"]),
                "later": self.later.append(self._promises(chunk, works), self.place["later"]),
                "linked": self.place["linked"],
            }
            self.context.checkpoint(place, done=stop - self.plan.start, counters=counted)
        self.pace.took(len(chunk.rows), time.monotonic() - begin)
        self.place = place

    def _promises(self, chunk: Chunk, works: Sequence[Work]) -> list[list[Any]]:
        """[row, record id, field key, text, column] of links to be set when the whole file is in."""
        found = []
        for index, links in sorted(chunk.later.items()):
            if index in chunk.problems or works[0].outcome.get(index) in (SKIP, ASK, None):
                continue
            record = works[0].record(index)
            found += [[chunk.rows[index].number, record.pk, key, text, column] for key, text, column in links]
        return found

    def _end(self) -> None:
        """The batch's own event and the result, once."""
        with transaction.atomic():
            counters = Counter(committed(self.context))
            if Import.objects.filter(pk=self.chosen.pk, finished_at=None).update(
                state=ImportState.DONE, counters=dict(counters), finished_at=self.actor.now()
            ):
                told = Imported(
                    import_id=self.chosen.pk, file=self.chosen.file_name, created=counters["created"], updated=counters["updated"],
                    refused=counters[REFUSED_COUNT],
                )  # fmt: skip
                append(
                    [
                        NewEvent(
                            kind="exchange.import.done",
                            entity=self.chosen.entity,
                            batch=self.chosen.batch,
                            payload=told,
                            **by(self.actor),
                        )
                    ]
                )
            self.context.checkpoint()


def committed(context: JobContext) -> dict[str, int]:
    """The counters of all chunks, as they stand in the job's row."""
    return dict(Job.objects.values_list("counters", flat=True).get(pk=context.id))


def _lines(chunk: Chunk) -> list[list[Any]]:
    return [problem.line() for index in sorted(chunk.problems) for problem in chunk.problems[index]]
