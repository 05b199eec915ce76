"""F09, a flaky network to the database: two milliseconds for each piece, every five hundredth cuts its connection. An
import through it is exact, a program that repeats what was not acknowledged writes each record once, and the pauses stay
bounded.

    python3 -m tests.drills.f09 [--rows 20000] [--saves 100]
"""

import argparse
import http.client
import json
import os
import sys
import time
import uuid
from pathlib import Path

from bench.processes import web
from bench.session import Session
from tests.drills.f01 import started
from tests.drills.firms import queued, stand, state_of, table
from tests.drills.flaky import flaky
from tests.drills.installation import installation
from tests.drills.outcome import told
from tests.drills.waiting import until
from tools import postgres

LATENCY, RESETS = 0.002, 0.002
PAUSE = 0.1  # seconds before a save is sent again
WITHIN = 300  # seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--saves", type=int, default=100)
    options = parser.parse_args()
    with postgres.private() as server, installation(url=server.url) as data:
        return drill(server, data, options.rows, options.saves)


def drill(server: postgres.Server, data: Path, rows: int, saves: int) -> int:
    """This process talks to the database directly; worker and web server through the bad network."""
    from guanxi.platform.access import tokens
    from tests.fakes.models import Company
    from tests.organisation import Organisation

    chief = Organisation().everything()
    secret = tokens.create(chief, "drill", 1, read_only=False)
    chosen = queued(chief, table("N", rows))
    with flaky(server.socket, latency=LATENCY, resets=RESETS) as network:
        os.environ["DATABASE_URL"] = f"postgresql://{postgres.NAME}@127.0.0.1:{network.port}/{postgres.NAME}"
        began, worker = time.monotonic(), started(data)
        try:
            with web(data) as process:
                again = saved(process.port, secret, saves)
            until(lambda: state_of(chosen) in ("done", "failed"), within=WITHIN)
        finally:
            worker.kill()
            worker.wait()
        took = time.monotonic() - began
    found = stand("N", chosen)
    written = Company.objects.filter(name__startswith="saved").count()
    return told(
        "F09 postgres",
        f"{rows:,} rows and {saves} saves in {took:.1f} s through {network.pieces:,} pieces, {network.cut} of them cut; "
        f"{found.rows:,} rows, {written} saves there, {again} sent again",
        {
            "connections were cut": network.cut > 0,
            "each row exactly once": found.exactly(rows),
            "each save exactly once": written == saves,
        },
    )


def saved(port: int, secret: str, saves: int) -> int:
    """Save until each is acknowledged; gives how often it was sent again. The server's pauses leave no doubt: 503."""
    session, again = Session(port, token=secret), 0
    for number in range(saves):
        body = json.dumps({"name": f"saved {number}"}).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex}
        while (status := posted(session, body, headers)) != 201:
            if status not in (0, 503):
                raise AssertionError(f"a save was answered by {status}")
            again += 1
            time.sleep(PAUSE)
    return again


def posted(session: Session, body: bytes, headers: dict[str, str]) -> int:
    try:
        return session.send("POST", "/api/fakes/company/", body, headers).status
    except (OSError, http.client.HTTPException):
        session.close()
        return 0


if __name__ == "__main__":
    sys.exit(main())
