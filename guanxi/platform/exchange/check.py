"""The dry run: the same steps over all rows, nothing stored; counts, examples and problems for the next page."""

from collections import Counter
from typing import Any

from django.utils.translation import gettext_noop

from guanxi.platform.access.actor import Actor
from guanxi.platform.entities import registry
from guanxi.platform.exchange.changes import Builder
from guanxi.platform.exchange.chunk import Chunk, Validator
from guanxi.platform.exchange.file_keys import file_keys
from guanxi.platform.exchange.folders import folder_of, spool_of
from guanxi.platform.exchange.likeness import Likenesses
from guanxi.platform.exchange.models import Import
from guanxi.platform.exchange.plan import compile_plan
from guanxi.platform.exchange.problems import Log
from guanxi.platform.exchange.work import ASK, NEW, SHARE, UPDATE, Work
from guanxi.platform.jobs.context import JobContext

CHECKED = "checked.ndjson"
AT_ONCE = 2_000
EXAMPLES, ASKED = 10, 200


class Check:
    """Counts what a run would do."""

    def __init__(self, chosen: Import, actor: Actor, context: JobContext) -> None:
        self.context, self.actor = context, actor
        self.plan = compile_plan(registry.get(chosen.entity), actor, chosen.mapping, chosen.options)
        self.spool = spool_of(chosen)
        keys = file_keys(self.plan, self.spool)
        self.validator = Validator(self.plan, actor, self.spool, keys, stores=False)
        self.builder = Builder(self.plan, actor, keys)
        self.log = Log(folder_of(chosen), CHECKED)
        self.size = 0
        self.likenesses = Likenesses(self.plan.main.entity, actor, folder_of(chosen))
        self.counted: Counter[str] = Counter()
        self.examples: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []

    def go(self) -> dict[str, Any] | None:
        """What was found, for Import.found; None when cancelled."""
        total = self.spool.info.sheets[self.plan.sheet].rows
        self.log.cut(0)
        self.context.stage("check", gettext_noop("Checking rows"), total=total - self.plan.start)
        for start in range(self.plan.start, total, AT_ONCE):
            if self.context.cancelled():
                return None
            self._chunk(start, min(start + AT_ONCE, total))
            self.context.progress(done=start + AT_ONCE - self.plan.start)
            self.context.pause()
        self.counted["rows"] = total - self.plan.start
        return {
            "counts": dict(self.counted),
            "examples": self.examples,
            "asked": self.asked,
            "alike": self.likenesses.result(),
            "columns": [source.field.key for source in self.plan.main.sources],
        }

    def _chunk(self, start: int, stop: int) -> None:
        chunk = self.validator.read(start, stop)
        works = self.builder.build(chunk, chunk.good())
        for number, work in enumerate(works):
            prefix = f"{work.part.entity.key}." if number else ""
            self.counted += Counter(f"{prefix}{outcome}" for outcome in work.outcome.values() if outcome != SHARE)
        self.counted["refused"] += len(chunk.problems)
        self.counted["hidden"] += sum(row.hidden for row in chunk.rows)
        self.size = self.log.append(
            [problem.line() for index in sorted(chunk.problems) for problem in chunk.problems[index]], self.size
        )
        self._keep_examples(chunk, works[0])
        self.likenesses.look(chunk, works[0])

    def _keep_examples(self, chunk: Chunk, work: Work) -> None:
        fields = [source.field for source in work.part.sources]
        for index in sorted(work.outcome):
            if len(self.examples) < EXAMPLES and work.outcome[index] in (NEW, UPDATE):
                record = work.records[index]
                values = {field.key: field.exported(field.get(record)) for field in fields}
                self.examples.append(
                    {"row": chunk.rows[index].number, "outcome": work.outcome[index], "values": values}
                )
            if len(self.asked) < ASKED and work.outcome[index] == ASK:
                record = work.records[index]
                self.asked.append(
                    {
                        "row": chunk.rows[index].number,
                        "id": record.pk,
                        "title": work.part.entity.title_of(record, self.actor),
                    }
                )
