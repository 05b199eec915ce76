"""Every address of the program, opened with records that exist, by several people: nothing is changed by looking (R13),
every answer carries its headers (R14), and no address that a page leads to says what stands in a record (R51)."""

import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections, connections
from django.test import Client

from guanxi.platform.access.models import FieldRule, User
from guanxi.platform.access.models.deputyship import Deputyship
from guanxi.platform.commands.models import HeldCommand
from guanxi.platform.entities.entity import Entity
from guanxi.platform.exchange.tests.importing import check, run, upload
from guanxi.platform.jobs.models import Job
from guanxi.platform.messages.models import Notification
from tests.contract.addresses import Ground, leads, plain, routes
from tests.contract.digest import EXCLUDED, digest_of_tables
from tests.contract.factories import MAKER
from tests.contract.people import ApiClient, browser_of, person
from tests.leaks.conditions import conditions

pytestmark = pytest.mark.django_db(databases="__all__")
ROOT = Path(__file__).resolve().parents[2]

#: What looking may leave: what the trail says of files and lists that were taken away, by the routes that give them away.
TRAIL = {"audit_takenaway", "events_event"}
TAKEN_AWAY = {"export", "print_list", "print_record", "report_file", "content", "api:content", "backup_download"}
#: The library of signing in notes the mail address of an account when it is first asked for.
NOTED = {"account_reset_password_from_key": {"account_emailaddress"}}
#: Routes at which the walk finds nothing to open, and why.
SHUT = {
    "api:nowhere": "is what says that there is nothing", "oidc_callback": "no provider is set",
    "inbox_decide": "asked by the leak matrix as “what waits for a decision”",
    "api:provided": "stands for the addresses of kinds of one's own, which the leak matrix asks",
    "dashboard_tile": "asked by the leak matrix as “tile of a dashboard”",
    "reveal": "opens for those who see masks", "export_file": "needs a finished export (exchange/tests/test_approval)",
    **dict.fromkeys(("backup_restore", "backup_delete", "backup_download"), "needs a backup (ui/tests/test_backups)"),
    **dict.fromkeys(
        ("mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_download_recovery_codes", "mfa_remove_webauthn",
         "mfa_edit_webauthn", "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "account_reauthenticate"),
        "for people with a second factor or a password (signin/tests)",
    ),
}  # fmt: skip

_WRITING = re.compile(r'\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+"?(\w+)', re.IGNORECASE)


class Writes:
    """Names of the tables that statements write to."""

    def __init__(self) -> None:
        self.tables: set[str] = set()

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if found := _WRITING.match(sql):
            self.tables.add(found[1])
        return execute(sql, params, many, context)


def closed(answer: Any) -> None:
    """Close an answer, files that nobody has read among them. As in the test client, the connection outlives it: it is the
    test's own."""
    request_finished.disconnect(close_old_connections)
    try:
        answer.close()
    finally:
        request_finished.connect(close_old_connections)


@dataclass
class Walk:
    """What was met on the way. ``statuses``: route → what it was answered with."""

    ground: Ground
    statuses: dict[str, set[int]] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    headers: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)

    def over(self, ask: Callable[[str], Any], addresses: Iterator[tuple[str, str]]) -> "Walk":
        for name, address in addresses:
            writes = Writes()
            with ExitStack() as watching:
                for alias in connections:
                    watching.enter_context(connections[alias].execute_wrapper(writes))
                answer = ask(address)
            route = plain(name)
            self.statuses.setdefault(route, set()).add(answer.status_code)
            self._judge_writes(route, address, writes.tables)
            self.headers |= {f"{route}: {wrong}" for wrong in wrong_headers(route, answer)}
            self._judge_leads(route, answer)
            closed(answer)
        return self

    def _judge_writes(self, route: str, address: str, tables: set[str]) -> None:
        allowed = EXCLUDED | (TRAIL if route in TAKEN_AWAY else set()) | NOTED.get(route, set())
        self.written |= {f"{address} writes {table}" for table in tables - allowed}

    def _judge_leads(self, route: str, answer: Any) -> None:
        """A redirect, a link, an address in an attribute or in JSON. What somebody typed themselves is not asked here."""
        found = {answer.headers.get(name, "") for name in ("Location", "HX-Redirect", "HX-Push-Url")}
        if not answer.streaming and "attachment" not in answer.headers.get("Content-Disposition", ""):
            found |= leads(answer.content.decode(errors="replace"))
        for lead in found:
            said = unquote_plus(html.unescape(lead))
            self.told |= {f"{route}: {said}" for word in self.ground.words if word in said}


def wrong_headers(route: str, answer: Any) -> Iterator[str]:
    policy = answer.headers.get("Content-Security-Policy", "")
    own = route == "mailbox_body" and answer.status_code == 200  # stands in a sandboxed frame of ours
    if "frame-ancestors 'self'" not in policy if own else "frame-ancestors 'none'" not in policy:
        yield "may be framed"
    if "unsafe" in policy or "default-src 'none'" not in policy:
        yield f"policy {policy}"
    if answer.headers.get("X-Frame-Options") != ("SAMEORIGIN" if route == "mailbox_body" else "DENY"):
        yield "X-Frame-Options"
    if answer.headers.get("X-Content-Type-Options") != "nosniff":
        yield "may be sniffed"
    if answer.headers.get("Referrer-Policy") not in ("same-origin", "no-referrer"):
        yield "tells others where one comes from"
    if answer.headers.get("Strict-Transport-Security") != "max-age=31536000":
        yield "no HSTS"
    signed_in = getattr(answer.wsgi_request, "actor", None) is not None
    if signed_in and "no-store" not in answer.headers.get("Cache-Control", ""):
        yield "may be kept by the browser"


# --- the ground and the people ------------------------------------------------------------------------------
@pytest.fixture
def ground(settings, tmp_path) -> Iterator[Ground]:
    """As behind https, with a record of every kind and what belongs to its owner."""
    settings.SECURE_HSTS_SECONDS = 31536000
    settings.KEEPING = {"folder": str(tmp_path), "key": ""}
    with conditions():
        found = Ground(person({"all": ["*"]}, email="owner@example.com"))
        found.ids |= _beside(found.owner, found)
        yield found


def _beside(owner: User, ground: Ground) -> dict[str, list[Any]]:
    """An import at each step, a change that waits, a notification, a job, an appointment."""
    word = next(iter(ground.records["fakes.company"].words.values()))
    content = f"Code,Name,Stage\nA-1,{word},New\nA-2,{word} two,{word}\n"
    actor = browser_actor(owner)
    imports = [upload("fakes.company", actor, content, f"{word} {n}.csv") for n in range(3)]
    for one in imports[1:]:
        check(one, actor, {0: "code", 1: "name", 2: "stage"})
    run(imports[2], actor)
    now = MAKER.now()
    other = person()
    held = HeldCommand.objects.create(
        command="fakes.company.edit", entity="fakes.company", records=[ground.records["fakes.company"].pk], versions={},
        inputs={}, note="", requested_by=other, requested_at=now, expires_at=now.replace(year=now.year + 1),
    )  # fmt: skip
    notice = Notification.objects.create(user=owner, key="one", kind="mention", created_at=now, sentence={"text": word})
    deputy = Deputyship.objects.create(
        principal=owner, deputy=other, since=MAKER.today(), until=MAKER.today(), made_by=owner, made_at=now
    )
    jobs = Job.objects.filter(owner_id=owner.pk).values_list("pk", flat=True)
    return {
        "import": [one.pk for one in imports], "inbox": [notice.pk], "inbox_decide": [held.pk], "job": list(jobs)[:1],
        "api:job": list(jobs)[:1], "deputy": [deputy.pk], "profile_field": ["name"],
        "dashboard": [ground.records["reports.dashboard"].pk],
        "mailbox": [ground.records["notices.mail"].pk],
    }  # fmt: skip


def browser_actor(user: User) -> Any:
    from guanxi.platform.access.actor import Actor

    return Actor.for_user(user)


def of_business(entity: Entity) -> bool:
    """One kind of record of each sort, for people whose answers are refusals most of the time."""
    return entity.key in ("fakes.company", "fakes.address", "customers.customer", "customers.measure", "access.role")


def asking(browser: Client) -> Callable[[str], Any]:
    return lambda address: browser.get(address, secure=True)


def judged(walk: Walk, before: dict[str, str]) -> None:
    assert [*sorted(walk.written), *sorted(walk.headers), *sorted(walk.told)] == []
    after = digest_of_tables()
    free = TRAIL | {table for tables in NOTED.values() for table in tables}
    assert {name for name in after if before[name] != after[name]} <= {f"default.{table}" for table in free}


# --- walks ---------------------------------------------------------------------------------------------------
def test_somebody_who_may_do_everything(ground):
    browser = browser_of(ground.owner)
    browser.get("/help/", secure=True)
    before = digest_of_tables()
    walk = Walk(ground).over(asking(browser), ground.addresses())
    judged(walk, before)
    every = {plain(name) for name, _parts in routes()}
    assert every == walk.statuses.keys()
    answered = {name for name, found in walk.statuses.items() if found & {200, 204, 302, 405}}
    assert every - answered <= SHUT.keys(), "an address opens for nobody"


@pytest.mark.once
@pytest.mark.parametrize("who", ["masked", "viewer", "own", "nobody", "anonymous", "token"])
def test_others(ground, who):
    ask = PEOPLE[who](ground)
    before = digest_of_tables()
    walk = Walk(ground).over(ask, ground.addresses(of_business))
    judged(walk, before)
    assert 200 in walk.statuses["reveal"] or who != "masked"


def _masked(ground: Ground) -> Callable[[str], Any]:
    """Reveals what is masked, so that the dialog opens."""
    user = person({"all": ["*"]})
    FieldRule.objects.filter(role__user_links__user=user).update(rule=FieldRule.Rule.MASK)
    return asking(browser_of(user))


def _token(ground: Ground) -> Callable[[str], Any]:
    api = ApiClient(ground.owner)
    return lambda address: api.client.get(address, secure=True, headers={"authorization": f"Bearer {api.secret}"})


PEOPLE: dict[str, Callable[[Ground], Callable[[str], Any]]] = {
    "masked": _masked,
    "viewer": lambda ground: asking(browser_of(person({"all": ["view"]}))),
    "own": lambda ground: asking(browser_of(person({"own": ["*"]}))),
    "nobody": lambda ground: asking(browser_of(person())),
    "anonymous": lambda ground: asking(Client()),
    "token": _token,
}


def test_under_https_cookies_belong_to_this_host_alone():
    shown = "SESSION_COOKIE_NAME CSRF_COOKIE_NAME SESSION_COOKIE_SECURE CSRF_COOKIE_SECURE SESSION_COOKIE_HTTPONLY"
    shown += " CSRF_COOKIE_HTTPONLY SESSION_COOKIE_SAMESITE CSRF_COOKIE_SAMESITE SECURE_HSTS_SECONDS"
    code = f"import json; from guanxi.config import settings as s; print(json.dumps([getattr(s, n) for n in {shown.split()}]))"
    own = {**os.environ, "GUANXI_SITE_URL": "https://crm.example.org"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=own, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [
        "__Host-sessionid", "__Host-csrftoken", True, True, True, True, "Lax", "Lax", 31536000,
    ]  # fmt: skip
