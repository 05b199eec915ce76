"""The order of measuring: start, pages, memory, then imports and exports with the worker running."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from bench import exports, pages, processes, profiling
from bench.figures import Aim, Figure
from bench.imports import Imports, name_of
from guanxi.platform.exchange.choices import Format

START, MEMORY = Aim(3), Aim(400)
STARTS = 3

#: The names a step gives figures for, and the step.
Step = tuple[tuple[str, ...], Callable[[], list[Figure]]]


class Suite:
    """All measurements on one loaded database. ``only`` is a part of a name."""

    def __init__(self, folder: Path, size: int, times: int, rounds: int, only: str = "") -> None:
        self.folder, self.size, self.times, self.rounds, self.only = folder, size, times, rounds, only
        self.found: list[Figure] = []

    def measure(self) -> list[Figure]:
        """Every figure that is wanted, told as it comes."""
        self.found = self._run(lambda name: self.only in name)
        return self.found

    def measure_again(self, figures: Sequence[Figure]) -> list[Figure]:
        """The same figures anew."""
        names = {figure.name for figure in figures}
        return self._run(lambda name: name in names)

    def _run(self, wanted: Callable[[str], bool]) -> list[Figure]:
        found = [self._started()] if wanted("start") else []
        with ExitStack() as stack:
            web = stack.enter_context(processes.web(self.folder))
            site = stack.enter_context(pages.site(web, self.times, self.rounds))
            for case in pages.cases(site, wanted):
                found.append(_told(pages.measure(site, case)))
            if wanted("memory"):
                found.append(_told(Figure("memory", web.anonymous(), "MB", aim=MEMORY)))
            steps = [step for step in self._exchange(site) if any(map(wanted, step[0]))]
            if steps:
                stack.enter_context(processes.worker(self.folder))
            for _names, step in steps:
                found += map(_told, step())
        return found

    def _started(self) -> Figure:
        """Seconds from starting the web process to its first answer at /healthz."""
        seconds = []
        for _ in range(STARTS):
            with processes.web(self.folder) as web:
                seconds.append(web.started_in)
        return Figure("start", sorted(seconds)[STARTS // 2], "s", aim=START)

    def _exchange(self, site: pages.Site) -> Iterator[Step]:
        """What the worker does."""
        for wanted in (Format.CSV, Format.XLSX):
            yield (f"export {wanted}",), partial(self._export, site, wanted)
        imports = Imports(site, self.folder, self.size)
        for half in (False, True):
            for kind in ("csv", "xlsx"):
                yield (name_of(kind, half=half),), partial(self._import, imports, kind, half)
        yield ("save while an import runs", "import while people save"), imports.beside_saves

    def _export(self, site: pages.Site, wanted: Format) -> list[Figure]:
        return [exports.figure(site, self.folder, self.size, wanted)]

    def _import(self, imports: Imports, kind: str, half: bool) -> list[Figure]:
        return [imports.figure(kind, half=half)]

    def profiles(self, *, everything: bool) -> list[str]:
        """Where the time goes in what misses its aim, as lines of Markdown."""
        missed = {figure.name for figure in self.found if figure.met is False or everything}
        return profiling.report(missed, self.folder, min(self.size, 10_000)) if missed else []


def _told(figure: Figure) -> Figure:
    print(f"  {figure.name:<40}{figure.value:>12,.1f} {figure.unit}", flush=True)
    return figure
