"""Running other programs from the project's root, and saying what went wrong."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent


class Failure(Exception):
    """Something the user can put right; its text says how. run.py prints it and ends with status 1."""


class Terminated(KeyboardInterrupt):
    """The interrupt came from SIGTERM or SIGHUP, which the programs we started did not get."""


def keep_bytecode() -> None:
    """Let the programs we start keep what Python compiles even where the machine forbids it, as containers like to do:
    without that each of them compiles 1,500 files anew. It goes to var/, so that nothing appears among the sources."""
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ.setdefault("PYTHONPYCACHEPREFIX", str(ROOT / "var" / "bytecode"))


def call(command: Sequence[str | Path], extra: Mapping[str, str] | None = None, cwd: Path = ROOT) -> int:
    """Run a program in the foreground.

    Ctrl-C is left to the program, which gets it from the terminal too, so that it can close what it opened.

    :param extra: environment variables on top of ours
    :returns: its exit status
    """
    process = subprocess.Popen([str(part) for part in command], cwd=cwd, env={**os.environ, **(extra or {})})
    try:
        return process.wait()
    except KeyboardInterrupt as reason:
        if isinstance(reason, Terminated):
            process.terminate()
        process.wait()
        raise


def run(command: Sequence[str | Path], extra: Mapping[str, str] | None = None, cwd: Path = ROOT) -> None:
    """Run a program in the foreground.

    :raises Failure: when its exit status is not 0
    """
    if status := call(command, extra, cwd):
        raise Failure(f"This step failed with status {status}: {' '.join(str(part) for part in command)}")


def interrupt(signum: int, frame: FrameType | None) -> None:
    """Signal handler that makes SIGTERM and SIGHUP end a command the way Ctrl-C does."""
    raise Terminated
