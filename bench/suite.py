"""The order of measuring: start, pages, memory, then imports and exports with the worker running."""

import itertools
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from bench import batches, exports, lists, own_kinds, pages, processes, profiling, searches, traffic
from bench.figures import Aim, Figure
from bench.imports import Imports, name_of
from guanxi.platform.exchange.choices import Format

START, MEMORY = Aim(3), Aim(400)
STARTS = 3
BESIDE = ("save while an import runs", "import while people save")
WORK = (
    *(f"export {kind}" for kind in ("csv", "xlsx")),
    *(name_of(kind, half=half) for half in (False, True) for kind in ("csv", "xlsx")),
    *BESIDE,
    *batches.NAMES,
)

#: How the names begin of what the smoke run leaves out: it guards ratios, and these tell of sizes and crowds.
LONG = (
    "list by ", "list sorted by employees", "groups by ", "board", "tree", "own kind", *traffic.NAMES, *batches.NAMES,
)  # fmt: skip

#: The names a step gives figures for, and the step.
Step = tuple[tuple[str, ...], Callable[[], list[Figure]]]


class Suite:
    """All measurements on one loaded database, or those of the smoke run. Of ``only`` one must be part of a name."""

    def __init__(self, folder: Path, size: int, times: int, rounds: int, *, only: Sequence[str], smoke: bool) -> None:
        self.folder, self.size, self.times, self.rounds, self.only = folder, size, times, rounds, only
        self.left_out = LONG if smoke else ()
        self.found: list[Figure] = []
        self.failed: list[str] = []

    def measure(self) -> list[Figure]:
        """Every figure that is wanted, told as it comes."""
        self.found = self._run(
            lambda name: any(one in name for one in self.only) and not name.startswith(self.left_out)
        )
        return self.found

    def measure_again(self, figures: Sequence[Figure]) -> list[Figure]:
        """The same figures anew."""
        names = {figure.name for figure in figures}
        return self._run(lambda name: name in names)

    def _run(self, wanted: Callable[[str], bool]) -> list[Figure]:
        found = self._try("start", lambda: [self._started()]) if wanted("start") else []
        with ExitStack() as stack:
            web = stack.enter_context(processes.web(self.folder))
            site = stack.enter_context(pages.site(web, self.times, self.rounds))
            for case in itertools.chain(*(part.cases(site, wanted) for part in (lists, pages, own_kinds, searches))):
                found += self._try(case.name, lambda case=case: [pages.measure(site, case)])  # type: ignore[misc]
            found += self._try("all rules against none", lambda: pages.costs_of_gate(site, wanted))
            found += self._try("many at once", lambda: traffic.figures(site, wanted))
            if wanted("memory"):
                found.append(_told(Figure("memory", web.anonymous(), "MB", aim=MEMORY)))
            if wanted("search index"):
                found += self._try("search index", lambda: [searches.indexing(self.size)])
            if any(wanted(name) for name in WORK):
                worker = stack.enter_context(processes.worker(self.folder))
                for names, step in self._exchange(site, worker):
                    found += self._try(names[0], step) if any(map(wanted, names)) else []
                found += self._try("batches", lambda: batches.figures(site, worker, wanted))
        return found

    def _try(self, name: str, step: Callable[[], Iterable[Figure]]) -> list[Figure]:
        """The figures of a step as they come. One that fails costs the run its success, not what others have found."""
        found: list[Figure] = []
        try:
            for figure in step():
                found.append(_told(figure))
        except Exception as error:
            traceback.print_exc()
            self.failed.append(f"{name}: {type(error).__name__}: {str(error)[:200]}")
        return found

    def _started(self) -> Figure:
        """Seconds from starting the web process to its first answer at /healthz."""
        seconds, used = [], []
        for _ in range(STARTS):
            with processes.web(self.folder) as web:
                seconds.append(web.started_in)
                used.append(web.cpu() * 1000)
        return Figure("start", sorted(seconds)[STARTS // 2], "s", aim=START, details={"cpu": min(used)})

    def _exchange(self, site: pages.Site, worker: processes.Process) -> Iterator[Step]:
        """What the worker does."""
        for wanted in (Format.CSV, Format.XLSX):
            export = partial(exports.figure, site, self.folder, self.size, wanted, worker)
            yield (f"export {wanted}",), lambda export=export: [export()]  # type: ignore[misc]
        imports = Imports(site, self.folder, self.size, worker)
        for half, kind in itertools.product((False, True), ("csv", "xlsx")):
            one = partial(imports.figure, kind, half=half)
            yield (name_of(kind, half=half),), lambda one=one: [one()]  # type: ignore[misc]
        yield BESIDE, imports.beside_saves

    def profiles(self, *, everything: bool) -> list[str]:
        """Where the time goes in what misses its aim, as lines of Markdown."""
        missed = {figure.name for figure in self.found if figure.met is False or everything}
        return profiling.report(missed, self.folder, min(self.size, 10_000)) if missed else []


def _told(figure: Figure) -> Figure:
    print(f"  {figure.name:<40}{figure.value:>12,.1f} {figure.unit}", flush=True)
    return figure
