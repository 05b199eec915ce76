"""Many at once: requests that come ten a second whether or not the last ones were answered, eight people who ask again as
soon as they are answered, and three hundred browsers that keep their live stream open."""

import http.client
import itertools
import queue
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection
from django.test import Client

from bench.figures import Aim, Figure, Times
from bench.pages import ADDRESS, LIST, RECORD, SAVE, Site, get, some_ids, timed
from bench.processes import Process
from bench.searches import typed
from bench.session import Answer, Session, changed
from guanxi.platform.access.models import User
from guanxi.platform.messages.hub import STREAMS_PER_USER

PER_SECOND, SECONDS = 10, 30
CLIENTS, CLIENT_SECONDS = 8, 15
STREAMS = 300
CPU = {"list": Aim(20, "cpu"), "record": Aim(40, "cpu")}
CONNECTIONS = Aim(5)
#: Connections of the measuring process itself: Django's and the bare driver's.
OURS = 2
NAMES = (
    *(f"ten a second: {kind}" for kind in ("list", "search", "record", "save")),
    *(f"eight clients: {kind}" for kind in CPU),
    "live streams: connections",
    "live streams: list",
)
Request = Callable[[Session], Answer]


def figures(site: Site, wanted: Callable[[str], bool]) -> Iterator[Figure]:
    """Those that are wanted; whoever wants one of a mixed load gets all of it."""
    requests = _requests(site)
    if any(wanted(name) for name in NAMES if name.startswith("ten")):
        yield from _open(site, requests)
    for kind in CPU:
        if wanted(f"eight clients: {kind}"):
            yield _closed(site, kind, requests[kind])
    if any(wanted(name) for name in NAMES if name.startswith("live")):
        yield from _streams(site)


def _requests(site: Site) -> dict[str, Request]:
    """One request of each kind, by somebody with customers of their own."""
    ids = some_ids(site, "own")
    words = [f"/search/?{urlencode({'q': text})}" for text in typed().values()]
    turn = itertools.cycle(some_ids(site, "own", "edit"))

    def save(session: Session) -> Answer:
        path = f"{ADDRESS}{next(turn)}/edit/"
        return session.post(path, changed(session.form(path), remarks=f"Measured {time.monotonic_ns()}")).must(302, 409)

    return {
        "list": get(ADDRESS),
        "search": get(*words),
        "record": get(*(f"{ADDRESS}{pk}/" for pk in ids)),
        "save": save,
    }


def _open(site: Site, requests: dict[str, Request]) -> Iterator[Figure]:
    """The kinds in turn, each at its moment, whatever became of those before; of a save the form is asked for first and
    not counted."""
    assert site.web
    idle: queue.SimpleQueue[Session] = queue.SimpleQueue()
    walls: dict[str, list[float]] = {kind: [] for kind in requests}
    begin = time.monotonic() + 0.5

    def one(number: int, kind: str) -> None:
        due = begin + number / PER_SECOND
        time.sleep(max(0.0, due - time.monotonic()))
        try:
            session = idle.get_nowait()
        except queue.Empty:
            session = site.pages["own"].beside()
        walls[kind].append(requests[kind](session).seconds * 1000)
        idle.put(session)

    before = site.web.cpu()
    with ThreadPoolExecutor(PER_SECOND * SECONDS) as pool:
        done = [pool.submit(one, *each) for each in zip(range(PER_SECOND * SECONDS), itertools.cycle(requests))]
    for each in done:
        each.result()
    while not idle.empty():
        idle.get().close()
    cpu = (site.web.cpu() - before) * 1000 / len(done)
    aims = {"list": LIST, "search": LIST, "record": RECORD, "save": SAVE}
    for kind, found in walls.items():
        times = Times(tuple(found), cpu)
        yield Figure(f"ten a second: {kind}", times.p50, "ms", aim=aims[kind], details=times.details())


def _closed(site: Site, kind: str, request: Request) -> Figure:
    """Requests a second that so many clients get answered, and what one costs the server."""
    assert site.web
    sessions = [site.pages["own"].beside() for _client in range(CLIENTS)]
    begin, before = time.monotonic(), site.web.cpu()
    end = begin + CLIENT_SECONDS

    def ask(session: Session) -> list[float]:
        walls = []
        while time.monotonic() < end:
            walls.append(request(session).seconds * 1000)
        session.close()
        return walls

    with ThreadPoolExecutor(CLIENTS) as pool:
        walls = [wall for found in pool.map(ask, sessions) for wall in found]
    seconds = time.monotonic() - begin
    times = Times(tuple(walls), (site.web.cpu() - before) * 1000 / len(walls))
    return Figure(f"eight clients: {kind}", len(walls) / seconds, "/s", aim=CPU[kind], details=times.details())


def _streams(site: Site) -> Iterator[Figure]:
    assert site.web
    with _listening(site.web.port):
        time.sleep(2)  # so that what opening them took is no part of it
        yield Figure("live streams: connections", _connections(site.web), "", aim=CONNECTIONS)
        found = timed(site.web, lambda: get(ADDRESS)(site.pages["own"]), site.times)
        yield Figure("live streams: list", found.p50, "ms", aim=LIST, details=found.details())


@contextmanager
def _listening(port: int) -> Iterator[None]:
    """STREAMS browsers, as many for each person as one may have, that have got the first words of their stream."""
    with ExitStack() as stack:
        for number in range(STREAMS):
            connection_ = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            stack.callback(connection_.close)
            headers = {
                "Host": "localhost",
                "Accept": "text/event-stream",
                "Cookie": _cookie(number // STREAMS_PER_USER),
            }
            connection_.request("GET", "/live/", headers=headers)
            answer = connection_.getresponse()
            if answer.status != 200:
                raise AssertionError(f"stream {number} was answered by {answer.status}")
        yield


_cookies: dict[int, str] = {}


def _cookie(place: int) -> str:
    """The session of one of the account managers."""
    if place not in _cookies:
        client = Client()
        client.force_login(User.objects.filter(username__startswith="own").order_by("pk")[place])
        _cookies[place] = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    return _cookies[place]


def _connections(web: Process) -> int:
    """Connections to the database of the business that the web process has open."""
    if connection.vendor == "sqlite":
        name = str(settings.DATABASES["default"]["NAME"])
        links = [link.readlink() for link in Path(f"/proc/{web.pid}/fd").iterdir() if link.is_symlink()]
        return sum(str(link) == name for link in links)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0]) - OURS
