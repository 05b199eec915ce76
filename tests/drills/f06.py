"""F06, the database crashes (immediate stop) in the middle of an import, three times: the same worker goes on by itself
as soon as it is back, and each row is there exactly once.

    python3 -m tests.drills.f06 [--rows 50000] [--crashes 3]
"""

import argparse
import sys
import time
from pathlib import Path

from tests.drills.f01 import started
from tests.drills.firms import done_by, queued, stand, state_of, table
from tests.drills.installation import installation
from tests.drills.outcome import told
from tests.drills.waiting import asked, until
from tools import postgres

AWAY = 1.0  # seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--crashes", type=int, default=3)
    options = parser.parse_args()
    with postgres.private(synchronous_commit="on") as server, installation(url=server.url) as data:
        return drill(server, data, options.rows, options.crashes)


def drill(server: postgres.Server, data: Path, rows: int, crashes: int) -> int:
    from tests.organisation import Organisation

    chosen = queued(Organisation().everything(), table("D", rows))
    began, worker = time.monotonic(), started(data)
    try:
        for crash in range(1, crashes + 1):
            place = rows * crash // (crashes + 1)
            until(lambda place=place: done_by(chosen) >= place or state_of(chosen) == "done")
            server.crash()
            time.sleep(AWAY)
            server.start()
        until(lambda: state_of(chosen) in ("done", "failed"), within=600)
        took, alive = time.monotonic() - began, worker.poll() is None
    finally:
        worker.kill()
        worker.wait()
    found = asked(lambda: stand("D", chosen))
    return told(
        "F06 postgres",
        f"{rows:,} rows with {crashes} crashes of the database in {took:.1f} s; {found.rows:,} rows, {found.events:,} events",
        {"each row exactly once": found.exactly(rows), "the worker was never started again": alive},
    )


if __name__ == "__main__":
    sys.exit(main())
