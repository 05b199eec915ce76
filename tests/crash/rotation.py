"""Run as a program on databases of its own: the rotation of 5,000 rows dies at every statement and commit."""

import json
import os
import sys
from typing import Any

from tests.crash import ground

ROWS = 5_000


def everywhere() -> dict[str, Any]:
    """How many deaths it took, and how many values could not be read afterwards."""
    from guanxi.platform.access import keys
    from guanxi.platform.access.actor import System
    from guanxi.platform.commands.sets import create_many
    from guanxi.platform.entities import registry
    from guanxi.platform.events.models import Event
    from guanxi.platform.jobs.models import Job
    from guanxi.platform.jobs.testing import crash_everywhere
    from guanxi.platform.keyring import jobs, services
    from tests.fakes.models import Company

    services.CHUNK = services.SHARED_CHUNK = 2_500
    actor, entity = System("a test of key rotation"), registry.get("fakes.company")
    for start in range(0, ROWS, 500):
        records = [entity.source.new() for _number in range(500)]
        for number, record in enumerate(records, start):
            record.name, record.account = f"Firm {number}", f"62220202{number:08d}"
        create_many(entity, actor, records)
    wrong: list[Any] = []

    def prepare() -> Job:
        return jobs.start_rotation(actor)

    def check(job: Job, n: int) -> None:
        keys.forget()
        told = Event.objects.filter(kind="keyring.rotation.done", payload__number=keys.current_id()).count()
        read = sum(
            one.account == f"62220202{number:08d}"
            for number, one in enumerate(Company.objects.order_by("id").only("uid", "account"))
        )
        found = (job.state, services.behind(), told, read)
        if found != ("done", 0, 1, ROWS):
            wrong.append([n, *found])

    deaths = crash_everywhere(prepare, check, every=int(os.environ["CRASH_EVERY"]))
    return {"deaths": deaths, "wrong": wrong, "keys": len(keys.numbers())}


if __name__ == "__main__":
    ground.set_up()
    ground.migrate()
    sys.stdout.write(json.dumps(everywhere()))
