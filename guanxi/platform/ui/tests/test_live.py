"""The event stream over a real server, and who gets one."""

import http.client
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils import timezone

from guanxi.platform.messages import services
from guanxi.platform.messages.choices import Kind
from guanxi.platform.messages.hub import STREAMS_PER_USER

ANSWER_WITHIN = 20
FILES = {"default": "guanxi.sqlite3", "side": "side.sqlite3"}


class Server:
    """Uvicorn in a process of its own on a copy (SQLite) of, or on (PostgreSQL), the database of the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        environment = {
            **os.environ,
            "GUANXI_DATA_DIR": str(folder),
            "GUANXI_SECRET_KEY": settings.SECRET_KEY,
            "GUANXI_LIVE": "1",
        }
        environment["PYTHONUNBUFFERED"] = "1"
        default = connections["default"]
        self.sqlite = default.vendor == "sqlite"
        if self.sqlite:
            environment.pop("DATABASE_URL", None)
            for alias, name in FILES.items():
                connections[alias].ensure_connection()
                with sqlite3.connect(folder / name) as copy:
                    connections[alias].connection.backup(copy)
                copy.close()
        else:
            base = os.environ["DATABASE_URL"]
            old = base.rpartition("/")[2]
            environment["DATABASE_URL"] = (
                base[: len(base) - len(old)]
                + default.settings_dict["NAME"]
                + (f"?{old.partition('?')[2]}" if "?" in old else "")
            )
        command = [
            sys.executable,
            "-m",
            "uvicorn",
            "guanxi.config.asgi:application",
            "--port",
            "0",
            "--timeout-graceful-shutdown",
            "1",
            "--no-access-log",
        ]
        self.process = subprocess.Popen(
            command, env=environment, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.port = self._port()

    def _port(self) -> int:
        said = []
        for line in self.process.stdout:
            said.append(line)
            if found := re.search(r"running on http://127\.0\.0\.1:(\d+)", line):
                return int(found[1])
        raise AssertionError("".join(said))

    def stop(self) -> None:
        self.process.terminate()
        self.process.communicate(timeout=ANSWER_WITHIN)

    def threads(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/task").iterdir()))

    def open_databases(self) -> int:
        links = [str(link.readlink()) for link in Path(f"/proc/{self.process.pid}/fd").iterdir() if link.is_symlink()]
        return len([link for link in links if link.endswith(tuple(FILES.values()))])

    def listen(self, client: Client, **headers: str) -> "Listener":
        return Listener(self.port, client, headers)


class Listener:
    def __init__(self, port: int, client: Client, headers: dict[str, str]) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_WITHIN)
        cookie = client.cookies.get(settings.SESSION_COOKIE_NAME)
        sent = {
            "Accept": "text/event-stream",
            **({"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie.value}"} if cookie else {}),
            **headers,
        }
        self.connection.request("GET", "/live/", headers=sent)
        self.response = self.connection.getresponse()

    def until(self, text: str) -> list[str]:
        """Lines up to the first that holds the text."""
        lines = []
        while not lines or text not in lines[-1]:
            lines.append(self.response.readline().decode())
            assert lines[-1], f"the stream ended before {text}: {lines}"
        return lines

    def close(self) -> None:
        self.response.close()
        self.connection.close()


@pytest.fixture
def server(organisation, tmp_path):
    started = []

    def start() -> Server:
        started.append(Server(tmp_path))
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture
def write(server):
    """Tell a user something in the database that the server reads."""

    def tell(server: Server, user_id: int, key: str) -> int:
        if not server.sqlite:
            services.notify(
                [user_id], services.Notice(key=key, kind=Kind.JOB, sentence={"text": key}), at=timezone.now()
            )
            return 0
        columns = "user_id, key, kind, sentence, text, count, failed, url, entity, created_at"
        with sqlite3.connect(server.folder / FILES["default"], timeout=ANSWER_WITHIN) as copy:
            done = copy.execute(
                f"INSERT INTO notices_notification ({columns}) VALUES (?, ?, 'job', ?, '', 1, 0, '', '', '2026-03-10')",
                (user_id, key, f'{{"text": "{key}"}}'),
            )
        copy.close()
        return done.lastrowid

    return tell


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_real_server_holds_many_streams_cheaply_and_tells_what_is_new(organisation, server, write):
    ann, bob = organisation.user("ann"), organisation.user("bob")
    clients = [Client(), Client()]
    clients[0].force_login(ann)
    clients[1].force_login(bob)
    running = server()
    first, other = running.listen(clients[0]), running.listen(clients[1])
    assert (first.response.status, first.response.headers["Content-Type"]) == (200, "text/event-stream")
    assert first.until("event: badge")[0] == "retry: 3000\n"
    other.until("event: badge")
    threads, files = running.threads(), running.open_databases()
    more = [running.listen(clients[0]) for _number in range(STREAMS_PER_USER - 1)]
    for one in more:
        one.until("event: badge")
    assert running.threads() <= threads + 2
    assert running.open_databases() <= files + 2

    write(running, ann.pk, "tea is ready")
    for one in (first, *more):
        assert "tea is ready" in one.until('data: {"message"')[-1]
    refused = running.listen(clients[0])
    assert refused.response.status == 204
    write(running, bob.pk, "coffee is ready")
    assert not [line for line in other.until("coffee") if "tea" in line]

    last = next(line for line in first.until("event: badge")[::-1] if line.startswith("event"))
    assert last == "event: badge\n"
    for one in (first, other, *more):
        one.close()


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_stream_goes_on_after_the_last_one_known_and_needs_a_session(organisation, server, write):
    ann = organisation.user("ann")
    client = Client()
    client.force_login(ann)
    services.notify([ann.pk], services.Notice(key="old", kind=Kind.JOB, sentence={"text": "old"}), at=timezone.now())
    services.notify(
        [ann.pk], services.Notice(key="missed", kind=Kind.JOB, sentence={"text": "missed"}), at=timezone.now()
    )
    known = services.Notification.objects.get(key="old").pk
    running = server()
    lines = running.listen(client, **{"Last-Event-ID": str(known)}).until("event: badge")
    assert "missed" in "".join(lines)
    assert '"old"' not in "".join(lines)
    nobody = running.listen(Client())
    assert (nobody.response.status, nobody.response.read()) == (401, b"")


def test_only_signed_in_people_and_asynchronous_servers_have_streams(organisation):
    client = Client()
    assert client.get("/live/").status_code == 401
    client.force_login(organisation.user("ann"))
    assert client.get("/live/").status_code == 204
    assert client.post("/live/").status_code == 405
