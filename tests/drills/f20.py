"""F20: tampering with the audit trail. Run: python3 -m tests.drills.f20 (an embedded database in a temporary folder).

Writes 100,000 events, seals and verifies them; then edits, deletes, exchanges and cuts off, and prints what the
verification names. Its exit status says whether it named the first bad row each time.
"""

# ruff: noqa: E402 -- Django is set up first

import os
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import django

os.environ |= {"GUANXI_DATA_DIR": tempfile.mkdtemp(prefix="guanxi-f20-"), "GUANXI_LOG_FORMAT": "plain"}
os.environ["DJANGO_SETTINGS_MODULE"] = "guanxi.config.settings"
django.setup()

from django.core.management import call_command
from django.db import connections, transaction
from django.utils import timezone

from guanxi.platform.audit import anchors
from guanxi.platform.audit.verifying import verify
from guanxi.platform.events import sealer
from guanxi.platform.events.services import NewEvent, append

EVENTS = 100_000
AT_ONCE = 500


def timed(what: str, act: Callable[[], object]) -> None:
    """Say how long something takes, in time of the processor and of the clock."""
    cpu, clock = time.process_time(), time.perf_counter()
    found = act()
    spent = f"{time.process_time() - cpu:6.2f} s cpu {time.perf_counter() - clock:6.2f} s"
    sys.stdout.write(f"{what:<44} {spent}  {found or ''}\n")


def main() -> int:
    """The drill; 0 if every tampering was named."""
    named = []
    for alias in connections:
        call_command("migrate", database=alias, verbosity=0)
    timed(f"{EVENTS:,} events written", write)
    timed("sealed, with an anchor", seal)
    timed("verified", lambda: verify().message())
    for name, (first, statements) in TAMPERING.items():
        with transaction.atomic():
            with connections["default"].cursor() as cursor:
                for statement in [*_without_triggers(cursor), *statements]:
                    cursor.execute(statement)
            fault = verify().fault
            named.append(fault is not None and fault.seq == first)
            timed(name, lambda: verify().message())
            transaction.set_rollback(True)
    sys.stdout.write(f"F20: {sum(named)} of {len(named)} named\n")
    return 0 if all(named) else 1


def write() -> None:
    """The events, in transactions of AT_ONCE."""
    for start in range(0, EVENTS, AT_ONCE):
        with transaction.atomic():
            append([_event(number) for number in range(start, start + AT_ONCE)])


def _event(number: int) -> NewEvent:
    diff = {"name": [None, f"Company {number}"], "version": [None, 1]}
    told = {"actor_id": number % 97, "actor_name": "Li", "source": "import"}
    return NewEvent(kind="access.token.created", entity="access.user", record_id=number, diff=diff, **told)


def seal() -> None:
    """All of them, and an anchor."""
    while sealer.seal():
        pass
    anchors.set_anchor(timezone.now())


def _without_triggers(cursor: Any) -> list[str]:
    cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'events_%'")
    return [f"DROP TRIGGER {name}" for (name,) in cursor.fetchall()]


#: What is done, the event that must be named, and how it is done.
TAMPERING = {
    "a difference edited": (50_000, ["UPDATE events_event SET diff = '{}' WHERE seq = 50000"]),
    "the person exchanged": (50_000, ["UPDATE events_event SET actor_name = 'Wang' WHERE seq = 50000"]),
    "deleted in the middle": (
        50_000,
        ["DELETE FROM events_event WHERE seq = 50000", "DELETE FROM events_seal WHERE seq = 50000"],
    ),
    "two exchanged": (
        50_000,
        [
            "UPDATE events_event SET seq = -1 WHERE seq = 50000",
            "UPDATE events_event SET seq = 50000 WHERE seq = 60000",
            "UPDATE events_event SET seq = 60000 WHERE seq = -1",
        ],
    ),
    "the tail cut off, counters set back": (
        99_001,
        [
            "DELETE FROM events_event WHERE seq > 99000",
            "DELETE FROM events_seal WHERE seq > 99000",
            "UPDATE events_sealstate SET seq = 99000, chained = 99000, "
            "hash = (SELECT hash FROM events_seal WHERE seq = 99000)",
        ],
    ),
}

if __name__ == "__main__":
    sys.exit(main())
