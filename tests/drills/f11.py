"""F11, calls arrive several times and out of order: each of forty is sent five times, shuffled, by eight threads. What
adds up is done once each, every repetition gets the first answer, and an old version does not overwrite a newer one.

    python3 -m tests.drills.f11
"""

import random
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.drills.installation import installation
from tests.drills.outcome import told

CALLS, TIMES, THREADS, START = 40, 5, 8, 1000


def main() -> int:
    with installation():
        return drill()


def drill() -> int:
    from django.db import connection, connections

    from guanxi.platform.commands import command as commands
    from guanxi.platform.commands.executor import run
    from guanxi.platform.commands.outcome import Conflict
    from guanxi.platform.events.models import Event
    from tests.fakes.models import Company
    from tests.organisation import Organisation

    chief = Organisation().everything()
    create, take, edit = (commands.get(f"fakes.company.{name}") for name in ("create", "write_off", "edit"))
    account = run(create, chief, inputs={"name": "account", "capital": START}).ids[0]
    ordered = run(create, chief, inputs={"name": "ordered"}).ids[0]
    sent: list[tuple[str, Any]] = [("take", number) for number in range(CALLS)] * TIMES
    sent += [("version", number) for number in range(CALLS)] * TIMES
    random.Random(11).shuffle(sent)

    def one(call: tuple[str, int]) -> tuple[str, Any]:
        kind, number = call
        key = f"{kind} {number}"
        try:
            if kind == "take":
                outcome = run(take, chief, ids=[account], inputs={"amount": 1}, key=key)
            else:
                outcome = run(
                    edit, chief, ids=[ordered], inputs={"remarks": key}, versions={ordered: number + 1}, key=key
                )
            return key, outcome.ids
        except Conflict:
            return key, "conflict"
        finally:
            connections.close_all()

    answers = defaultdict(list)
    with ThreadPoolExecutor(THREADS) as pool:
        for key, answer in pool.map(one, sent):
            answers[key].append(answer)
    left = Company.objects.get(pk=account).capital
    version = Company.objects.get(pk=ordered).version
    edits = Event.objects.filter(kind="fakes.company.edited", record_id=ordered).count()
    taken = [answers[f"take {number}"] for number in range(CALLS)]
    late = sum(answer == "conflict" for number in range(CALLS) for answer in answers[f"version {number}"])
    return told(
        f"F11 {connection.vendor}",
        f"{len(sent)} calls of {2 * CALLS}, shuffled: {START - left:.0f} of {CALLS} taken off, {late} outdated edits refused",
        {
            "each counted once": left == START - CALLS,
            "the same answer each time": all(found == [(account,)] * TIMES for found in taken),
            "versions in order": version == edits + 1,
        },
    )


if __name__ == "__main__":
    sys.exit(main())
