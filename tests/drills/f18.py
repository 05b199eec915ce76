"""F18, time: moments keep their meaning in every zone, at the ends of months, where clocks are set forward and back and on
29 February; a clock set back by two hours loses no job and disturbs no order; a database whose clock is a minute off is
told of.

    python3 -m tests.drills.f18
"""

import itertools
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

from tests.drills.installation import installation
from tests.drills.outcome import told

HOURS_BACK = timedelta(hours=2)
JOBS = 20
ZONES = (
    "Asia/Shanghai",
    "Asia/Urumqi",
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
)
#: Ends of days, months and years, a leap day; New York, London and Lord Howe put their clocks on these days.
WALLS = (
    "2026-12-31T23:59", "2027-01-01T00:00", "2028-02-29T12:00", "2026-02-28T23:30", "2026-03-08T01:59", "2026-03-08T03:00",
    "2026-03-29T00:30", "2026-10-25T02:30", "2026-11-01T00:59", "2026-11-01T02:00", "2026-10-04T03:00", "1990-06-01T00:00",
)  # fmt: skip
#: A moment in UTC, a day there, and whether Shanghai calls that "this month".
MONTHS = (
    ("2026-02-28T15:59", "2026-02-28", True), ("2026-02-28T16:00", "2026-02-28", False), ("2026-02-28T16:00", "2026-03-01", True),
    ("2028-02-28T16:30", "2028-02-29", True), ("2028-02-29T15:59", "2028-02-29", True), ("2028-02-29T16:00", "2028-02-29", False),
    ("2026-12-31T16:00", "2027-01-31", True), ("2026-12-31T16:00", "2026-12-31", False),
)  # fmt: skip


def main() -> int:
    with installation():
        return drill()


def drill() -> int:
    from django.db import connection

    from tests.organisation import Organisation

    chief = Organisation().everything()
    wall, walls = moments(chief)
    month = sum(this_month(chief, at, day) is wanted for at, day, wanted in MONTHS)
    done, durations = set_back()
    return told(
        f"F18 {connection.vendor}",
        f"{wall} of {walls} moments came back as entered, {month} of {len(MONTHS)} months right; clock back 2 h: {done} of "
        f"{JOBS} jobs done; skew of 61 s told",
        {
            "moments": wall == walls,
            "months": month == len(MONTHS),
            "leap days": leap_days(chief),
            "the hour that happens twice": twice(chief),
            "no lost job": done == JOBS,
            "no negative duration": all(one >= timedelta(0) for one in durations),
            "the order of events": in_order(chief),
            "skew is told": skew_told(),
        },
    )


def moments(chief: Any) -> tuple[int, int]:
    """Entered in each zone, read back after the database had it, as a form shows it."""
    from django.utils import timezone

    from guanxi.platform.commands import command as commands
    from guanxi.platform.commands.executor import run
    from tests.fakes.models import Company

    right = 0
    for zone, wall in itertools.product(ZONES, WALLS):
        actor = replace(chief, zone_name=zone)
        with timezone.override(actor.zone):
            made = run(commands.get("fakes.company.create"), actor, inputs={"name": "moment", "met_at": wall}).ids[0]
        stored = Company.objects.get(pk=made).met_at
        right += stored.astimezone(actor.zone).strftime("%Y-%m-%dT%H:%M") == wall
    return right, len(ZONES) * len(WALLS)


def this_month(chief: Any, at: str, day: str) -> bool:
    """Whether a firm founded that day is found in "this month" at that moment."""
    from guanxi.platform.commands import command as commands
    from guanxi.platform.commands.executor import run
    from guanxi.platform.entities import registry
    from guanxi.platform.entities.query import Query, page, read_filter

    entity = registry.get("fakes.company")
    actor = replace(chief, zone_name="Asia/Shanghai", clock=lambda: datetime.fromisoformat(at).replace(tzinfo=UTC))
    made = run(commands.get("fakes.company.create"), chief, inputs={"name": "day", "founded_on": day}).ids[0]
    found = page(entity, actor, Query(filter=read_filter(entity, actor, ["period", "founded_on", "this_month"])))
    return made in {record.pk for record in found.records}


def leap_days(chief: Any) -> bool:
    """29 February is a day in leap years only."""
    from guanxi.platform.commands import command as commands
    from guanxi.platform.commands.executor import run
    from guanxi.platform.commands.outcome import Rejected

    taken = []
    for day in ("2028-02-29", "2027-02-29", "2100-02-29", "2000-02-29"):
        try:
            run(commands.get("fakes.company.create"), chief, inputs={"name": "leap", "founded_on": day})
            taken.append(day)
        except Rejected as refusal:
            if set(refusal.errors) != {"founded_on"}:
                raise
    return taken == ["2028-02-29", "2000-02-29"]


def twice(chief: Any) -> bool:
    """The second of two equal hours survives a form that is sent back as it was shown."""
    from django.test import Client

    from bench.session import read_form
    from guanxi.platform.access.models import User
    from guanxi.platform.commands import command as commands
    from guanxi.platform.commands.executor import run
    from tests.fakes.models import Company

    second = "2026-11-01T06:30:00Z"  # 01:30 in New York, for the second time
    made = run(commands.get("fakes.company.create"), chief, inputs={"name": "twice", "met_at": second}).ids[0]
    User.objects.filter(pk=chief.user_id).update(time_zone="America/New_York")
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(User.objects.get(pk=chief.user_id))
    address = f"/fakes/company/{made}/edit/"
    shown = dict(read_form(browser.get(address).content.decode(), address))
    browser.post(address, {**shown, "remarks": "else"})
    found = Company.objects.get(pk=made)
    return (found.met_at, found.remarks) == (datetime.fromisoformat(second), "else")


class Clock:
    """A clock that can be set."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


def set_back() -> tuple[int, list[timedelta]]:
    """Jobs done although the clock went back while some waited for another try, some were held by a dead worker and some
    had not begun; and how long each took."""
    from guanxi.platform.jobs import claims
    from guanxi.platform.jobs.conf import job_settings
    from guanxi.platform.jobs.models import Job
    from guanxi.platform.jobs.runner import Runner
    from guanxi.platform.jobs.services import enqueue
    from guanxi.platform.jobs.testing import job_kind

    clock, conf = Clock(), job_settings()

    def work(context: Any) -> None:
        if context.payload["stumbles"] and context.job.attempts == 1:
            raise RuntimeError("once")

    def step() -> Job | None:
        claims.take_back_lost(now=clock(), conf=conf)
        job = claims.claim_next("drill", now=clock(), conf=conf)
        if job is not None:
            Runner(clock=clock, sleep=lambda seconds: None).run(job)
        return job

    with job_kind("drill.work", work):
        for number in range(JOBS):
            enqueue("drill.work", {"stumbles": number < JOBS // 4}, owner_id=None, label="work")
        for _ in range(JOBS // 4):
            step()  # stumbles, and waits
        for _ in range(JOBS // 4):
            claims.claim_next("a worker that died", now=clock(), conf=conf)
        clock.now -= HOURS_BACK
        for _ in range(4 * JOBS):
            if step() is None:
                clock.now += timedelta(seconds=conf.lease)
    jobs = list(Job.objects.filter(kind="drill.work"))
    spans = [(job.finished_at or clock()) - (job.claimed_at or clock()) for job in jobs]
    return sum(job.state == "done" for job in jobs), spans


def in_order(chief: Any) -> bool:
    """Events written while the clock goes back are numbered and read in the order in which they happened."""
    from guanxi.platform.commands import command as commands
    from guanxi.platform.commands.executor import run
    from guanxi.platform.events.models import Event
    from guanxi.platform.events.sealer import seal

    clock = Clock()
    actor = replace(chief, clock=clock)
    made = []
    with mock.patch("django.utils.timezone.now", clock):
        for _ in range(5):
            made.append(run(commands.get("fakes.company.create"), actor, inputs={"name": "order"}).ids[0])
            while seal(1000):  # as the worker does every two seconds
                pass
            clock.now -= HOURS_BACK
    events = Event.objects.filter(kind="fakes.company.created", record_id__in=made)
    by_seq = list(events.order_by("seq").values_list("record_id", flat=True))
    by_id = list(events.order_by("id").values_list("record_id", flat=True))
    return by_seq == by_id == made


def skew_told() -> bool:
    """The health check warns when the database's clock and ours are more than a minute apart; SQLite has only one."""
    from django.db import connection
    from django.test import Client

    def ask(clock: Callable[[], datetime]) -> list[str]:
        with mock.patch("guanxi.platform.bulk.clock.skew", lambda: skew(clock)):
            return Client(SERVER_NAME="localhost").get("/healthz").json().get("warnings", [])

    from guanxi.platform.bulk.clock import now, skew

    right = [] if connection.vendor == "sqlite" else ["clock"]
    return ask(now) == [] and ask(lambda: now() + timedelta(seconds=61)) == right == ask(lambda: now() - HOURS_BACK)


if __name__ == "__main__":
    sys.exit(main())
