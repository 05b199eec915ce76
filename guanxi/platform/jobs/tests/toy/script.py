"""Run as ``python -m …tests.toy.script COMMAND [ARGUMENT]`` inside the toy project; prints JSON."""

import json
import os
import sys

import django


def main(command: str, argument: str = "{}") -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "guanxi.platform.jobs.tests.toy.settings"
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from guanxi.platform.jobs import testing
    from guanxi.platform.jobs.models import Job, JobPulse
    from guanxi.platform.jobs.services import enqueue
    from guanxi.platform.jobs.tests.toy.models import Unit

    values = json.loads(argument)
    if command == "create":
        for alias in settings.DATABASES:
            call_command("migrate", database=alias, run_syncdb=True, verbosity=0)
    elif command == "enqueue":
        jobs = [enqueue("toy.count", values["payload"], owner_id=1, label="toy") for _ in range(values["jobs"])]
        sys.stdout.write(json.dumps([job.pk for job in jobs]))
    elif command == "report":
        jobs = list(Job.objects.order_by("id").values("id", "state", "token", "attempts", "done", "counters", "result"))
        units = list(Unit.objects.order_by("job_id", "number", "id").values_list("job_id", "number", "worker"))
        sys.stdout.write(json.dumps({"jobs": jobs, "units": units, "pulses": JobPulse.objects.count()}))
    elif command == "worker":
        call_command("worker", **values)
    elif command == "crash":

        def prepare() -> Job:
            Unit.objects.all().delete()
            Job.objects.all().delete()
            JobPulse.objects.all().delete()
            return enqueue("toy.count", {"units": 12}, owner_id=1, label="toy")

        def check(job: Job, n: int) -> None:
            numbers = list(Unit.objects.order_by("id").values_list("number", flat=True))
            assert numbers == list(range(12)), (n, numbers)
            assert (job.state, job.counters, job.done) == ("done", {"created": 12}, 12), (n, job.__dict__)
            assert job.result == {"link": f"/counted/{job.pk}"}, (n, job.result)

        sys.stdout.write(json.dumps(testing.crash_everywhere(prepare, check)))


if __name__ == "__main__":
    main(*sys.argv[1:])
