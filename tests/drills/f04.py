"""F04, the worker dies within a bulk change, its undo, a handover, a clean-up, an export and a restore, at every statement
and commit: whatever was begun is ended once, or stands as before, and no half file is to be seen.

    python3 -m tests.drills.f04 [--every 1] [--restore-every 25]
"""

import argparse
import os
import sys
import traceback
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.drills.installation import installation
from tests.drills.outcome import told

FIRMS = 5
CHUNK = 2


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="die at every n-th statement only")
    parser.add_argument("--restore-every", type=int, default=25, help="the same for a restore, which is long; 0: none")
    options = parser.parse_args()
    with installation() as data:
        return drill(data, options.every, options.restore_every)


def drill(data: Path, every: int, restore_every: int) -> int:
    from django.db import connection

    from guanxi.platform.commands import executor, selection, undo
    from guanxi.platform.jobs.testing import crash_everywhere
    from guanxi.platform.keeping import cleaning
    from tests.organisation import Organisation

    # Small chunks, so that a few records are several of them.
    executor.SET_LIMIT = selection.SET_LIMIT = undo.SET_LIMIT = cleaning.CHUNK = CHUNK
    chief = Organisation().everything()
    deaths, wrong = {}, []
    for name, case in CASES.items():
        prepare, check = case(chief)

        def compare(job: Any, n: int, name: str = name, check: Callable[[Any], str] = check) -> None:
            fault = f"{job.state} {job.error}" if job.state != "done" else check(job) or half_files(data)
            if fault:
                wrong.append(f"{name} at {n}: {fault}")

        deaths[name] = crash_everywhere(prepare, compare, every=every)
    if restore_every:
        deaths["restore"] = restored(chief, data, restore_every, wrong)
    figures = ", ".join(f"{name} {number}" for name, number in deaths.items())
    return told(
        f"F04 {connection.vendor}",
        f"deaths: {figures}; {len(wrong)} left something half",
        {"whole after each death": not wrong, **{fault: False for fault in wrong[:5]}},
    )


def half_files(data: Path) -> str:
    """Files that can be seen but are not what their rows say."""
    from guanxi.platform.files.models import File
    from guanxi.platform.files.selectors import local_path

    for file in File.objects.filter(deleted_at=None):
        path = local_path(file)
        if not path.is_file() or path.stat().st_size != file.size:
            return f"file {file.pk} is not whole"
    return ""


def firms(chief: Any, mark: str, **values: Any) -> list[int]:
    from guanxi.platform.commands import command as commands
    from guanxi.platform.commands.executor import run

    create = commands.get("fakes.company.create")
    return [run(create, chief, inputs={"name": f"{mark} {one}", **values}).ids[0] for one in range(FIRMS)]


def marks() -> Iterator[str]:
    while True:
        yield uuid.uuid4().hex[:12]


Case = tuple[Callable[[], Any], Callable[[Any], str]]


def bulk(chief: Any) -> Case:
    """A bulk edit of all firms with a mark."""
    from tests.fakes.models import Company

    now: dict[str, Any] = {}

    def prepare() -> Any:
        now["ids"] = firms(chief, next(marks()))
        return edited(chief, now["ids"], now)

    def check(job: Any) -> str:
        rows = set(Company.objects.filter(pk__in=now["ids"]).values_list("remarks", "version"))
        return differs((rows, edits(now["ids"])), ({("changed", 2)}, FIRMS))

    return prepare, check


def edited(chief: Any, ids: list[int], now: dict[str, Any]) -> Any:
    """The job of a bulk edit of these."""
    from guanxi.platform.commands import command as commands
    from guanxi.platform.commands import selection as selections
    from guanxi.platform.commands.jobs import start_selection

    chosen = selections.preview(commands.get("fakes.company.edit"), chief, ids=ids).selection
    selections.confirm(chosen, chief, {"remarks": "changed"}, skip=True)
    now["batch"] = chosen.batch
    return start_selection(chosen, chief)


def edits(ids: list[int]) -> int:
    from guanxi.platform.events.models import Event

    return Event.objects.filter(kind="fakes.company.edited", record_id__in=ids).count()


def undone(chief: Any) -> Case:
    """The undo of such an edit."""
    from guanxi.platform.commands.jobs import start_undo
    from guanxi.platform.jobs.testing import run_queued_jobs
    from tests.fakes.models import Company

    now: dict[str, Any] = {}

    def prepare() -> Any:
        now["ids"] = firms(chief, next(marks()), remarks="before")
        edited(chief, now["ids"], now)
        run_queued_jobs()
        return start_undo(now["batch"], chief)

    def check(job: Any) -> str:
        rows = set(Company.objects.filter(pk__in=now["ids"]).values_list("remarks", "version"))
        return differs(rows, {("before", 3)})

    return prepare, check


def handed_over(chief: Any) -> Case:
    """Everything of one person to another, with what hangs on it."""
    from guanxi.platform.access.models import User
    from guanxi.platform.commands import command as commands
    from guanxi.platform.commands.executor import run
    from guanxi.platform.sharing import handover
    from tests.fakes.models import Company, Person

    now: dict[str, Any] = {}

    def prepare() -> Any:
        place = User.objects.get(pk=chief.user_id).department
        people = [User.objects.create_user(next(marks()), "x" * 20, name="person", department=place) for _ in range(2)]
        now["leaver"], now["successor"] = (one.pk for one in people)
        ids = firms(chief, next(marks()), owner=now["leaver"])
        run(commands.get("fakes.person.create"), chief, inputs={"name": "Ann", "company": ids[0]})
        return handover.start(chief, now["leaver"], now["successor"], {"fakes.company": None})

    def check(job: Any) -> str:
        theirs = Company.objects.filter(owner_id=now["successor"])
        hanging = Person.objects.filter(company__in=theirs).values_list("d1", flat=True).count()
        found = (
            theirs.count(),
            Company.objects.filter(owner_id=now["leaver"]).count(),
            hanging,
            job.counters.get("done"),
        )
        return differs(found, (FIRMS, 0, 1, FIRMS))

    return prepare, check


def cleaned(chief: Any) -> Case:
    """Old firms into the recycle bin by a rule."""
    from guanxi.platform.commands import command as commands
    from guanxi.platform.commands.executor import run
    from guanxi.platform.events.models import Event
    from guanxi.platform.keeping.jobs import start_cleaning
    from guanxi.platform.keeping.models import CleanupRule
    from tests.fakes.models import Company

    now: dict[str, Any] = {}

    def prepare() -> Any:
        mark = next(marks())
        now["ids"] = firms(chief, mark)
        Company.objects.filter(pk__in=now["ids"]).update(modified_at="2020-01-01T00:00:00Z")
        values = {"name": mark, "target": "fakes.company", "action": "bin", "days": 365}
        values["filter"] = f'["contains","name","{mark}"]'
        rule = run(commands.get("keeping.cleanuprule.create"), chief, inputs=values).ids[0]
        now["told"] = Event.objects.filter(kind="keeping.cleanup.done").count()
        return start_cleaning(CleanupRule.objects.get(pk=rule), chief, FIRMS)

    def check(job: Any) -> str:
        left = Company.objects.filter(pk__in=now["ids"]).count()
        gone = Event.objects.filter(kind="fakes.company.deleted", record_id__in=now["ids"]).count()
        again = Event.objects.filter(kind="keeping.cleanup.done").count() - now["told"]
        return differs((left, gone, again), (0, FIRMS, 1))

    return prepare, check


def exported(chief: Any) -> Case:
    """A workbook of all firms with a mark."""
    from guanxi.platform.entities import registry
    from guanxi.platform.events.models import Event
    from guanxi.platform.exchange import exporting
    from guanxi.platform.exchange.choices import Format
    from guanxi.platform.jobs.services import enqueue

    now: dict[str, Any] = {}

    def prepare() -> Any:
        mark = next(marks())
        firms(chief, mark)
        now["told"] = Event.objects.filter(kind="exchange.export.made").count()
        entity = registry.get("fakes.company")
        wanted = exporting.Request(entity, ("code", "name"), Format.XLSX, ["contains", "name", mark])
        return enqueue("exchange.export", wanted.payload(), owner_id=chief.user_id, label="Export")

    def check(job: Any) -> str:
        made = Event.objects.filter(kind="exchange.export.made").count() - now["told"]
        return differs((made, len(job.result["files"]), job.counters), (1, 1, {"rows": FIRMS}))

    return prepare, check


def differs(found: Any, wanted: Any) -> str:
    return "" if found == wanted else f"{found} instead of {wanted}"


CASES: dict[str, Callable[[Any], Case]] = {
    "bulk": bulk, "undo": undone, "handover": handed_over, "clean-up": cleaned, "export": exported,
}  # fmt: skip


def restored(chief: Any, data: Path, every: int, wrong: list[str]) -> int:
    """A restore that dies leaves what stood before or what the backup holds, never a mixture; both can be told by one name.
    Gives how often it died."""
    from guanxi.platform.keeping import services

    made = services.back_up(chief)
    wanted = names()
    n = 1
    while True:
        later = firms(chief, "later")
        before = names()
        died = in_child(n, lambda: services.restore(chief, made.path))
        found = names()
        if found not in (before, wanted):
            wrong.append(f"restore at {n}: neither before nor after")
        if not died:
            wrong.extend(["restore: ended without effect"] if found != wanted or not later else [])
            return (n - 1) // every
        (data / "maintenance").unlink(missing_ok=True)  # lapses by itself after ten minutes without a sign of life
        n += every


def names() -> list[str]:
    from tests.fakes.models import Company

    return sorted(Company.objects.values_list("name", flat=True))


def in_child(limit: int, act: Callable[[], Any]) -> bool:
    """Whether a process of its own died of the crash point on the way."""
    from django.db import connections

    from guanxi.platform.jobs import crash

    connections.close_all()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            with crash.armed(limit):
                act()
            status = 0
        except Exception:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code not in (0, crash.STATUS):
        raise AssertionError(f"the process ended with status {code}")
    return code == crash.STATUS


if __name__ == "__main__":
    sys.exit(main())
