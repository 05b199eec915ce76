"""One long program on a database of its own, within a limit of time; what it prints is kept."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from tools import postgres
from tools.environment import PYTHON
from tools.shell import ROOT, Failure

#: Seconds in which a program that is told to end may stop the servers it has started.
FAREWELL = 30.0


@dataclass(frozen=True)
class End:
    """``last`` is the last line it printed, with its figures; ``log`` holds all of them, and what it complained of."""

    held: bool
    last: str
    seconds: float
    log: Path


def carry_out(
    arguments: Sequence[str],
    database: str | Mapping[str, str],
    log: Path,
    within: float,
    farewell: float = FAREWELL,
) -> End:
    """Run our Python with these arguments and wait for its end. Never raises for what happens to the program.

    :param database: "sqlite" or "postgres", as tools.postgres.database has it, or what that gave for several programs
    :param within: seconds after which it is stopped, with all that it has started
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    began, complaints = time.monotonic(), log.with_suffix(".err")
    try:
        chosen = postgres.database(database) if isinstance(database, str) else nullcontext(database)
        with chosen as extra, log.open("w") as out, complaints.open("w") as err:
            process = subprocess.Popen(
                [PYTHON, *arguments],
                cwd=ROOT,
                env={**os.environ, **extra, "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,  # whatever it starts can be ended with it
            )
            status = _ended(process, within, farewell)
    except Failure as failure:
        return End(False, str(failure).splitlines()[0], time.monotonic() - began, log)
    last = _last_line(log) or _last_line(complaints) or "ended without a word"
    if status is None:
        last = f"stopped after {within / 60:.0f} min; its last words: {last}"
    with log.open("a") as out:
        out.write(complaints.read_text(errors="replace"))
    complaints.unlink()
    return End(status == 0, last, time.monotonic() - began, log)


def _ended(process: "subprocess.Popen[bytes]", within: float, farewell: float) -> int | None:
    """Its exit status; None when it had to be stopped. Nothing of it is left in either case."""
    try:
        return process.wait(within)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(farewell)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _last_line(file: Path) -> str:
    lines = [line.strip() for line in file.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1][:200] if lines else ""
