"""Run as a program on databases of its own: what is left in the bytes, after any death, and after a restore."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.crash import ground


def main(command: str) -> None:
    ground.set_up()
    from django.conf import settings
    from django.core.management import call_command

    ground.migrate()
    for alias in settings.DATABASES:
        call_command("createcachetable", database=alias, verbosity=0)
    sys.stdout.write(json.dumps({"bytes": in_bytes, "crash": everywhere, "restore": after_restore}[command]()))


def people() -> tuple[Any, Any]:
    from guanxi.platform.access.actor import Actor
    from guanxi.platform.access.models import User
    from tests.organisation import Organisation

    users = {user.username: user for user in User.objects.filter(username__in=("chief", "second"))}
    if len(users) == 2:
        return Actor.for_user(users["chief"]), Actor.for_user(users["second"])
    organisation = Organisation()
    return organisation.everything(), organisation.actor("second", ("*", "*", "all"))


def canaries() -> dict[str, int]:
    """File → how many of the canaries its bytes hold; of PostgreSQL the dump of the database."""
    from django.conf import settings

    from guanxi.platform.privacy.tests.scene import CANARIES

    found = {}
    for path in Path(settings.DATA_DIR).rglob("*"):
        if path.is_file() and "backups" not in path.parts:
            content = path.read_bytes()
            found[path.name] = sum(canary in content for canary in CANARIES)
    url = os.environ.get("DATABASE_URL")
    if url:
        dump = subprocess.run(["pg_dump", "--inserts", url], capture_output=True, check=True).stdout
        found[f"dump {urlsplit(url).scheme}"] = sum(canary in dump for canary in CANARIES)
    return {name: count for name, count in found.items() if count}


def _planted() -> tuple[Any, Any, Any]:
    from guanxi.platform.privacy.tests import scene

    chief, second = people()
    planted = scene.plant(chief)
    return planted, chief, second


def _erased(chief: Any, second: Any) -> Any:
    from guanxi.platform.privacy.tests import scene

    request = scene.look_up(scene.ask(chief), chief)
    job = scene.erase(request, chief, second)
    assert job.state == "done", job.error
    return job


def in_bytes() -> dict[str, Any]:
    from guanxi.platform.audit.verifying import verify
    from guanxi.platform.bulk import scrub
    from guanxi.platform.events.sealer import seal
    from guanxi.platform.privacy.tests import scene
    from tests.fakes.models import Company

    planted, chief, second = _planted()
    chosen = scene.imported(chief)
    Company.everything.filter(pk=planted.twin).update(phone="")  # a telephone that two share stays with the other
    scrub()
    before = canaries()
    job = _erased(chief, second)
    while seal():
        pass
    return {
        "before": len(before), "after": canaries(), "counters": job.counters, "import": chosen.pk > 0,
        "chain": str(verify().fault or ""),
    }  # fmt: skip


def everywhere() -> dict[str, Any]:
    """Die at every statement of an erasure; the next worker ends it and nothing is left."""
    from guanxi.platform.jobs.models import Job
    from guanxi.platform.jobs.testing import crash_everywhere
    from guanxi.platform.privacy import tables
    from guanxi.platform.privacy.models import SubjectRequest
    from guanxi.platform.privacy.tests import scene
    from tests.fakes.models import Company

    chief, second = people()
    small = tables.all_tables()
    wanted = ("fakes.company", "directory.note", "ui.savedview", "privacy.subjectrequest")
    tables.all_tables = lambda: tuple(one for one in small if one.label in wanted)  # type: ignore[assignment]

    def prepare() -> Any:
        Job.objects.all().delete()
        SubjectRequest.objects.all().delete()
        Company.everything.filter(name=scene.NAME).delete()
        number = f"139{Company.everything.count():08d}"
        person = scene.company(chief, name=scene.NAME, stage="lost", phone=number)
        scene.attached("directory.note.create", chief, person, text=f"{scene.NAME} likes tea")
        scene.company(chief, name="Acme", remarks=f"ask {number}")
        request = scene.look_up(scene.ask(chief, phone=number), chief)
        scene.agree(request, "erase", chief, second)
        return Job.objects.get(kind="privacy.erase", state="queued")

    def check(job: Any, n: int) -> None:
        assert job.state == "done", (n, job.state, job.error)
        request = SubjectRequest.objects.get(pk=job.payload["request"])
        assert (request.state, request.marks) == ("done", []), n
        left = Company.everything.filter(name=scene.NAME).count() + Company.everything.exclude(phone="").count()
        assert left == 0, n
        assert not [text for text in scene.notes() if scene.NAME in text], n
        assert not Company.everything.filter(remarks__contains="139").exists(), n

    return {"deaths": crash_everywhere(prepare, check, every=int(os.environ.get("CRASH_EVERY", 1)))}


def after_restore() -> dict[str, Any]:
    """A backup from before the erasure brings nobody back, and its bytes are gone as well."""
    from guanxi.platform.access.models import User
    from guanxi.platform.bulk import scrub
    from guanxi.platform.events.models import Event
    from guanxi.platform.keeping import services
    from tests.fakes.models import Company

    planted, chief, second = _planted()
    Company.everything.filter(pk=planted.twin).update(phone="")
    made = services.back_up(chief)
    _erased(chief, second)
    services.restore(chief, made.path)
    scrub()
    from guanxi.platform.privacy.marks import ERASED

    told = Event.objects.filter(kind="privacy.person.erased").order_by("id").last()
    return {
        "name": Company.everything.get(pk=planted.person).name == ERASED, "after": canaries(), "users": User.objects.count(),
        "told": (told.payload["repeated"], told.actor_name) if told else None,
    }  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1])
