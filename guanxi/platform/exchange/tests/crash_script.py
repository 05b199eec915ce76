"""Run as a program on databases of its own: an import that dies at every statement, and workers killed for real."""

import json
import os
import signal
import subprocess
import sys
from typing import Any

from tests.crash import ground

FIRST = "Code,Name,Employees\nA-1,Acme,1\nA-2,Birch,2\n"
SECOND = "Code,Name,Employees,Parent\nA-1,Acme Ltd,1,Root\nA-3,Cedar,3,\nA-4,Dogwood,many,\nA-2,Birch,2,\nA-5,Elm,5,Nobody\nA-6,Root,6,\nA-7,Fir,7,A-3\n"


def main(command: str) -> None:
    ground.set_up()
    if command == "worker":
        from django.core.management import call_command

        call_command("worker", once=True)
        return
    ground.migrate()
    sys.stdout.write(json.dumps(everywhere() if command == "crash" else killed()))


def _empty() -> None:
    from guanxi.platform.events.models import Event
    from guanxi.platform.exchange.models import Import
    from guanxi.platform.jobs.models import Job, JobPulse
    from tests.fakes.models import Company

    for model in (Event, Import, Job, JobPulse):
        model.objects.all().delete()
    Company.everything.update(parent=None)
    Company.everything.all().delete()


def _ready(content: str = SECOND) -> tuple[Any, Any]:
    """Two records there, a second file checked, its run in the queue."""
    from guanxi.platform.access.actor import Actor
    from guanxi.platform.access.models import User
    from guanxi.platform.exchange import run, services
    from guanxi.platform.exchange.tests.importing import check, imported, upload
    from guanxi.platform.jobs.models import Job
    from tests.organisation import Organisation

    run.SQLITE_ROWS = run.POSTGRES_ROWS = run.SHARED_ROWS = 3
    user = User.objects.filter(username="chief").first()
    chief = Actor.for_user(user) if user else Organisation().everything()
    imported("fakes.company", chief, FIRST)
    chosen = check(upload("fakes.company", chief, content), chief, existing="update")
    services.start(chosen, chief)
    return chosen, Job.objects.get(pk=chosen.job_id)


def _state(batch: Any) -> dict[str, Any]:
    """Rows, events of the batch, refused rows and counters, without what differs from run to run."""
    from guanxi.platform.events.models import Event
    from guanxi.platform.exchange.folders import folder_of
    from guanxi.platform.exchange.models import Import
    from guanxi.platform.exchange.problems import problems
    from tests.fakes.models import Company

    chosen = Import.objects.get(batch=batch)
    codes = dict(Company.objects.values_list("pk", "code"))
    events = Event.objects.filter(batch=batch).order_by("id")
    told = [
        [
            event.kind,
            codes.get(event.record_id),
            {key: value for key, value in (event.diff or {}).items() if key != "parent"},
        ]
        for event in events
    ]
    return {
        "rows": [
            list(row)
            for row in Company.objects.order_by("code").values_list(
                "code", "name", "employees", "parent__code", "version"
            )
        ],
        "events": sorted(told, key=str),
        "refused": [
            [problem.row, problem.column, problem.value, problem.warning] for problem in problems(folder_of(chosen))
        ],
        "counters": dict(sorted(chosen.counters.items())),
        "state": chosen.state,
    }


def everywhere() -> dict[str, Any]:
    """How many deaths it took, and the state of the undisturbed run."""
    from guanxi.platform.jobs.testing import crash_everywhere, run_queued_jobs

    chosen, _job = _ready()
    run_queued_jobs()
    wanted = _state(chosen.batch)

    def prepare() -> Any:
        nonlocal chosen
        _empty()
        chosen, job = _ready()
        return job

    def compare(job: Any, n: int) -> None:
        assert job.state == "done", (n, job.state, job.error)
        found = _state(chosen.batch)
        assert found == wanted, (n, [(key, found[key], wanted[key]) for key in wanted if found[key] != wanted[key]])

    return {"deaths": crash_everywhere(prepare, compare, every=int(os.environ["CRASH_EVERY"])), "state": wanted}


def killed() -> dict[str, Any]:
    """A worker of its own process is killed while rows go in; the next one ends the import."""
    from guanxi.platform.jobs.models import Job
    from guanxi.platform.jobs.testing import expire_leases
    from tests.fakes.models import Company

    rows = "".join(f"B-{number:05d},Firm {number},{number}\n" for number in range(20_000))
    chosen, job = _ready("Code,Name,Employees\n" + rows)
    worker = subprocess.Popen([sys.executable, "-m", __spec__.name, "worker"])
    while not Company.objects.filter(code__startswith="B-").exists():
        assert worker.poll() is None
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    halfway = Company.objects.filter(code__startswith="B-").count()
    expire_leases()
    assert subprocess.run([sys.executable, "-m", __spec__.name, "worker"], check=False).returncode == 0
    from guanxi.platform.events.models import Event

    return {
        "halfway": halfway,
        "rows": Company.objects.filter(code__startswith="B-").count(),
        "events": Event.objects.filter(batch=chosen.batch, kind="fakes.company.created")
        .values("record_id")
        .distinct()
        .count(),
        "doubled": Event.objects.filter(batch=chosen.batch, kind="fakes.company.created").count(),
        "counters": Job.objects.get(pk=job.pk).counters,
    }


if __name__ == "__main__":
    main(sys.argv[1])
