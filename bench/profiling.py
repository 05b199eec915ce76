"""Where the time goes: the same requests, imports and exports inside this process under cProfile."""

import cProfile
import io
import pstats
from collections.abc import Callable, Collection
from itertools import chain
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import override_settings

from bench import exports, lists, pages, searches
from bench.imports import Imports, name_of
from guanxi.platform.exchange import exporting
from guanxi.platform.exchange.choices import Format
from guanxi.platform.jobs.testing import run_queued_jobs

REQUESTS, LINES = 10, 25


def report(names: Collection[str], folder: Path, rows: int) -> list[str]:
    """A section for each of the named figures that can be profiled; imports and exports with ``rows`` rows."""
    lines: list[str] = []
    # Without a server between them the requests follow each other faster than any caller may ask.
    with override_settings(API={**settings.API, "rate": 0}), pages.site(None, REQUESTS, 1) as site:
        for case in chain(*(part.cases(site, lambda name: name in names) for part in (lists, pages, searches))):
            session = (site.calls if case.rest else site.pages)[case.scope]
            case.request(session)
            lines += _section(case.name, lambda: [case.request(session) for _ in range(REQUESTS)])  # noqa: B023
        for wanted in Format.CSV, Format.XLSX:
            if f"export {wanted}" in names:
                lines += _section(f"export {wanted}", lambda: _export(site, wanted, rows))  # noqa: B023
        imports = Imports(site, folder, rows, None, idle=run_queued_jobs)
        for half in (False, True):
            if (name := name_of("csv", half=half)) in names or name_of("xlsx", half=half) in names:
                path = imports.file("profile.csv", half=half)
                lines += _section(name, lambda: imports.run(path))  # noqa: B023
    return lines


def _export(site: pages.Site, wanted: Format, rows: int) -> None:
    actor = site.actors["all"]
    ids = tuple(site.entity.rows(actor).values_list("pk", flat=True)[:rows])
    exporting.write_to(io.BytesIO(), exporting.Request(site.entity, exports.COLUMNS, wanted, ids=ids), actor)


def _section(name: str, work: Callable[[], Any]) -> list[str]:
    profile = cProfile.Profile()
    profile.runcall(work)
    lines = [f"## {name}", ""]
    for order in ("tottime", "cumulative"):
        text = io.StringIO()
        pstats.Stats(profile, stream=text).sort_stats(order).print_stats(LINES)
        lines += ["```", *[line.rstrip() for line in text.getvalue().splitlines() if line.strip()], "```", ""]
    return lines
