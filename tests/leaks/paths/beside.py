"""What tells of records beside their pages: notifications, live messages, mails, what waits for a decision, the workbench."""

from typing import Any

from django.utils import timezone

from guanxi.platform.access.actor import Actor
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.command import commands_of
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.held import EXPIRY
from guanxi.platform.commands.models import HeldCommand
from guanxi.platform.entities import registry
from guanxi.platform.entities.options import EntityKind
from guanxi.platform.events.selectors import history
from guanxi.platform.events.services import NewEvent, append
from guanxi.platform.messages import rules
from guanxi.platform.messages.choices import MailKind
from guanxi.platform.messages.hub import Hub, Stream
from guanxi.platform.messages.live import Addresses, Reader
from guanxi.platform.messages.mail.outbox import NOTICE
from guanxi.platform.messages.mail.rendering import write
from guanxi.platform.messages.models import Mail, Notification
from guanxi.platform.messages.receivers import tell
from tests.contract.factories import MAKER
from tests.leaks.canaries import Canary
from tests.leaks.doors import PART, Caller, Page
from tests.leaks.paths.pages import named
from tests.leaks.registry import path


def edited_by(canary: Canary, actor: Actor, diff: dict[str, list[Any]]) -> None:
    told = {"actor_id": actor.user_id, "actor_name": actor.name}
    kind = f"{canary.entity.key}.edited"
    append([NewEvent(kind=kind, entity=canary.entity.key, record_id=canary.pk, diff=diff, **told)])


def given_to(world: Any, canary: Canary, variant: str, reader: Caller) -> None:
    """The record was the reader's for a moment; they were told, and it went on to somebody else."""
    field = rules.receiving_field(canary.entity)
    edited_by(canary, MAKER, {field: [None, reader.user.pk]})
    tell(rules.given, history(canary.entity.key, canary.pk, limit=1))


def mentioned(world: Any, canary: Canary, variant: str, reader: Caller) -> None:
    """Somebody named the reader in a note on it."""
    inputs = {"text": f"@{reader.user.username} look", "entity": canary.entity.key, "record_id": canary.pk}
    note = run(commands.get("directory.note.create"), MAKER, inputs=inputs).ids[0]
    tell(rules.mentioned, history("directory.note", note))


WAYS = {"given": given_to, "mentioned": mentioned}


def tellable(canary: Canary) -> list[str]:
    """By which occasions somebody is told of it."""
    if not named(canary):
        return []
    given = bool(rules.receiving_field(canary.entity)) and "edit" in {one.name for one in commands_of(canary.entity)}
    noted = canary.entity in registry.get("directory.note").attachable()
    return [way for way, there in (("given", given), ("mentioned", noted)) if there]


def occasion(world: Any, canary: Canary, variant: str, reader: Caller) -> None:
    WAYS[variant](world, canary, variant, reader)


TOLD: dict[str, Any] = {"variants": tellable, "prepare": occasion, "common": True, "rules": ("scope", "fields")}
#: These reach a person, not whom they stand for: a deputy is told by their own rights.
IN_PERSON = ("deputy",)


@path("inbox", **TOLD | {"variants": lambda canary: [way for way in tellable(canary) if way == "given"]})
def inbox(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return caller.open("/inbox/") + caller.open("/inbox/", show="unread")


@path(
    "inbox, mentioned",
    but=IN_PERSON,
    **TOLD | {"variants": lambda canary: [way for way in tellable(canary) if way != "given"]},
)
def inbox_mentioned(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return inbox(caller, canary, variant, given)


@path("live message", but=IN_PERSON, **TOLD)
def live(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    """What the stream of the reader's browser begins with when it has missed everything."""
    hub, stream = Hub(), Stream(caller.user.pk, caller.client.session.session_key or "", since=0)
    hub.join(stream)
    Reader(Addresses(notice=lambda view: f"/n/{view.id}", job=lambda pk: f"/j/{pk}", open_label=lambda: "Open")).tick(
        hub
    )
    return "\n".join(event.encode().decode() for event in stream.take())


@path("mail", but=IN_PERSON, **TOLD)
def mail(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    row = Notification.objects.filter(user=caller.user).order_by("-pk").first()
    if row is None:
        return ""
    letter = Mail(kind=MailKind.NOTICE, user=caller.user, key=f"{NOTICE}{row.key}", created_at=row.created_at)
    write(letter, timezone.now())
    return f"{letter.subject}\n{letter.text}\n{letter.html}"


def worked_on(world: Any, canary: Canary, variant: str, reader: Caller) -> None:
    """The reader changed it once."""
    edited_by(canary, reader.actor, {})


def workable(canary: Canary) -> list[str]:
    return named(canary) if "edit" in {one.name for one in commands_of(canary.entity)} else []


@path("workbench and palette", variants=workable, prepare=worked_on, common=True, rules=("scope", "fields"))
def home(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return caller.open("/") + caller.open("/palette/")


def decidable(canary: Canary) -> list[str]:
    records = canary.entity.kind is EntityKind.RECORD and "edit" in {one.name for one in commands_of(canary.entity)}
    return named(canary) if records else []


def held(world: Any, canary: Canary, variant: str, reader: Caller) -> int:
    """A change that waits for a second person."""
    now = MAKER.now()
    row = HeldCommand.objects.create(
        command=f"{canary.entity.key}.edit", entity=canary.entity.key, records=[canary.pk], versions={}, inputs={}, note="",
        requested_by=world.stranger, requested_at=now, expires_at=now + EXPIRY,
    )  # fmt: skip
    return row.pk


@path(
    "what waits for a decision",
    variants=decidable,
    prepare=held,
    common=True,
    needs="approve",
    rules=("scope", "fields"),
)
def decisions(caller: Page, canary: Canary, variant: str, given: int) -> str:
    return caller.open("/inbox/", show="decisions") + caller.open(f"/inbox/decide/{given}/", headers=PART)


@path("decision", variants=decidable, prepare=held, writes=True, one=True, needs="approve", rules=("scope", "commands"))
def decide(caller: Page, canary: Canary, variant: str, given: int) -> str:
    return caller.send(f"/held/{given}/", decision="refuse")
