"""F14, fights for locks: eight processes write at once without an error; on PostgreSQL commands lose deadlocks made on
purpose and begin again by themselves.

    python3 -m tests.drills.f14 [--writes 200]
"""

import argparse
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

from tests.drills.installation import installation
from tests.drills.outcome import told
from tests.drills.waiting import until

WRITERS = 8
FIGHTS = 5
#: Seconds after which our side of a fight would notice the deadlock: later than the command does.
PATIENCE = "60s"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--writes", type=int, default=200, help="by each writer")
    options = parser.parse_args()
    with installation():
        return drill(options.writes)


def drill(writes: int) -> int:
    from django.db import connection

    from tests.organisation import Organisation

    chief = Organisation().everything()
    began = time.perf_counter()
    broken = at_once([lambda number=number: write(chief, number, writes) for number in range(WRITERS)])
    took = time.perf_counter() - began
    created, edits = counts()
    wanted = WRITERS * (writes // 2)
    line = f"{WRITERS} writers x {writes}: {broken} errors, {WRITERS * writes / took:,.0f} writes/s"
    kept = {"no writer was refused": not broken, "every write is there": (created, edits) == (wanted, wanted)}
    if connection.vendor == "postgresql":
        fought, won = fights(chief)
        line += f"; {fought} deadlocks on purpose, {won} commands done all the same"
        kept["deadlocks retried"] = fought >= FIGHTS and won == FIGHTS
    return told(f"F14 {connection.vendor}", line, kept)


def at_once(acts: list[Callable[[], None]]) -> int:
    """Run each in a process of its own; gives how many failed."""
    from django.db import connections

    connections.close_all()
    children = []
    for act in acts:
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                act()
                status = 0
            except Exception:
                traceback.print_exc()
            finally:
                connections.close_all()
                os._exit(status)
        children.append(pid)
    return sum(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) != 0 for pid in children)


def write(actor: Any, number: int, writes: int) -> None:
    """Create and edit in turn; an edit is of what was just created."""
    from guanxi.platform.commands import command as commands
    from guanxi.platform.commands.executor import run

    create, edit = commands.get("fakes.company.create"), commands.get("fakes.company.edit")
    for one in range(writes // 2):
        made = run(create, actor, inputs={"name": f"{number}-{one}"}).ids[0]
        run(edit, actor, ids=[made], inputs={"remarks": "edited"}, versions={made: 1})


def counts() -> tuple[int, int]:
    """Events of records made and edited."""
    from guanxi.platform.events.models import Event

    told_of = Event.objects.filter(entity="fakes.company")
    return told_of.filter(kind="fakes.company.created").count(), told_of.filter(kind="fakes.company.edited").count()


def fights(actor: Any) -> tuple[int, int]:
    """Deadlocks that the database counted, and commands that ended well. We hold the second row; the command takes the
    first and waits for the second; we ask for the first; the command notices the deadlock, being less patient."""
    from guanxi.platform.commands import command as commands
    from guanxi.platform.commands.executor import run
    from tests.fakes.models import Company

    first, second = Company.objects.order_by("pk").values_list("pk", flat=True)[:2]
    before, won = deadlocks(), []

    def edit(round_: int) -> None:
        from django.db import connections

        run(commands.get("fakes.company.edit"), actor, ids=[first, second], inputs={"remarks": f"round {round_}"})
        won.append(round_)
        connections.close_all()

    for round_ in range(FIGHTS):
        fight(first, second, lambda round_=round_: edit(round_))
    return until(lambda: deadlocks() - before if deadlocks() - before >= FIGHTS else 0, within=10), len(won)


def fight(first: int, second: int, command: Callable[[], None]) -> None:
    from django.db import connection, transaction

    from tests.fakes.models import Company

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL deadlock_timeout = '{PATIENCE}'")
        Company.objects.select_for_update().get(pk=second)
        other = threading.Thread(target=command)
        other.start()
        until(lambda: waiting() == 1)
        Company.objects.select_for_update().get(pk=first)
    other.join()


def waiting() -> int:
    """Sessions of this database that wait for a row."""
    return _number(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )


def deadlocks() -> int:
    return _number("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")


def _number(sql: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(sql)
        return cursor.fetchone()[0]


if __name__ == "__main__":
    sys.exit(main())
