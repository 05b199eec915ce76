"""Imports through the services and the worker: from the upload to the last commit."""

import itertools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import import_files
from bench.data import read_company
from bench.figures import Aim, Figure, Times
from bench.pages import ADDRESS, SAVE, Site, some_ids
from bench.processes import Process, own_cpu
from bench.session import changed
from bench.waiting import PATIENCE, Stuck, alone, check, ended, settle, sleep
from guanxi.modules.customers.models import Customer
from guanxi.platform.entities import registry
from guanxi.platform.exchange import services
from guanxi.platform.exchange.choices import ImportState
from guanxi.platform.exchange.models import Import
from guanxi.platform.exchange.reading import ReadOptions, spool
from guanxi.platform.jobs.models import Job

NEW, HALF, BESIDE = Aim(8_000, least=True), Aim(5_000, least=True), Aim(3_000, least=True)
#: New customers of the files begin here, far from those that were loaded.
FIRST, FIRST_PROFILED = 10_000_000, 500_000_000


def name_of(kind: str, *, half: bool) -> str:
    """What the figure of an import is called."""
    return f"import {kind}, {'half updates' if half else 'all new'}"


class Imports:
    """Imports of ``rows`` rows each, with the yardstick of the same rows."""

    def __init__(
        self,
        site: Site,
        folder: Path,
        rows: int,
        worker: Process | None,
        idle: Callable[[], Any] = sleep,
    ) -> None:
        self.site, self.folder, self.rows, self.worker, self.idle = site, folder, rows, worker, idle
        self.first = itertools.count(FIRST if worker else FIRST_PROFILED, 2 * rows)
        self.company = read_company()
        self.entity = registry.get("customers.customer")
        self.actor = site.actors["all"]

    def figure(self, kind: str, *, half: bool) -> Figure:
        """An import while nobody else is at work."""
        path = self.file(f"{'half' if half else 'new'}.{kind}", half=half)
        alone()
        before = self.worker.cpu_with_children() if self.worker else 0.0
        chosen, seconds = self.run(path)
        stages = self._stages(chosen)
        used = self.worker.cpu_with_children() - before if self.worker else 0.0
        begin = own_cpu()
        bare = self._bare(path)
        ratio = used / (own_cpu() - begin)
        aim = HALF if half else NEW
        return Figure(name_of(kind, half=half), self.rows / seconds, "rows/s", self.rows / bare, aim, stages, (ratio,))

    def run(self, path: Path, meanwhile: Callable[[], None] = lambda: None) -> tuple[Import, float]:
        """(the import, seconds from upload to last commit) of a file; ``meanwhile`` is called again and again
        while its rows are being stored. Raises Stuck."""
        begin = time.monotonic()
        with path.open("rb") as stream:
            chosen = services.begin(self.entity, self.actor, stream, path.name)
        self._wait(chosen, ImportState.MAPPING)
        services.choose(chosen, self.actor, import_files.mapping(), import_files.options())
        self._wait(chosen, ImportState.CHECKED)
        services.start(chosen, self.actor)
        self._wait(chosen, ImportState.DONE, meanwhile)
        seconds = time.monotonic() - begin
        if (
            sum(chosen.counters.values()) != self.rows
            or chosen.counters["refused"] > 2 * self.rows // import_files.ONE_BAD_IN
        ):
            raise Stuck(f"{path.name}: {chosen.counters} of {self.rows} rows")
        return chosen, seconds

    def _wait(self, chosen: Import, state: str, meanwhile: Callable[[], None] = lambda: None) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            chosen.refresh_from_db()
            if chosen.state == state:
                return
            check(Job.objects.get(pk=chosen.job_id), deadline)
            meanwhile()
            self.idle()

    def file(self, name: str, *, half: bool) -> Path:
        """A new file of these rows; in ``half`` of them the customer is one of those loaded in the beginning."""
        known = Customer.objects.filter(pk__lte=10 * self.rows).exclude(credit_code="").order_by("pk")
        codes = (
            import_files.some(known.values_list("credit_code", "region__code").iterator(), self.rows // 2, name)
            if half
            else []
        )
        writer = import_files.FileWriter(self.company, next(self.first))
        return import_files.write(self.folder / name, writer.rows(self.rows, codes))

    def _stages(self, chosen: Import) -> dict[str, float]:
        """Seconds of each job of an import. The last one ends a moment after its last commit."""
        ended(Job.objects.get(pk=chosen.job_id), self.idle)
        jobs = Job.objects.filter(kind__startswith="exchange.", payload__import=chosen.pk)
        return {job.kind.removeprefix("exchange."): (job.finished_at - job.started_at).total_seconds() for job in jobs}

    def _bare(self, path: Path) -> float:
        """Seconds of the reader alone and of writing as many rows by the driver into an equal table."""
        begin = time.monotonic()
        spool(path, path.name, self.folder / f"spool-{time.monotonic_ns()}", options=ReadOptions())
        seconds = time.monotonic() - begin
        driver = self.site.driver
        columns, rows = driver.rows_of(Customer, "", self.rows)
        driver.scratch(Customer, "bench_customer")
        return seconds + driver.copy_rows(columns, rows, "bench_customer", 2_000 if driver.sqlite else 5_000)

    def beside_saves(self) -> list[Figure]:
        """Saves through the pages while an import stores its rows: their times, and the speed of the import."""
        session = self.site.pages["own"]
        walls: list[float] = []
        paths = itertools.cycle(f"{ADDRESS}{pk}/edit/" for pk in some_ids(self.site, "own", "edit"))
        web = self.site.web
        assert web
        before = web.cpu()

        def save() -> None:
            path = next(paths)
            values = changed(session.form(path), remarks=f"Measured {len(walls)}")
            walls.append(session.post(path, values).must(302).seconds * 1000)
            time.sleep(0.1)

        path = self.file("beside.xlsx", half=True)
        settle()
        save()
        walls.clear()
        chosen, _seconds = self.run(path, save)
        if not walls:
            return []
        times = Times(tuple(walls), (web.cpu() - before) * 1000 / len(walls))
        aim = SAVE if self.site.driver.sqlite else None
        rate = self.rows / self._stages(chosen)["import"]
        return [
            Figure("save while an import runs", times.p50, "ms", aim=aim, details=times.details()),
            Figure("import while people save", rate, "rows/s", aim=BESIDE if self.site.driver.sqlite else None),
        ]
