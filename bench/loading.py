"""Bringing the data into a fresh database through the bulk commands."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from uuid import uuid4

from django.db import connection, connections

from bench import crowd, own_kinds, rules, searches
from bench.data import Company, Writer, build_company
from guanxi.modules.customers.models import Contact, Customer
from guanxi.platform import bulk
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import User
from guanxi.platform.access.scope import ScopeResolver
from guanxi.platform.commands.sets import create_many
from guanxi.platform.entities import registry
from guanxi.platform.events.sealer import seal
from guanxi.platform.exchange.run import collector_at_rest

CHUNK = 2_000
DOOR = "import"
#: Memory for pages while loading, in KiB.
CACHE = 6_000_000


class NotEmpty(Exception):
    """The database holds data already."""


def load(size: int, tell: Callable[[str], None]) -> None:
    """``size`` customers, twice as many contacts, records of an own kind, and five events for each customer. Raises NotEmpty
    where people work already."""
    if User.objects.exists():
        raise NotEmpty("The benchmark needs a database of its own: name an empty one in DATABASE_URL, or none.")
    company = build_company(size)
    with collector_at_rest():
        with files_at_rest():
            _load(company, size, tell)
        _study()
        with files_at_rest():
            searches.index_everything(tell)
    _study()


def _study() -> None:
    """What the worker does every hour on SQLite, and PostgreSQL by and by."""
    bulk.study()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _load(company: Company, size: int, tell: Callable[[str], None]) -> None:
    _customers(company, size, tell)
    _contacts(company, 2 * size, tell)
    begin = time.monotonic()
    _told(tell, "records of an own kind", own_kinds.load(company, size), begin)
    begin = time.monotonic()
    crowd.gather(company, maker(company))
    _told(tell, "later events", crowd.CHANGES * size, begin)
    rules.lay(company)
    while seal():
        pass


@contextmanager
def files_at_rest() -> Iterator[None]:
    """What is loaded need not outlive a crash: on SQLite its pages stay in memory and are written to the file at once, not to a
    log first."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode=MEMORY").fetchall()
        cursor.execute("PRAGMA synchronous=OFF")
        cursor.execute(f"PRAGMA cache_size=-{CACHE}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode=WAL").fetchall()
    connection.close()


def maker(company: Company) -> Actor:
    """Who loads: one of those who may see everything."""
    return Actor.for_user(company.staff["all"][0], source=DOOR)


def _customers(company: Company, size: int, tell: Callable[[str], None]) -> None:
    writer, scopes, actor = Writer(company, "customers"), ScopeResolver(), maker(company)
    parents: list[int] = []
    begin = time.monotonic()
    for at in range(0, size, CHUNK):
        records = writer.customers(min(CHUNK, size - at), parents[-10_000:])
        create_many(registry.get("customers.customer"), actor, records, batch=uuid4(), scopes=scopes)
        gc.collect(1)
        parents += [record.pk for record in records if record.credit_code][:200]
    _told(tell, "customers", size, begin)


def _contacts(company: Company, size: int, tell: Callable[[str], None]) -> None:
    writer, scopes, actor = Writer(company, "contacts"), ScopeResolver(), maker(company)
    begin = time.monotonic()
    while (left := size - writer.number) > 0:
        rows = Customer.objects.order_by("pk").values_list("pk", "owner_id").iterator(chunk_size=CHUNK)
        while chunk := list(islice(rows, min(CHUNK, left))):
            records = writer.contacts(chunk)
            create_many(registry.get("customers.contact"), actor, records, batch=uuid4(), scopes=scopes)
            gc.collect(1)
            left -= len(records)
    _told(tell, "contacts", Contact.objects.count(), begin)


def _told(tell: Callable[[str], None], what: str, number: int, begin: float) -> None:
    seconds = time.monotonic() - begin
    tell(f"  {number:,} {what} in {seconds:.1f} s ({number / seconds:,.0f}/s)")


def close() -> None:
    """Leave SQLite's files complete, with nothing in their write-ahead logs."""
    for alias in connections:
        with connections[alias].cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connections.close_all()
