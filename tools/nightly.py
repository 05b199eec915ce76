"""What takes too long for every change, with its figures kept in docs/reliability.md: every leak, the long form of every
drill, and programs that attack a running server."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tools import assets, drills, environment, programs
from tools.environment import PYTHON
from tools.programs import End
from tools.shell import ROOT, Failure, run

REPORT = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- nightly:begin -->", "<!-- nightly:end -->"
HEAD = ["| day | part | | figure | took |", "|---|---|---|---|---|"]
ATTACKERS, ATTACKERS_LOCK = ROOT / ".venv-nightly", "requirements-nightly.txt"
#: All tests on either database, those marked "once" too, with many more examples of each property.
TESTS = ("-m", "pytest", "-m", "not browser", "-n", "2", "--dist", "loadfile", "--hypothesis-profile", "night")
#: Seconds after which each is stopped.
TESTS_WITHIN = 3 * 3600
LEAKS_WITHIN, SCHEMATHESIS_WITHIN, SQLMAP_WITHIN = 3 * 3600, 3600, 2 * 3600


@dataclass(frozen=True)
class Part:
    """A program whose last line is its figure and whose exit status says whether it held. ``within``: seconds after which
    it is stopped; ``attacks``: it needs the programs of others."""

    name: str
    command: Sequence[str]
    database: str = "sqlite"
    within: int = 3600
    attacks: bool = False

    @property
    def log(self) -> Path:
        """Where all that it prints goes."""
        return ROOT / "var" / "nightly" / f"{self.name.replace(',', '').replace(' ', '-').casefold()}.log"


def parts() -> list[Part]:
    """All parts, in their order; the drills are those of the drills command, each on its databases."""
    return [
        *(Part(f"tests, {kind}", TESTS, kind, TESTS_WITHIN) for kind in drills.BOTH),
        *(Part(f"benchmark, {kind}", ("-m", "bench.run", "--smoke"), kind) for kind in drills.BOTH),
        *(Part(f"leaks, {kind}", ("-m", "tests.leaks", "--full"), kind, LEAKS_WITHIN) for kind in drills.BOTH),
        *(
            Part(_name_of(drill, kind), drill.command(), kind or "sqlite", drill.within)
            for drill in drills.DRILLS
            for kind in drill.databases
        ),
        Part("schemathesis", ("-m", "tests.attacks.schemathesis"), within=SCHEMATHESIS_WITHIN, attacks=True),
        Part("sqlmap", ("-m", "tests.attacks.sqlmap"), within=SQLMAP_WITHIN, attacks=True),
    ]


def _name_of(drill: drills.Drill, kind: str) -> str:
    return f"drill {drill.name.upper()}{kind and f', {kind}'}"


def nightly(only: Iterable[str]) -> int:
    """Run the parts (those with one of the words in their name) one after the other, and write down what came of each as
    soon as it is known: one that fails, hangs or cannot begin does not keep the others from it.

    :returns: 1 if one of them did not hold
    """
    words = [word.casefold() for word in only]
    chosen = [one for one in parts() if not words or any(word in one.name.casefold() for word in words)]
    if not chosen:
        raise Failure(f"No part has that in its name. There are: {'; '.join(one.name for one in parts())}")
    environment.ready("requirements-dev.txt")
    assets.ready()
    run([PYTHON, "-m", "tools.translations", "compile"])
    return int(not all([_told(part, number, len(chosen)) for number, part in enumerate(chosen, 1)]))


def _told(part: Part, number: int, of: int) -> bool:
    """Run one part, say so, and keep its figures."""
    now = f"{datetime.now():%H:%M}"
    print(
        f"{now}  {number}/{of}  {part.name}: at most {part.within / 60:.0f} min, see {part.log.relative_to(ROOT)}",
        flush=True,
    )
    end = carry_out(part)
    print(f"       {'ok' if end.held else 'FAILED'} after {end.seconds / 60:.1f} min: {end.last}", flush=True)
    keep(part.name, end, REPORT)
    return end.held


def carry_out(part: Part) -> End:
    """Run one part. Never raises for what happens to it."""
    if part.attacks:
        try:
            environment.ready(ATTACKERS_LOCK, ATTACKERS)
        except Failure as failure:
            return End(False, f"not begun: {str(failure).splitlines()[0]}", 0.0, part.log)
    return programs.carry_out(part.command, part.database, part.log, part.within)


def keep(name: str, end: End, report: Path) -> None:
    """Put the result between the two marker lines of the report, in the place of an older one of the same part; rows of
    parts that are no more go.

    :raises Failure: when the report has no such lines
    """
    text = report.read_text()
    before, found, rest = text.partition(BEGIN)
    inside, ended, after = rest.partition(END)
    if not (found and ended):
        raise Failure(f"{report.name} has no lines {BEGIN} and {END} to put the figures between.")
    rows = {row.split("|")[2].strip(): row for row in inside.splitlines() if row.startswith("| 2")}
    verdict, figure = "held" if end.held else "**failed**", end.last.replace("|", "/")
    today = datetime.now(UTC).date().isoformat()
    rows[name] = f"| {today} | {name} | {verdict} | {figure} | {end.seconds / 60:.1f} min |"
    known = [rows[part.name] for part in parts() if part.name in rows]
    report.write_text("\n".join([f"{before}{BEGIN}", *HEAD, *known, f"{END}{after}"]))
