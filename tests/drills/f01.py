"""F01, the worker that imports is killed with signal 9 again and again: each row is there exactly once, in at most twice
the time of an undisturbed import (measured from 50,000 rows on: each kill costs a start of the worker, whatever the rows).

    python3 -m tests.drills.f01 [--rows 50000] [--kills 4]
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.drills.firms import done_by, queued, stand, state_of, table
from tests.drills.installation import installation
from tests.drills.outcome import told
from tests.drills.waiting import until
from tools.environment import PYTHON
from tools.shell import ROOT

MEASURED_FROM = 50_000
#: Seconds until whatever watches over the worker starts it again; tools.supervisor takes as long.
STARTED_AGAIN = 0.5


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--kills", type=int, default=4)
    options = parser.parse_args()
    with installation() as data:
        return drill(data, options.rows, options.kills)


def drill(data: Path, rows: int, kills: int) -> int:
    from django.db import connection

    from tests.organisation import Organisation

    chief = Organisation().everything()
    calm = queued(chief, table("C", rows))
    undisturbed = imported(data, calm, rows, 0)
    broken = queued(chief, table("K", rows))
    disturbed = imported(data, broken, rows, kills)
    found = stand("K", broken)
    return told(
        f"F01 {connection.vendor}",
        f"{rows:,} rows in {undisturbed:.1f} s, with {kills} kills in {disturbed:.1f} s; {found.rows:,} rows, "
        f"{found.events:,} events, {found.named:,} records named",
        {
            "undisturbed is exact": stand("C", calm).exactly(rows),
            "each row exactly once": found.exactly(rows),
            "at most twice the time": rows < MEASURED_FROM or disturbed <= 2 * undisturbed,
        },
    )


def imported(data: Path, chosen: Any, rows: int, kills: int) -> float:
    """Seconds until the import is done, the worker being killed at even steps of it."""
    began, process = time.monotonic(), started(data)
    try:
        for kill in range(1, kills + 1):
            place = rows * kill // (kills + 1)
            until(lambda place=place: done_by(chosen) >= place or state_of(chosen) == "done")
            process.kill()
            process.wait()
            time.sleep(STARTED_AGAIN)
            process = started(data)
        until(lambda: state_of(chosen) in ("done", "failed"), within=600)
        return time.monotonic() - began
    finally:
        process.kill()
        process.wait()


def started(data: Path) -> subprocess.Popen[bytes]:
    """A worker process."""
    with (data / "worker.log").open("ab") as log:
        command = [str(PYTHON), "manage.py", "worker"]
        return subprocess.Popen(command, cwd=ROOT, env=os.environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log)


if __name__ == "__main__":
    sys.exit(main())
