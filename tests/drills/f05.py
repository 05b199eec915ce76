"""F05, rotation of the data keys: workers are killed with signal 9 at random while 50,000 values are encrypted anew. Prints
one line of figures; the exit status says whether every value can be read and the old key may be destroyed.

    python3 -m tests.drills.f05 [--rows 50000] [--kills 8]
"""

import argparse
import os
import random
import signal
import sys
import time
from typing import Any

from tests.drills.installation import installation


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--kills", type=int, default=8)
    options = parser.parse_args()
    with installation():
        figures = drill(options.rows, options.kills)
    sys.stdout.write(
        "F05 {database}, {suite}: {rows:,} rows rotated, {kills} kills, {unreadable} unreadable, {seconds:.1f} s; "
        "old key needed by {left} values, destroyed: {destroyed}\n".format(**figures)
    )
    return 0 if figures["destroyed"] and not figures["unreadable"] else 1


def drill(rows: int, kills: int) -> dict[str, Any]:
    from django.conf import settings
    from django.db import connection

    from guanxi.platform.access import keys
    from guanxi.platform.access.actor import System
    from guanxi.platform.keyring import jobs, services

    actor = System("a drill")
    write(actor, rows)
    began = time.perf_counter()
    job = jobs.start_rotation(actor)
    killed = rotate_under_fire(job.pk, kills, random.Random(5))
    seconds = time.perf_counter() - began
    left = services.needed(1)
    if not left:
        services.drop(actor, 1)
    return {
        "database": connection.vendor, "suite": settings.CIPHER_SUITE, "rows": rows, "kills": killed, "seconds": seconds,
        "unreadable": unreadable(rows), "left": left, "destroyed": keys.numbers() == [2],
    }  # fmt: skip


def write(actor: Any, rows: int) -> None:
    """Companies, each with an account of its own."""
    from guanxi.platform.commands.sets import create_many
    from guanxi.platform.entities import registry

    entity = registry.get("fakes.company")
    for start in range(0, rows, 500):
        records = [entity.source.new() for _number in range(start, min(start + 500, rows))]
        for number, record in enumerate(records, start):
            record.name, record.account = f"Firm {number}", account(number)
        create_many(entity, actor, records)


def account(number: int) -> str:
    return f"62220202{number:08d}"


def rotate_under_fire(pk: int, kills: int, dice: random.Random) -> int:
    """Workers one after the other until the job is done, the first of them killed; how many were."""
    from django.db import connections

    from guanxi.platform.jobs.models import Job
    from guanxi.platform.jobs.testing import expire_leases, run_queued_jobs

    killed = 0
    while Job.objects.get(pk=pk).state != "done":
        connections.close_all()
        child = os.fork()
        if child == 0:
            run_queued_jobs()
            os._exit(0)
        if killed < kills:
            time.sleep(dice.uniform(0.3, 1.0))
            os.kill(child, signal.SIGKILL)
        _pid, status = os.waitpid(child, 0)
        killed += os.WIFSIGNALED(status)
        expire_leases()
    return killed


def unreadable(rows: int) -> int:
    """How many accounts do not read as they were written, or are not found by their digest."""
    from tests.fakes.models import Company

    found = Company.objects.order_by("id").only("uid", "account").iterator(chunk_size=2_000)
    wrong = sum(one.account != account(number) for number, one in enumerate(found))
    return wrong + sum(not Company.objects.filter(account=account(number)).exists() for number in range(0, rows, 997))


if __name__ == "__main__":
    sys.exit(main())
