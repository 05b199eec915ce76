"""What the worker does to many records at once: a bulk command, a look for duplicates through everything, the whole index
of the search anew."""

import time
from collections.abc import Callable, Iterator
from functools import partial

from bench.figures import Aim, Figure
from bench.pages import Site
from bench.processes import Process, own_cpu
from bench.searches import ROWS as INDEXED
from bench.waiting import alone, ended
from guanxi.modules.customers.models import Contact, Customer
from guanxi.platform.access.models import User
from guanxi.platform.commands import command as commands
from guanxi.platform.commands import selection as selections
from guanxi.platform.commands.jobs import start_selection
from guanxi.platform.duplicates import jobs as duplicates
from guanxi.platform.events.models import Event
from guanxi.platform.jobs.models import Job
from guanxi.platform.search import jobs as search

ASSIGNED = 10_000
NAMES = ASSIGN, DUPLICATES, REINDEX = "bulk assign", "duplicates of everything", "whole search index"


def figures(site: Site, worker: Process, wanted: Callable[[str], bool]) -> Iterator[Figure]:
    """Those that are wanted, in rows per second."""
    if wanted(ASSIGN):
        yield _assign(site, worker)
    rows = Customer.objects.count() + Contact.objects.count()
    if wanted(DUPLICATES):
        yield _measured(
            worker, DUPLICATES, rows, lambda: duplicates.start(site.actors["all"]), partial(_read_all, site)
        )
    if wanted(REINDEX):
        yield _measured(worker, REINDEX, rows, _indexing, partial(_read_all, site), INDEXED)


def _assign(site: Site, worker: Process) -> Figure:
    """Other owners for ASSIGNED customers, from the confirmation to the last commit. The yardstick writes as many customers
    and events by the driver."""
    actor, driver = site.actors["all"], site.driver
    ids = list(site.entity.rows(actor).order_by("pk").values_list("pk", flat=True)[:ASSIGNED])
    chosen = selections.preview(commands.get("customers.customer.assign"), actor, ids=ids).selection
    selections.confirm(chosen, actor, {"owner": User.objects.get(username="own1").pk}, skip=True)

    def write() -> None:
        for model, name in ((Customer, "bench_customer"), (Event, "bench_event")):
            columns, rows = driver.rows_of(model, "", len(ids))
            driver.scratch(model, name)
            driver.copy_rows(columns, rows, name, 500)

    return _measured(worker, ASSIGN, len(ids), lambda: start_selection(chosen, actor), write)


def _measured(
    worker: Process, name: str, rows: int, start: Callable[[], Job], bare: Callable[[], None], aim: Aim | None = None
) -> Figure:
    """A job about so many rows while nobody else is at work, and what ``bare`` tools need for them. Raises Stuck."""
    alone()
    before, begin = worker.cpu(), time.monotonic()
    ended(start())
    seconds, used = time.monotonic() - begin, worker.cpu() - before
    begin, before = time.monotonic(), own_cpu()
    bare()
    yardstick, ratio = rows / (time.monotonic() - begin), used / (own_cpu() - before)
    return Figure(name, rows / seconds, "rows/s", yardstick, aim, ratios=(ratio,))


def _read_all(site: Site) -> None:
    for model in (Customer, Contact):
        site.driver.pass_over(f"SELECT * FROM {model._meta.db_table}")


def _indexing() -> Job:
    search.start(search.BUILD, anew=True)
    return Job.objects.filter(kind=search.BUILD).latest("pk")
