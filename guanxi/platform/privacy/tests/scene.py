"""A person planted in every kind of place, for tests: records, lines, notes, files, views, mail, imports, exports, history.

Companies that are lost stand in for persons (tests/fakes).
"""

import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from guanxi.platform.access.actor import Actor
from guanxi.platform.commands import command as commands
from guanxi.platform.commands import held
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.models import HeldCommand, Selection
from guanxi.platform.directory.models import Attachment, Note
from guanxi.platform.exchange.exporting import OPENS_ONCE
from guanxi.platform.files.choices import Purpose
from guanxi.platform.files.services import receive, store
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.testing import run_queued_jobs
from guanxi.platform.messages.models import Mail, Notification
from guanxi.platform.privacy.models import SubjectRequest

NAME = "\u6b27\u9633\u660e\u5a9a"
PHONE = "13870651923"
EMAIL = "mingmei.canary@example.com"
#: No byte of these may be left.
CANARIES = (NAME.encode(), b"\\u6b27\\u9633\\u660e\\u5a9a", PHONE.encode(), b"138 7065 1923", EMAIL.encode())


@dataclass
class Planted:
    """``person`` is the record that is the person, ``other`` one that only names them, ``twin`` another person with the
    same telephone."""

    person: int
    other: int
    twin: int
    batch: Any = None


def company(actor: Actor, **inputs: Any) -> int:
    return run(commands.get("fakes.company.create"), actor, inputs=inputs).ids[0]


def attached(kind: str, actor: Actor, host: int, **inputs: Any) -> int:
    inputs |= {"entity": "fakes.company", "record_id": host}
    return run(commands.get(kind), actor, inputs=inputs).ids[0]


def plant(actor: Actor, *, files: bool = True) -> Planted:
    person = company(
        actor, name=NAME, stage="lost", phone=PHONE, email=EMAIL, remarks=f"{NAME} prefers mornings",
        website="https://example.com/mingmei",
    )  # fmt: skip
    run(commands.get("fakes.company.edit"), actor, ids=[person], inputs={"remarks": f"call {PHONE}"})
    other = company(actor, name="Acme", remarks=f"ask {NAME} at 138 7065 1923", email=EMAIL)
    twin = company(actor, name="Somebody else", stage="lost", phone=PHONE)
    attached("directory.note.create", actor, person, text=f"{NAME} likes tea")
    attached("directory.note.create", actor, other, text=f"write to {EMAIL}")
    attached("calendar.task.create", actor, person, subject=f"ring {NAME}")
    run(commands.get("fakes.address.create"), actor, inputs={"company": person, "text": f"c/o {NAME}"})
    run(commands.get("fakes.person.create"), actor, inputs={"company": person, "name": f"desk of {NAME}"})
    _beside_records(actor, person)
    if files:
        _files(actor, person)
    return Planted(person, other, twin)


def _beside_records(actor: Actor, person: int) -> None:
    from guanxi.platform.ui.models import Draft, SavedView

    now = timezone.now()
    SavedView.objects.create(
        entity="fakes.company", name=f"All of {NAME}", owner_id=actor.user_id, created_at=now,
        state={"filter": ["eq", "phone", f"+86{PHONE}"]},
    )  # fmt: skip
    Draft.objects.create(owner_id=actor.user_id, entity="fakes.company", record_id=person, text=f"dear {NAME}", at=now)
    Notification.objects.create(
        user_id=actor.user_id, key="planted", kind="owner", text=f"{NAME} is yours", url="/", created_at=now
    )
    Mail.objects.create(
        user_id=actor.user_id, address="clerk@example.org", kind="notice", language="en", subject=f"About {NAME}",
        text=f"Call {PHONE}", html=f"<p>{EMAIL}</p>", created_at=now,
    )  # fmt: skip
    Selection.objects.create(
        actor_id=actor.user_id, command="fakes.company.edit", inputs={"remarks": NAME}, created_at=now
    )
    HeldCommand.objects.create(
        command="fakes.company.edit", entity="fakes.company", records=[person], inputs={"phone": PHONE}, note=NAME,
        requested_by_id=actor.user_id, requested_at=now, expires_at=now - timedelta(days=1), state="expired",
    )  # fmt: skip
    Job.objects.create(kind="fakes.job", state="done", label={"text": NAME}, payload={"mail": EMAIL}, finished_at=now)


def _files(actor: Actor, person: int) -> None:
    text = f"{NAME},{PHONE}\n".encode()
    stored = receive(io.BytesIO(text), f"{NAME}.txt", by=actor.user_id)
    attached("directory.attachment.create", actor, person, file=stored.pk)
    until = timezone.now() + timedelta(days=3)
    store(io.BytesIO(text), "list.csv", by=actor.user_id, purpose=Purpose.EXPORT, expires_at=until, entity=OPENS_ONCE)


def imported(actor: Actor) -> Any:
    """An import that brought the person; its batch could be undone."""
    from guanxi.platform.exchange.tests.importing import imported as bring

    return bring("fakes.company", actor, f"Name,Stage,Phone\n{NAME},Lost,{PHONE}\n")


def ask(actor: Actor, kind: str = "erase", **inputs: Any) -> SubjectRequest:
    """A request whose asker was checked."""
    values = {"name": NAME, "phone": PHONE, "kind": kind, "verified": True, **inputs}
    pk = run(commands.get("privacy.subjectrequest.create"), actor, inputs=values).ids[0]
    return SubjectRequest.objects.get(pk=pk)


def look_up(request: SubjectRequest, actor: Actor) -> SubjectRequest:
    run(commands.get("privacy.subjectrequest.look_up"), actor, ids=[request.pk])
    job = run_queued_jobs()[-1]
    assert job.state == "done", job.error
    request.refresh_from_db()
    return request


def agree(request: SubjectRequest, command: str, asks: Actor, agrees: Actor) -> None:
    """One asks, the other agrees; the work waits in the queue."""
    key = f"privacy.subjectrequest.{command}"
    outcome = run(commands.get(key), asks, ids=[request.pk], inputs={"note": "asked for in writing"})
    assert outcome.held
    held.decide(outcome.held, agrees, approve=True)


def erase(request: SubjectRequest, asks: Actor, agrees: Actor) -> Job:
    agree(request, "erase", asks, agrees)
    job = run_queued_jobs()[-1]
    request.refresh_from_db()
    return job


def notes() -> list[str]:
    return sorted(Note.objects.values_list("text", flat=True))


def attachments() -> int:
    return Attachment.everything.count()
