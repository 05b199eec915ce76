"""F07, the database is restarted under load, twice: pages and REST answer 503 with Retry-After meanwhile, nothing has to
be started anew, the last failure is at the moment of its return, and what was acknowledged is there, once.

    python3 -m tests.drills.f07 [--down 1.5 8]
"""

import argparse
import http.client
import json
import sys
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.processes import Process, web, worker
from bench.session import Answer, Session
from tests.drills.installation import installation
from tests.drills.outcome import told
from tests.drills.waiting import asked, until
from tools import postgres

PASSWORD = "correct horse battery"  # of tests.organisation
PACE = 0.05  # seconds between two requests of one client
AFTER = 4.0  # seconds of load after each return
RETURNED = 1.0  # seconds after the return within which requests may still fail


@dataclass
class Log:
    """What the clients met: moment, status and whether an answer said when to come back; ``acknowledged`` names."""

    answers: list[tuple[float, int, bool]] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def note(self, status: int, told_when: bool) -> None:
        self.answers.append((time.monotonic(), status, told_when))

    def ask(self, session: Session, *request: Any) -> Answer | None:
        """One request written down; a cut connection counts as status 0."""
        time.sleep(PACE)
        try:
            answer = session.send(*request)
        except (OSError, http.client.HTTPException):
            session.close()
            self.note(0, False)
            return None
        self.note(answer.status, answer.headers.get("retry-after", "").isdigit())
        return answer


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--down", type=float, nargs="+", default=[1.5, 8.0], help="seconds the database is away, in turn"
    )
    options = parser.parse_args()
    with postgres.private(synchronous_commit="on") as server, installation(url=server.url) as data:
        return drill(server, data, options.down)


def drill(server: postgres.Server, data: Path, downs: list[float]) -> int:
    from guanxi.platform.access import tokens
    from tests.drills.f19 import write
    from tests.organisation import Organisation

    chief = Organisation().everything()
    write(chief, 200, "before")
    secrets = [tokens.create(chief, f"drill {number}", 1, read_only=False) for number in range(3)]
    log, windows = Log(), []
    with web(data) as process, worker(data) as working:
        first = Session(process.port).sign_in("chief", PASSWORD)
        browsers = [first, first.beside(), first.beside()]
        threads = [threading.Thread(target=browse, args=(log, one)) for one in browsers]
        threads += [threading.Thread(target=call, args=(log, process.port, secret)) for secret in secrets[:2]]
        threads.append(threading.Thread(target=save, args=(log, process.port, secrets[2])))
        for thread in threads:
            thread.start()
        for down in downs:
            time.sleep(2)
            gone = time.monotonic()
            server.stop()
            time.sleep(down)
            server.start()
            windows.append((gone, time.monotonic()))
            time.sleep(AFTER)
        log.stop.set()
        for thread in threads:
            thread.join()
        alive = running(process) and running(working)
        worked = job_done(chief)
    return verdict(log, windows, alive, worked)


def verdict(log: Log, windows: list[tuple[float, float]], alive: bool, worked: bool) -> int:
    from tests.fakes.models import Company

    failed = [(at, status, told_when) for at, status, told_when in log.answers if status not in (200, 201)]
    late = [at - max(back for gone, back in windows if gone <= at) for at, _status, _told in failed]
    saved = asked(lambda: sorted(Company.objects.filter(name__startswith="saved").values_list("name", flat=True)))
    away = ", ".join(f"{back - gone:.1f} s" for gone, back in windows)
    others = sorted({status for _at, status, _told in failed} - {503})
    return told(
        "F07 postgres",
        f"away {away}; {len(failed)} of {len(log.answers):,} requests answered 503, last {max(late, default=0):+.2f} s "
        f"after its return; {len(saved)} saves acknowledged and there once; job done afterwards",
        {
            f"only 503, not {others}": not others,
            "Retry-After": all(told_when for _at, _status, told_when in failed),
            "an outage was felt": bool(failed),
            "healthy after the return": max(late, default=0) <= RETURNED,
            "nothing acknowledged lost or doubled": saved == sorted(log.acknowledged),
            "no restart": alive,
            "jobs go on": worked,
        },
    )


def browse(log: Log, session: Session) -> None:
    """Somebody who opens lists."""
    while not log.stop.is_set():
        log.ask(session, "GET", "/fakes/company/")


def call(log: Log, port: int, secret: str) -> None:
    """A program that reads."""
    session = Session(port, token=secret)
    while not log.stop.is_set():
        log.ask(session, "GET", "/api/fakes/company/?limit=20")


def save(log: Log, port: int, secret: str) -> None:
    """A program that writes, and sends again under the same key what was not acknowledged."""
    session, number = Session(port, token=secret), 0
    while not log.stop.is_set():
        number, name, key = number + 1, f"saved {number}", uuid.uuid4().hex
        body = json.dumps({"name": name}).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        answer = None
        while answer is None or answer.status != 201:
            answer = log.ask(session, "POST", "/api/fakes/company/", body, headers)
        log.acknowledged.append(name)


def running(process: Process) -> bool:
    """Whether it still is the process that was started."""
    return Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def job_done(actor: Any) -> bool:
    """Whether the worker, which nobody has touched, takes up new work."""
    from guanxi.platform.jobs.models import Job
    from guanxi.platform.keeping.jobs import start_backup

    job = asked(lambda: start_backup(actor))
    return (
        until(lambda: Job.objects.get(pk=job.pk).state in ("done", "failed") and Job.objects.get(pk=job.pk)).state
        == "done"
    )


if __name__ == "__main__":
    sys.exit(main())
