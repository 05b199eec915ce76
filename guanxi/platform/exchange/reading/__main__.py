"""The reading subprocess: python -m guanxi.platform.exchange.reading, started by `runner.spool` only.

One JSON object on standard input names the work; standard output carries one JSON object per line: {"rows": n} as
progress, then {"done": true} or {"refused": code, "params": {…}}.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from pathlib import Path

from .model import FileKind, Limits, ReadOptions
from .refusals import Refusal
from .writer import SpoolWriter

PROGRESS_SECONDS = 0.2
OUTPUT_FILES = 64


def main() -> int:
    """Do one job; the exit code is 0 for done or refused, anything else means that the process was stopped."""
    job = json.load(sys.stdin)
    limits = Limits(**job["limits"])
    _confine(limits)
    gc.disable()  # short-lived and without cycles: looking for them costs a tenth of the time
    try:
        read_file(
            Path(job["path"]), FileKind(job["kind"]), job["filename"], Path(job["folder"]), limits, job["options"]
        )
        _say(done=True)
    except Refusal as refusal:
        _say(refused=refusal.code, params=refusal.params)
    except MemoryError:
        _say(refused="out_of_memory", params={"limit": limits.memory_bytes // (1024 * 1024)})
    return 0


def _confine(limits: Limits) -> None:
    """Bound this process before a byte of the file is read. A bound the system does not know is left to the parent."""
    bounds = (
        (resource.RLIMIT_AS, limits.memory_bytes, limits.memory_bytes),
        # The soft limit ends the process with SIGXCPU, which tells the parent why.
        (resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 5),
        (resource.RLIMIT_FSIZE, 2 * limits.spool_bytes, 2 * limits.spool_bytes),
        (resource.RLIMIT_NOFILE, OUTPUT_FILES, OUTPUT_FILES),
        (resource.RLIMIT_CORE, 0, 0),
    )
    for kind, soft, hard in bounds:
        try:
            resource.setrlimit(kind, (soft, hard))
        except (ValueError, OSError):
            continue


def read_file(
    path: Path, kind: FileKind, filename: str, folder: Path, limits: Limits, options: dict[str, object]
) -> None:
    """Spool one file into `folder` in this process, without limits of its own. Raises Refusal."""
    last = time.monotonic()

    def progress(rows: int) -> None:
        nonlocal last
        if time.monotonic() - last >= PROGRESS_SECONDS:
            _say(rows=rows)
            last = time.monotonic()

    spool = SpoolWriter(folder, limits, progress)
    # Each reader is loaded only for its own kind of file: start-up is most of the time of a small import.
    if kind is FileKind.XLSX:
        from . import xlsx

        xlsx.read(path, spool, limits)
    elif kind is FileKind.ODS:
        from . import ods

        ods.read(path, spool, limits)
    elif kind is FileKind.XLS:
        from . import xls

        xls.read(path, spool, limits)
    elif kind is FileKind.VCARD:
        from . import vcard

        vcard.read(path, spool, ReadOptions(**options))  # type: ignore[arg-type]
    else:
        from . import delimited

        delimited.read(path, spool, ReadOptions(**options))  # type: ignore[arg-type]
    spool.finish(kind, filename)


def _say(**message: object) -> None:
    # A broken pipe here means that the parent is gone: the exception ends this process too, as it should.
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
