"""Run as a program on databases of its own: the daily look at the rules of public pools dies at every statement."""

import json
import os
import sys
from datetime import timedelta
from typing import Any

from tests.crash import ground


def everywhere() -> dict[str, Any]:
    """How many deaths it took, and what an undisturbed run leaves: half of the customers are warned of, half go back."""
    from guanxi.modules.customers.models import Customer
    from guanxi.modules.customers.tests.factories import NOW
    from guanxi.modules.pools import jobs
    from guanxi.modules.pools.models import DueReturn, Placement, RecycleRule
    from guanxi.modules.pools.tests.scene import Scene
    from guanxi.platform.access.role_defaults import load_roles
    from guanxi.platform.events.models import Event
    from guanxi.platform.jobs.models import Job
    from guanxi.platform.jobs.testing import crash_everywhere, run_queued_jobs
    from guanxi.platform.messages.models import Notification
    from guanxi.platform.refdata.loading import load
    from guanxi.platform.refdata.models import Code
    from guanxi.platform.refdata.registry import code_tables
    from guanxi.platform.refdata.shipped import code_rows

    load_roles()
    load(Code, code_rows(code_tables()))
    jobs.ROWS = jobs.ROWS_BESIDE_OTHERS = 3
    scene = Scene()
    RecycleRule.objects.create(pool=scene.pool, days=30, warn_days=0, only='["eq","tier","C"]')
    RecycleRule.objects.create(pool=scene.pool, days=30, warn_days=10, only='["eq","tier","A"]')
    for number in range(8):
        scene.customer((scene.anna, scene.bert)[number % 2], tier="AC"[number // 4])

    def prepare() -> Job:
        Placement.everything.all().delete()
        for model in (DueReturn, Notification, Job, Event):  # events would say that they changed hands a moment ago
            model.objects.all().delete()
        for place, one in enumerate(Customer.objects.order_by("pk")):
            Customer.objects.filter(pk=one.pk).update(owner=(scene.anna, scene.bert)[place % 2], version=1)
        made = jobs.start((NOW + timedelta(days=31)).date())
        assert made is not None
        return made

    prepare()
    run_queued_jobs()
    wanted = _state()

    def compare(job: Job, n: int) -> None:
        assert job.state == "done", (n, job.state, job.error)
        assert _state() == wanted, (n, _state(), wanted)
        assert job.counters == {"warned": 4, "returned": 4}, (n, job.counters)
        told = Notification.objects.order_by("user", "key").values_list("user__username", "count")
        assert sorted(told) == [("anna", 2), ("anna", 2), ("bert", 2), ("bert", 2)], (n, list(told))

    return {"deaths": crash_everywhere(prepare, compare, every=int(os.environ["CRASH_EVERY"])), **wanted}


def _state() -> dict[str, Any]:
    from guanxi.modules.customers.models import Customer
    from guanxi.modules.pools.models import DueReturn, Placement

    owners = Customer.objects.order_by("pk").values_list("tier", "owner__username", "version")
    return {
        "owners": [list(row) for row in owners],
        "stays": Placement.objects.filter(state="waiting", reason="idle").count(),
        "due": DueReturn.objects.count(),
    }


if __name__ == "__main__":
    ground.set_up()
    ground.migrate()
    sys.stdout.write(json.dumps(everywhere()))
