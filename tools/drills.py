"""The drills command: breaks things on purpose, each drill in a process and on databases of its own, and prints a table."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache

from tools import assets, environment, postgres, programs
from tools.environment import PYTHON
from tools.shell import ROOT, Failure, run

BOTH = ("sqlite", "postgres")
#: A drill that brings a server of its own, or needs no database, runs once.
ONCE = ("",)


@dataclass(frozen=True)
class Drill:
    """``short`` are the arguments of its short form, None if it has none; ``short_on`` where that runs, on SQLite alone for
    what the other database does not change. ``within``: seconds after which it is stopped."""

    name: str
    breaks: str
    databases: tuple[str, ...] = BOTH
    short: tuple[str, ...] | None = ()
    short_on: tuple[str, ...] = BOTH
    within: int = 3600

    def command(self, *, short: bool = False) -> list[str]:
        """The arguments of Python that run it."""
        return ["-m", f"tests.drills.{self.name}", *((short and self.short) or ())]


DRILLS = (
    Drill("f01", "kill -9 of the importing worker", short=("--rows", "8000", "--kills", "2"), short_on=("sqlite",)),
    Drill(
        "f04",
        "kill -9 in bulk, undo, handover, clean-up, export, restore",
        short=("--every", "40", "--restore-every", "0"),
        short_on=("sqlite",),
        within=7200,
    ),
    Drill(
        "f05", "kill -9 in a rotation of the data keys", short=("--rows", "2000", "--kills", "2"), short_on=("sqlite",)
    ),
    Drill("f06", "crash of the database during an import", ONCE, ("--rows", "10000", "--crashes", "1")),
    Drill("f07", "restart of the database under load", ONCE, ("--down", "1.5")),
    Drill("f09", "flaky network to the database", ONCE, ("--rows", "2000", "--saves", "60")),
    Drill("f10", "disk full (root, Linux)", ("sqlite",), None),
    Drill("f11", "repeated and reordered calls", short_on=("sqlite",)),
    Drill("f12", "double submit", short=("--rounds", "2")),
    Drill("f13", "concurrent edits", short=("--rounds", "4")),
    Drill("f14", "fights for locks", short=("--writes", "30")),
    Drill("f15", "an import with 3 % bad rows", short=("--rows", "6000"), short_on=("sqlite",)),
    Drill("f16", "files made to hurt", ONCE, ("--quick",)),
    Drill("f17", "extreme texts"),
    Drill("f18", "zones, calendars, clocks", short_on=("sqlite",)),
    Drill("f19", "restore of a backup", short=("--rows", "2000"), short_on=("sqlite",)),
    Drill("f20", "tampering with the audit trail", ("sqlite",), None),
    Drill("f21", "an upgrade killed again and again", short=None, within=7200),
    Drill("f22", "a mail server that hangs", short_on=("sqlite",)),
    Drill("n30", "addresses made to confuse", short_on=("sqlite",)),
    Drill("r54", "the question on the day of a leak", short=("--rows", "20000"), short_on=("sqlite",)),
)


def drills(names: Sequence[str], short: bool, databases: Sequence[str]) -> int:
    """Run the drills.

    :param names: only these, empty for all
    :param short: only those that have a short form, in it
    :param databases: of BOTH, for drills that run on either
    :returns: 0 if every promise was kept
    """
    known = {drill.name: drill for drill in DRILLS}
    if unknown := set(names) - known.keys():
        raise Failure(f"There is no drill {', '.join(sorted(unknown))}. There are: {', '.join(known)}")
    environment.ready("requirements-dev.txt")
    assets.ready()
    run([PYTHON, "-m", "tools.translations", "compile"])
    chosen = [known[name] for name in names] or [drill for drill in DRILLS if not short or drill.short is not None]
    broken = []
    with ExitStack() as servers:
        where = cache(lambda database: servers.enter_context(postgres.database(database)))
        for drill in chosen:
            for database in drill.databases:
                if database and (database not in databases or (short and database not in drill.short_on)):
                    continue
                if not _held(drill, database, short, where(database or "sqlite")):
                    broken.append(f"{drill.name} {database}".strip())
    print(f"\nnot kept: {', '.join(broken)}" if broken else "\nall promises kept", flush=True)
    return 1 if broken else 0


def _held(drill: Drill, database: str, short: bool, server: Mapping[str, str]) -> bool:
    """Run one drill on one database and print its line. ``server`` leads to the one that the drills share; each makes a
    database of its own there."""
    log = ROOT / "var" / "drills" / f"{drill.name}-{database or 'once'}.log"
    end = programs.carry_out(drill.command(short=short), server, log, drill.within)
    print(f"{'ok  ' if end.held else 'FAIL'} {end.seconds:5.0f} s  {drill.name}: {end.last}", flush=True)
    if not end.held:
        print(f"\n{log.read_text(errors='replace')[-8000:]}", flush=True)
    return end.held
