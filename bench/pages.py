"""Records, forms and REST calls through the running server, by one client, for people of three scopes."""

import itertools
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from bench import rules
from bench.data import PASSWORD, phone
from bench.figures import Aim, Figure, Times, together
from bench.processes import Process
from bench.session import Answer, LocalSession, Session, changed
from bench.yardsticks import Driver, Statement, statements
from guanxi.modules.customers.models import Customer
from guanxi.platform.access import gate, tokens
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import User
from guanxi.platform.entities import query, registry
from guanxi.platform.entities.query import Query
from guanxi.platform.events.models import Event

SCOPES = ("own", "subtree", "all")
LIST, RECORD, SAVE = Aim(50, "p95"), Aim(100, "p95"), Aim(60, "p95")
ADDRESS = "/customers/customer/"
#: Answers 204 after the whole middleware, the session and the actor, and does nothing else on the server.
EMPTY_VIEW = ("/preferences/", [("sidebar", "open")])
FILTER = ["and", ["in", "tier", ["A", "B"]], ["in", "lifecycle", ["stable", "growing"]]]
FILTERED = {"filter": json.dumps(FILTER)}


@dataclass
class Site:
    """The server under measurement and who speaks to it. ``times`` requests in each of ``rounds``."""

    web: Process | None
    driver: Driver
    times: int
    rounds: int
    pages: dict[str, Session] = field(default_factory=dict)
    calls: dict[str, Session] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

    @property
    def entity(self) -> Any:
        return registry.get("customers.customer")


@contextmanager
def site(web: Process | None, times: int, rounds: int) -> Iterator[Site]:
    """A browser session and a REST token for one person of each scope; without a server, inside this process."""
    made = Site(web, Driver(), times, rounds)
    for scope in (*SCOPES, rules.SCOPE):
        user = User.objects.get(username=f"{scope}0")
        actor = made.actors[scope] = Actor.for_user(user)
        token = tokens.create(actor, "bench", 1, read_only=False)
        if web:
            made.pages[scope] = Session(web.port).sign_in(user.username, PASSWORD)
            made.calls[scope] = Session(web.port, token=token)
        else:
            made.pages[scope], made.calls[scope] = LocalSession(user), LocalSession(user, token)
    try:
        yield made
    finally:
        for session in (*made.pages.values(), *made.calls.values()):
            session.close()
        made.driver.close()


@dataclass(frozen=True)
class Case:
    """One kind of request; ``bare`` does by the driver what it does to the data, and gives the seconds. ``rest``
    cases are sent with a token."""

    name: str
    scope: str
    request: Callable[[Session], Answer]
    bare: Callable[[], float]
    aim: Aim
    rest: bool = False


def measure(site: Site, case: Case) -> Figure:
    """The case in several rounds, in each of them beside its yardstick."""
    page, session = site.pages[case.scope], (site.calls if case.rest else site.pages)[case.scope]
    case.request(session)
    case.bare()
    found, yardsticks, ratios = [], [], []
    for _round in range(site.rounds):
        begin = time.process_time()
        bare = Times(tuple(case.bare() * 1000 for _ in range(site.times)), 0)
        bare_cpu = (time.process_time() - begin) * 1000 / site.times
        empty = timed(site.web, lambda: page.post(*EMPTY_VIEW).must(204), site.times)
        found.append(timed(site.web, lambda: case.request(session), site.times))
        yardsticks.append(bare.p50 + empty.p50)
        ratios.append(found[-1].cpu / (bare_cpu + empty.cpu))
    whole = together(found)
    yardstick = sorted(yardsticks)[len(yardsticks) // 2]
    return Figure(case.name, whole.p50, "ms", yardstick, case.aim, whole.details(), tuple(ratios))


def cost_of_gate(site: Site, name: str, paths: Sequence[str]) -> Figure:
    """The same pages for somebody under every rule, beside somebody who may see everything in full; the two alternate."""
    request = get(*paths)
    rounds = []
    for _round in range(site.rounds):
        off, on = (
            timed(site.web, lambda scope=scope: request(site.pages[scope]), site.times)  # type: ignore[misc]
            for scope in (rules.OPEN, rules.SCOPE)
        )
        rounds.append((off, on))
    ruled = together([on for _off, on in rounds])
    ratios = tuple(on.cpu / off.cpu for off, on in rounds)
    return Figure(name, ruled.p50, "ms", together([off for off, _on in rounds]).p50, None, ruled.details(), ratios)


def costs_of_gate(site: Site, wanted: Callable[[str], bool]) -> Iterator[Figure]:
    """What lists and records cost with every rule on, against none."""
    records = [f"{ADDRESS}{pk}/" for pk in some_ids(site, rules.SCOPE)]
    for name, paths in (
        ("list", [ADDRESS]),
        ("list filtered", [f"{ADDRESS}?{urlencode(FILTERED)}"]),
        ("record", records),
    ):
        if wanted(name := f"{name}, all rules against none"):
            yield cost_of_gate(site, name, paths)


def timed(web: Process | None, request: Callable[[], Answer], times: int) -> Times:
    """Wall times of requests one after the other and the CPU time the server used for each, in milliseconds."""
    assert web
    begin = web.cpu()
    walls = tuple(request().seconds * 1000 for _ in range(times))
    return Times(walls, (web.cpu() - begin) * 1000 / times)


def cases(site: Site, wanted: Callable[[str], bool]) -> Iterator[Case]:
    """What is measured on pages of a record and by REST, of those whose name is wanted."""
    yield from (case for case in _every_case(site) if wanted(case.name))


def _every_case(site: Site) -> Iterator[Case]:
    for scope in SCOPES:
        yield _record(site, scope)
    yield from _forms(site)
    yield from _rest(site)


def get(*paths: str) -> Callable[[Session], Answer]:
    """Requests each of the addresses in turn."""
    turn = itertools.cycle(paths)
    return lambda session: session.get(next(turn)).must(200)


def bare(site: Site, wanted: list[Statement]) -> Callable[[], float]:
    return lambda: site.driver.fetch(wanted)


def some_ids(site: Site, scope: str, action: str = "view") -> list[int]:
    """Customers from all over what a person may see, or do something else with."""
    ids = list(site.entity.rows(site.actors[scope], action).order_by("-pk").values_list("pk", flat=True)[:5_000])
    return ids[:: max(1, len(ids) // 40)]


def _record(site: Site, scope: str) -> Case:
    actor, ids = site.actors[scope], some_ids(site, scope)
    rows = statements(lambda: gate.get(actor, site.entity, ids[0]))
    paths = [f"{ADDRESS}{pk}/" for pk in ids]
    return Case(f"record, {scope}", scope, get(*paths), bare(site, rows), RECORD)


def _forms(site: Site) -> Iterator[Case]:
    scope = "own"
    region, ids = User.objects.get(username="own0").region_id, some_ids(site, scope, "edit")
    turn, numbers = itertools.cycle(ids), itertools.count(90_000_000)

    def create(session: Session) -> Answer:
        number = next(numbers)
        given = {"name": f"Measured {number}", "kind": "organisation", "phone": phone(number), "region": str(region)}
        return session.post(f"{ADDRESS}new/", changed(session.form(f"{ADDRESS}new/"), **given)).must(302)

    def edit(session: Session) -> Answer:
        path = f"{ADDRESS}{next(turn)}/edit/"
        return session.post(path, changed(session.form(path), remarks=f"Measured {next(numbers)}")).must(302)

    writes = Writes(site.driver)
    yield Case("create form", scope, get(f"{ADDRESS}new/"), bare(site, []), RECORD)
    yield Case("create", scope, create, writes.insert, RECORD)
    rows = statements(lambda: gate.get(site.actors[scope], site.entity, ids[0], "edit"))
    yield Case("edit form", scope, get(f"{ADDRESS}{ids[0]}/edit/"), bare(site, rows), RECORD)
    yield Case("edit", scope, edit, writes.update, RECORD)


class Writes:
    """One customer and its event written by the driver into equal tables, with the commit."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.tables = [("bench_customer", *self._one(Customer)), ("bench_event", *self._one(Event))]
        driver.scratch(Customer, "bench_customer")
        driver.scratch(Event, "bench_event")
        self.numbers = itertools.count(1)
        self.insert()

    def _one(self, model: Any) -> tuple[list[str], tuple]:
        names, rows = self.driver.rows_of(model, "", 1)
        return names, rows[0]

    def insert(self) -> float:
        return self.driver.timed_transaction([self._insert(*table) for table in self.tables])

    def update(self) -> float:
        change = ("UPDATE bench_customer SET remarks = %s, version = version + 1 WHERE id = %s", ("Measured", -1))
        return self.driver.timed_transaction([change, self._insert(*self.tables[1])])

    def _insert(self, table: str, names: Sequence[str], row: Sequence[Any]) -> Statement:
        number = -next(self.numbers)
        fresh = {"id": number, "uid": None, "code": str(number), "credit_code": "", "seq": None}
        values = [fresh.get(name, value) for name, value in zip(names, row, strict=True)]
        return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))})", values


def _rest(site: Site) -> Iterator[Case]:
    for scope in SCOPES:
        actor = site.actors[scope]
        rows = statements(lambda actor=actor: query.page(site.entity, actor, Query()))  # type: ignore[misc]
        yield Case(f"REST list, {scope}", scope, get(f"/api{ADDRESS}"), bare(site, rows), LIST, rest=True)
    ids = some_ids(site, "own")
    rows = statements(lambda: gate.get(site.actors["own"], site.entity, ids[0]))
    paths = [f"/api{ADDRESS}{pk}/" for pk in ids]
    yield Case("REST record, own", "own", get(*paths), bare(site, rows), RECORD, rest=True)
