"""Run as a program on databases of its own: the job after a move of a department dies at every statement."""

import json
import os
import sys
from typing import Any

from tests.crash import ground


def everywhere() -> dict[str, Any]:
    """How many deaths it took, and what an undisturbed run leaves."""
    from guanxi.platform.commands import command as commands
    from guanxi.platform.commands.executor import run
    from guanxi.platform.directory import rescoping
    from guanxi.platform.jobs.models import Job
    from guanxi.platform.jobs.testing import crash_everywhere, run_queued_jobs
    from tests.organisation import Organisation

    rescoping.ROWS = rescoping.ROWS_BESIDE_OTHERS = 2
    places = Organisation()
    chief = places.everything()
    for number in range(5):
        inputs = {"name": f"Firm {number}", "department": (places.north_one, places.north)[number % 2].pk}
        run(commands.get("fakes.company.create"), chief, inputs=inputs)
    edit = commands.get("access.department.edit")

    def move(parent: Any) -> Job:
        run(edit, chief, ids=[places.north_one.pk], inputs={"parent": parent.pk})
        return Job.objects.latest("pk")

    move(places.south)
    run_queued_jobs()
    wanted = _state()

    def prepare() -> Job:
        move(places.north)
        run_queued_jobs()
        return move(places.south)

    def compare(job: Job, n: int) -> None:
        assert job.state == "done", (n, job.state, job.error)
        assert _state() == wanted, (n, _state(), wanted)
        assert _told(job) == 3, (n, _told(job))

    return {"deaths": crash_everywhere(prepare, compare, every=int(os.environ["CRASH_EVERY"])), **wanted}


def _state() -> dict[str, Any]:
    from guanxi.platform.access.models import Department
    from tests.fakes.models import Company

    return {
        "rows": [
            list(row) for row in Company.objects.order_by("pk").values_list("name", "d1", "d2", "d3", "d4", "version")
        ],
        "settling": Department.objects.exclude(settling=0).count(),
    }


def _told(job: Any) -> int:
    """The rows that the one event of this job names."""
    from guanxi.platform.events.models import Event

    told = Event.objects.filter(kind="access.department.rescoped", at__gte=job.created_at)
    assert told.count() == 1
    return told.get().payload["rows"]


if __name__ == "__main__":
    ground.set_up()
    ground.migrate()
    sys.stdout.write(json.dumps(everywhere()))
