"""Run as a program on databases of its own: backup, changes, restore, and what is left of everything."""

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import django


def main(command: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.config.settings_test")
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    for alias in settings.DATABASES:
        call_command("migrate", database=alias, verbosity=0)
        call_command("createcachetable", database=alias, verbosity=0)
    sys.stdout.write(
        json.dumps({"restore": restore, "portable": portable, "jobs": under_way, "job": by_job}[command]())
    )


def firms(*names: str) -> Any:
    from guanxi.platform.commands import command as commands
    from guanxi.platform.commands.executor import run
    from tests.organisation import Organisation

    chief = Organisation().everything()
    for name in names:
        run(commands.get("fakes.company.create"), chief, inputs={"name": name})
    return chief


def content(alias: str = "default") -> dict[str, list[Any]]:
    """Every kept table by its digest."""
    from django.apps import apps

    from guanxi.platform.keeping import tables

    return {
        model._meta.label_lower: [tables.digest_of(model, alias).hexdigest(), tables.last_id(model, alias)]
        for model in tables.kept_models(apps)
    }


def names() -> list[str]:
    from tests.fakes.models import Company

    return sorted(Company.objects.values_list("name", flat=True))


def restore() -> dict[str, Any]:
    """What stood at the time of the backup stands again; what stood before is kept; nobody is signed in."""
    from django.contrib.sessions.models import Session
    from django.test import Client
    from django.utils import timezone

    from guanxi.platform.access.models import User
    from guanxi.platform.events.models import Event
    from guanxi.platform.events.sealer import seal
    from guanxi.platform.files import selectors as files
    from guanxi.platform.files.services import receive
    from guanxi.platform.jobs.models import Job
    from guanxi.platform.keeping import catalogue, restoring, services
    from guanxi.platform.keeping.errors import ArchiveError
    from guanxi.platform.keeping.rights import BACKUPS
    from guanxi.platform.messages.models import Mail

    chief = firms("Acme", "Birch")
    seal(1000)
    kept = receive(io.BytesIO(b"kept bytes"), "kept.txt", by=None)
    user = User.objects.get(pk=chief.user_id)
    mail = Mail.objects.create(
        user=user, address="a@b.org", kind="test", created_at=timezone.now(), next_try=timezone.now()
    )
    Job.objects.create(kind="fakes.never", state="queued")
    made = services.back_up(chief)
    before = content()
    checked = services.verify(chief, made)
    # everything changes
    firms_after = ["Cedar"]
    from guanxi.platform.commands import command as commands
    from guanxi.platform.commands.executor import run

    run(commands.get("fakes.company.create"), chief, inputs={"name": "Cedar"})
    files.local_path(kept).unlink()
    client = Client()
    client.force_login(user)
    signed_in = Session.objects.count()
    done = services.restore(chief, made.path)
    after = content()
    found = {
        "names": names(), "bytes": files.open_file(kept).read().decode(), "sessions": [signed_in, Session.objects.count()],
        "changed": sorted(label for label in before if before[label] != after[label]),
        "verified": [checked.problem, checked.rows == made.rows], "jobs": list(Job.objects.values_list("kind", "state")),
        "mail": Mail.objects.get(pk=mail.pk).state, "told": list(Event.objects.filter(kind="keeping.backup.restored").values_list("actor_name", flat=True)),
        "before": done.before.reason, "last": services.last_restored()["name"] == made.name, "rights": BACKUPS.key, "after": firms_after,
    }  # fmt: skip
    # what stood before is there
    services.restore(chief, catalogue.get(done.before.name).path)
    found["again"] = names()
    # an archive that is not whole changes nothing
    broken = made.path.with_name("broken.gxb")
    broken.write_bytes(made.path.read_bytes()[:-100])
    here = content()
    for attempt in (restoring.verify, lambda path: services.restore(chief, path)):
        try:
            attempt(broken)
        except ArchiveError as error:
            found["broken"] = error.code
    found["unchanged"] = {label: value for label, value in content().items() if here[label] != value}
    leftover = [
        path.name
        for path in made.path.parent.iterdir()
        if path.name.endswith(".part") or path.name.startswith("scratch")
    ]
    return found | {"leftover": leftover, "standing_still": (Path(settings_folder()) / "maintenance").exists()}


def settings_folder() -> str:
    return os.environ["GUANXI_DATA_DIR"]


def portable() -> dict[str, Any]:
    """A backup of the other database, given by path, restored here."""
    from guanxi.platform.access.actor import System
    from guanxi.platform.keeping import services

    done = services.restore(System("test"), Path(os.environ["ARCHIVE"]))
    return {"names": names(), "problems": done.report.problems, "rows": done.report.rows}


def under_way() -> dict[str, Any]:
    """While everything stands still jobs wait and saves are refused."""
    from django.test import Client

    from guanxi.platform.jobs import maintenance
    from guanxi.platform.jobs.services import enqueue
    from guanxi.platform.jobs.testing import job_kind, run_queued_jobs

    found: dict[str, Any] = {}
    client = Client(SERVER_NAME="localhost")
    with job_kind("test.work", lambda context: None), job_kind("test.restore", lambda context: None):
        enqueue("test.work", {}, owner_id=None, label="work")
        enqueue("test.restore", {}, owner_id=None, label="restore")
        with maintenance.standing_still("test.restore"):
            found["ran"] = [job.kind for job in run_queued_jobs()]
            refused = client.post("/accounts/login/", headers={"Accept": "text/html"})
            found["post"] = [refused.status_code, refused["Retry-After"]]
            found["api"] = client.post("/api/fakes/company/").status_code
            found["get"] = client.get("/accounts/login/").status_code
        found["later"] = [job.kind for job in run_queued_jobs()]
    return found


def by_job() -> dict[str, Any]:
    """From the browser a restore is a job, which the restored database knows nothing of."""
    from guanxi.platform.events.models import Event
    from guanxi.platform.jobs.models import Job
    from guanxi.platform.jobs.testing import run_queued_jobs
    from guanxi.platform.keeping import catalogue, jobs

    chief = firms("Acme")
    jobs.start_backup(chief)
    ran = [(job.kind, job.state) for job in run_queued_jobs()]
    (made,) = catalogue.backups()
    firms_again = Event.objects.filter(kind="fakes.company.created").count()
    from guanxi.platform.commands import command as commands
    from guanxi.platform.commands.executor import run

    run(commands.get("fakes.company.create"), chief, inputs={"name": "Birch"})
    jobs.start_restore(chief, made.name)
    try:
        run_queued_jobs()
    except Job.DoesNotExist:
        found = "gone"
    return {
        "ran": ran,
        "job": found,
        "names": names(),
        "events": firms_again,
        "verified": bool(catalogue.get(made.name).verified_at),
    }


if __name__ == "__main__":
    main(sys.argv[1])
