"""What takes too long for every change, with its figures kept in docs/reliability.md: every leak, every drill, and programs
that attack a running server."""

import os
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tools import assets, environment, postgres
from tools.environment import PYTHON
from tools.shell import ROOT, run

REPORT = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- nightly: written by run.py nightly -->", "<!-- /nightly -->"
NIGHTLY = ROOT / ".venv-nightly"
HEADING = "# Reliability\n\n## Last night\n"


@dataclass(frozen=True)
class Part:
    """A program whose last line is its figure and whose exit status says whether it held."""

    name: str
    command: Sequence[str]
    database: str = "sqlite"


@dataclass(frozen=True)
class Result:
    part: Part
    held: bool
    figure: str
    seconds: float

    def row(self, day: str) -> str:
        verdict = "held" if self.held else "**failed**"
        figure = self.figure.replace("|", "/")
        return f"| {day} | {self.part.name} | {verdict} | {figure} | {self.seconds / 60:.0f} min |"


def parts() -> list[Part]:
    """All parts; a drill joins by being there."""
    drills = sorted(path.stem for path in (ROOT / "tests" / "drills").glob("f[0-9]*.py"))
    return [
        *(Part(f"leaks, {kind}", ("-m", "tests.leaks", "--full"), kind) for kind in ("sqlite", "postgres")),
        *(Part(f"drill {name.upper()}", ("-m", f"tests.drills.{name}")) for name in drills),
        Part("schemathesis", ("-m", "tests.attacks.schemathesis")),
        Part("sqlmap", ("-m", "tests.attacks.sqlmap")),
    ]


def nightly(only: Iterable[str]) -> int:
    """Run the parts (those with one of the words in their name) one after the other, and write down what came of them.

    :returns: 1 if one of them did not hold
    """
    words = [word.casefold() for word in only]
    chosen = [one for one in parts() if not words or any(word in one.name.casefold() for word in words)]
    environment.ready("requirements-dev.txt")
    environment.ready("requirements-nightly.txt", NIGHTLY)
    assets.ready()
    run([PYTHON, "-m", "tools.translations", "compile"])
    found = []
    for part in chosen:
        print(f"── {part.name}", flush=True)
        found.append(carry_out(part))
        print(f"   {found[-1].figure}", flush=True)
    keep(found, REPORT)
    return int(not all(one.held for one in found))


def carry_out(part: Part) -> Result:
    """Run one part; what it prints goes to var/nightly beside its last line."""
    folder = ROOT / "var" / "nightly"
    folder.mkdir(parents=True, exist_ok=True)
    log, began = folder / f"{part.name.replace(', ', '-').replace(' ', '-')}.log", time.monotonic()
    with postgres.database(part.database) as extra, log.open("w") as output:
        status = subprocess.run(
            [PYTHON, *part.command],
            cwd=ROOT,
            env={**os.environ, **extra, "PYTHONUNBUFFERED": "1"},
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
    return Result(part, status == 0, _last_line(log), time.monotonic() - began)


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1][:200] if lines else "nothing printed"


def keep(results: Iterable[Result], report: Path) -> None:
    """Put the results between the two marker lines of the report, in the place of older ones of the same parts."""
    text = report.read_text() if report.exists() else HEADING
    if BEGIN not in text:
        text = f"{text.rstrip()}\n\n{BEGIN}\n{END}\n"
    before, _begin, rest = text.partition(BEGIN)
    inside, _end, after = rest.partition(END)
    day = datetime.now(UTC).date().isoformat()
    new = {one.part.name: one.row(day) for one in results}
    old = {row.split("|")[2].strip(): row for row in inside.splitlines() if row.startswith("| 2")}
    order = [one.name for one in parts()]
    rows = sorted((old | new).items(), key=lambda item: order.index(item[0]) if item[0] in order else len(order))
    table = ["| day | part | | figure | took |", "|---|---|---|---|---|", *(row for _name, row in rows)]
    report.write_text(f"{before}{BEGIN}\n" + "\n".join(table) + f"\n{END}{after}")
