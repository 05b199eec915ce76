"""What the worker does to many records at once: a bulk command, a look for duplicates through everything, the whole index
of the search anew."""

import time
from collections.abc import Callable, Iterator

from bench.figures import Aim, Figure
from bench.pages import Site
from bench.processes import Process, own_cpu
from bench.waiting import ended, settle
from guanxi.modules.customers.models import Contact, Customer
from guanxi.platform.access.models import User
from guanxi.platform.commands import command as commands
from guanxi.platform.commands import selection as selections
from guanxi.platform.commands.jobs import start_selection
from guanxi.platform.duplicates import jobs as duplicates
from guanxi.platform.events.models import Event
from guanxi.platform.jobs.models import InteractiveUse, Job
from guanxi.platform.jobs.services import enqueue
from guanxi.platform.search import jobs as search
from guanxi.platform.search.models import SearchKind

ASSIGNED = 10_000
INDEX = Aim(1_500, least=True)
NAMES = ASSIGN, DUPLICATES, REINDEX = "bulk assign", "duplicates of everything", "whole search index"


def figures(site: Site, worker: Process, wanted: Callable[[str], bool]) -> Iterator[Figure]:
    """Those that are wanted, in rows per second."""
    rows = Customer.objects.count() + Contact.objects.count()
    for name, figure in (
        (ASSIGN, lambda: _assign(site, worker)),
        (DUPLICATES, lambda: _whole(site, worker, DUPLICATES, rows, lambda: duplicates.start(site.actors["all"]))),
        (REINDEX, lambda: _whole(site, worker, REINDEX, rows, _indexing, INDEX)),
    ):
        if wanted(name):
            yield figure()


def _assign(site: Site, worker: Process) -> Figure:
    """Other owners for ASSIGNED customers, from the confirmation to the last commit. The yardstick writes as many customers
    and events by the driver."""
    actor = site.actors["all"]
    ids = list(site.entity.rows(actor).order_by("pk").values_list("pk", flat=True)[:ASSIGNED])
    chosen = selections.preview(commands.get("customers.customer.assign"), actor, ids=ids).selection
    selections.confirm(chosen, actor, {"owner": User.objects.get(username="own1").pk}, skip=True)
    seconds, used = _carried(worker, lambda: start_selection(chosen, actor))
    driver, begin, before = site.driver, time.monotonic(), own_cpu()
    for model, name in ((Customer, "bench_customer"), (Event, "bench_event")):
        columns, rows = driver.rows_of(model, "", len(ids))
        driver.scratch(model, name)
        driver.copy_rows(columns, rows, name, 500)
    bare, ratio = time.monotonic() - begin, used / (own_cpu() - before)
    return Figure(ASSIGN, len(ids) / seconds, "rows/s", len(ids) / bare, ratios=(ratio,))


def _whole(
    site: Site, worker: Process, name: str, rows: int, start: Callable[[], Job], aim: Aim | None = None
) -> Figure:
    """Something about all customers and contacts. The yardstick reads all of them by the driver."""
    seconds, used = _carried(worker, start)
    begin, before = time.monotonic(), own_cpu()
    for model in (Customer, Contact):
        site.driver.pass_over(f"SELECT * FROM {model._meta.db_table}")
    bare, ratio = time.monotonic() - begin, used / (own_cpu() - before)
    return Figure(name, rows / seconds, "rows/s", rows / bare, aim, ratios=(ratio,))


def _carried(worker: Process, start: Callable[[], Job]) -> tuple[float, float]:
    """(seconds, processor seconds of the worker) of a job while nobody else is at work. Raises Stuck."""
    settle()
    InteractiveUse.objects.all().delete()
    before, begin = worker.cpu(), time.monotonic()
    ended(start())
    return time.monotonic() - begin, worker.cpu() - before


def _indexing() -> Job:
    SearchKind.objects.update(signature="")
    return enqueue(search.BUILD, {}, owner_id=None, label="Search index")
