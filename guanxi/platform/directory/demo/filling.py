"""Filling an empty installation: who and when, chunk by chunk, with progress."""

import gc
import random
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils.translation import gettext as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import Department, Role, User
from guanxi.platform.access.role_defaults import load_roles
from guanxi.platform.access.scope import ScopeResolver
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.record_event import by
from guanxi.platform.commands.sets import Work, change_many, create_many
from guanxi.platform.directory.demo import organisation
from guanxi.platform.directory.demo.organisation import Organisation, Staff
from guanxi.platform.directory.demo.worktime import WorkTime
from guanxi.platform.directory.events import DEMO_FILLED
from guanxi.platform.entities import registry
from guanxi.platform.events.models import Event
from guanxi.platform.events.services import NewEvent, append
from guanxi.platform.refdata.loading import load_all
from guanxi.platform.refdata.models import Region

YEARS = 3
CHUNK = 500
#: Seconds between two transactions: whoever works at the same time gets the write lock.
PAUSE = 0.005

Tell = Callable[[str], None]
#: Who made a record, when, and the record.
Made = tuple[Staff, datetime, Any]
#: Who changes, when, which records, with which inputs.
Planned = tuple[Staff, datetime, Sequence[int], Mapping[str, Any]]


class DemoError(Exception):
    """The demonstration cannot be filled here; the message says what to do."""


@dataclass
class Demo:
    """What a module needs to add its invented data.

    ``now`` is the end of the invented time (nothing happens later), ``scale`` the size (1.0: 3,000 customers),
    ``seed`` the chance: the same seed and ``now`` give the same data.
    """

    organisation: Organisation
    time: WorkTime
    scale: float
    seed: int
    tell: Tell
    scopes: ScopeResolver

    @property
    def now(self) -> datetime:
        return self.time.now

    @property
    def start(self) -> datetime:
        return self.time.start

    def dice(self, name: str) -> random.Random:
        """A sequence of chance of one's own, so that a change in one part leaves the others as they were."""
        return random.Random(f"{self.seed}/{name}")

    def size(self, number: int, least: int = 1) -> int:
        """A number at full size in this run's size."""
        return max(least, round(number * self.scale))

    def create(self, key: str, made: Sequence[Made], batch: uuid.UUID | None = None) -> None:
        """Create records through the bulk command in the order of time, each as somebody at a moment. What was one
        piece of work (an import) has one ``batch``."""
        entity, ordered = registry.get(key), sorted(made, key=lambda one: one[1])
        for at in range(0, len(ordered), CHUNK):
            chunk = ordered[at : at + CHUNK]
            makers = [(self.organisation.actor(staff), moment) for staff, moment, _record in chunk]
            self.organisation.clock.moment = chunk[-1][1]
            records = [record for *_made, record in chunk]
            create_many(entity, makers[0][0], records, made=makers, scopes=self.scopes, batch=batch)
            time.sleep(PAUSE)

    def change(self, key: str, works: Sequence[Planned]) -> int:
        """Carry out a command as planned, in the order of time and as many works at once as may go together; returns
        how many records it changed."""
        command, done = commands.get(key), 0
        for together in _sets(sorted(works, key=lambda one: one[1])):
            ready = [Work(self.organisation.actor(who), moment, ids, given) for who, moment, ids, given in together]
            self.organisation.clock.moment = ready[-1].moment
            done += len(change_many(command, ready[-1].actor, ready))
            time.sleep(PAUSE)
        return done

    @contextmanager
    def stage(self, name: str) -> Iterator[Callable[[int], None]]:
        """Tell how long a stage took and what it made: ``with demo.stage("customers") as made: made(3000)``."""
        begin, counts = time.monotonic(), [0]

        def count(number: int) -> None:
            counts[0] += number

        yield count
        self.tell(f"  {name:<24}{counts[0]:>8,}  {time.monotonic() - begin:6.1f} s")


def _sets(works: Iterable[Planned]) -> Iterator[list[Planned]]:
    """The works in sets of at most CHUNK records, none of them twice in a set: what a person changes later is another
    change."""
    together: list[Planned] = []
    seen: set[int] = set()
    for staff, moment, ids, inputs in works:
        for at in range(0, len(ids), CHUNK):
            part = ids[at : at + CHUNK]
            if len(seen) + len(part) > CHUNK or not seen.isdisjoint(part):
                yield together
                together, seen = [], set()
            together.append((staff, moment, part, inputs))
            seen.update(part)
    if together:
        yield together


def is_filled() -> bool:
    """Whether the demonstration stands complete in this database."""
    return Event.objects.filter(kind=DEMO_FILLED).exists()


def fill_all(now: datetime, *, scale: float = 1.0, seed: int = 20, tell: Tell = print) -> bool:
    """Fill the installation; False if that was done before. Raises DemoError where other data stands already."""
    if is_filled():
        return False
    if User.objects.exists() or Department.objects.exists():
        raise DemoError(
            _(
                "This database holds data already, or an earlier run ended too soon. Name an empty one by GUANXI_DATA_DIR or DATABASE_URL."
            )
        )
    gc.disable()  # nothing made here is garbage before the end; looking for some costs a tenth of the time
    try:
        demo = _set_up(now, scale, seed, tell)
        for fill in _fillers():
            fill(demo)
    finally:
        gc.enable()
    founder = organisation.founder(now)
    with transaction.atomic():
        append([NewEvent(kind=DEMO_FILLED, **by(founder))])
    return True


def _set_up(now: datetime, scale: float, seed: int, tell: Tell) -> Demo:
    start = now - timedelta(days=365 * YEARS + YEARS // 4)
    begin = time.monotonic()
    if not Region.objects.exists() or not Role.objects.exists():  # as a rule they were loaded with the tables
        load_all()
        load_roles()
    made = organisation.build(organisation.founder(start))
    demo = Demo(made, WorkTime(start, now), scale, seed, tell, ScopeResolver())
    tell(f"  {'staff':<24}{len(made.staff):>8,}  {time.monotonic() - begin:6.1f} s")
    return demo


def _fillers() -> list[Callable[[Demo], None]]:
    """``fill`` of every installed module's ``demo``, lowest floor first: the settings name the highest first."""
    installed = reversed(list(apps.get_app_configs()))
    names = [f"{config.name}.demo" for config in installed if config.name.startswith("guanxi.")]
    found = [import_module(name) for name in names if find_spec(name)]
    return [module.fill for module in found if hasattr(module, "fill")]


def system_at(moment: datetime) -> Actor:
    """The program itself at a moment, for what nobody did by hand."""
    return organisation.founder(moment)
