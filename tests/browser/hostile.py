"""Run as a program in the environment of a server, before it starts: records of every kind, and all that stands beside
them, whose texts try to run scripts. Prints where they can be seen, and the session of somebody who sees everything."""

import itertools
import json
import os
import sys
from typing import Any

import django

#: So many records of every kind.
EACH = 2
_numbers = itertools.count(1)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.browser.hostile_settings")
    django.setup()
    from django.test.utils import setup_test_environment
    from django.utils.translation import override

    setup_test_environment()
    with override("en"):
        found = plant()
    sys.stdout.write(json.dumps(found))


def plant() -> dict[str, Any]:
    from guanxi.platform.entities import registry
    from tests.browser.payloads import payload
    from tests.contract.addresses import Ground
    from tests.contract.people import browser_of, person

    owner = person({"all": ["*"]})
    type(owner).objects.filter(pk=owner.pk).update(name=payload(0, 64), email="reader@example.com")
    owner.refresh_from_db()
    for entity in registry.entities():
        for _number in range(EACH - 1):
            make(entity, owner)
    ground = Ground(owner, make=make)
    ground.ids |= beside(owner)
    session = browser_of(owner).session.session_key
    return {
        "session": session,
        "addresses": list(ground.addresses()),
        "filled": {key: sorted(canary.words) for key, canary in ground.records.items()},
    }


def make(entity: Any, owner: Any) -> Any:
    """A record with a hostile text in every field that takes one: whatever is refused is left as the factory fills it."""
    from guanxi.platform.commands.outcome import Rejected
    from tests.contract.factories import factory_for, prescribed
    from tests.leaks.canaries import Canary, put_to_use

    fields = {
        key: field for key, field in factory_for(entity.key).fields().items() if key not in prescribed(entity.key)
    }
    texts = {key: text for key, field in fields.items() if (text := _text_for(field))}
    while True:
        try:
            record = factory_for(entity.key).create(belongs_to=owner, **texts)
            break
        except Rejected as refusal:
            refused = refusal.errors.keys() & texts.keys()
            if not refused:
                raise
            texts = {key: text for key, text in texts.items() if key not in refused}
    put_to_use(entity, record.pk)
    return Canary(entity, record.pk, texts)


def _text_for(field: Any) -> Any:
    from guanxi.platform.access import kinds
    from tests.browser.payloads import payload

    length, n = field.max_length or 0, next(_numbers)
    if field.kind is kinds.LONGTEXT:
        return "\n".join(text for one in range(18) if (text := payload(one, length)))[: length or None]
    if field.kind is kinds.TAGS:
        return [payload(n, 30)]
    if field.kind in (kinds.TEXT, kinds.CODE, kinds.URL, kinds.EMAIL, kinds.PHONE):
        return payload(n, length)
    return ""


# --- what stands beside the records --------------------------------------------------------------------------
def beside(owner: Any) -> dict[str, list[Any]]:
    """Views, notifications, mails, sessions, files, imports, the log; gives the ids that addresses need."""
    from allauth.usersessions.models import UserSession

    from guanxi.platform.access.actor import Actor
    from guanxi.platform.commands.models import HeldCommand
    from guanxi.platform.entities import registry
    from guanxi.platform.jobs.sentences import sentence
    from guanxi.platform.messages.choices import Kind, MailKind
    from guanxi.platform.messages.mail.outbox import queue
    from guanxi.platform.messages.models import Notification
    from guanxi.platform.ui.models import Draft, SavedView
    from tests.browser.payloads import PAYLOADS, payload

    actor = Actor.for_user(owner)
    now = actor.now()
    UserSession.objects.create(user=owner, ip="10.0.0.9", user_agent=payload(1), session_key="other", data={})
    company = registry.get("fakes.company").base_rows().latest("pk")
    held, notices = [], []

    def told(n: int) -> dict[str, Any]:
        return sentence("%(actor)s mentioned you on “%(record)s”", actor=payload(n))

    for n in range(len(PAYLOADS)):
        for entity in ("fakes.company", "customers.customer"):
            SavedView.objects.create(entity=entity, owner=owner, name=payload(n, 60), created_at=now, state={})
        notice = Notification(
            user=owner,
            key=f"n{n}",
            kind=Kind.MENTION,
            sentence=told(n),
            text=payload(n),
            created_at=now,
            entity="fakes.company",
            record_id=company.pk,
        )
        notice.save()
        notices.append(notice.pk)
    Draft.objects.create(owner=owner, entity="fakes.company", record_id=company.pk, text=payload(3), at=now)
    one = HeldCommand.objects.create(
        command="fakes.company.edit", entity="fakes.company", records=[company.pk], versions={}, inputs={"name": payload(1)},
        note=payload(2), requested_by=owner, requested_at=now, expires_at=now.replace(year=now.year + 1),
    )  # fmt: skip
    held.append(one.pk)
    mail: Any = queue(owner, MailKind.TEST, subject=payload(0, 100), text="\n".join(map(payload, range(18))))
    _log(owner)
    return {
        "inbox": notices[:1], "inbox_decide": held, "mailbox": [mail.pk], "import": imports(actor),
        "job": _jobs(owner),
    }  # fmt: skip


def _log(owner: Any) -> None:
    """What the audit trail says of somebody whose name, note and address are not what they seem."""
    from django.db import transaction

    from guanxi.platform.events.sealer import seal
    from guanxi.platform.events.services import NewEvent, append
    from tests.browser.payloads import payload

    with transaction.atomic():
        append(
            NewEvent(
                kind="fakes.company.edited", entity="fakes.company", record_id=1, actor_id=owner.pk,
                actor_name=payload(n, 64), note=payload(n), address=payload(n, 39), diff={"name": [payload(n), payload(n + 1)]},
            )
            for n in range(18)
        )  # fmt: skip
    while seal():
        pass


def imports(actor: Any) -> list[int]:
    """One that waits for its columns, one that was checked, one that has run: headings, values and names of files."""
    from guanxi.platform.exchange.tests.importing import check, run, upload
    from tests.browser.payloads import payload

    content = _sheet([payload(0), "Code", "Name", payload(5)], [payload(n, 60) for n in range(18)])
    columns = {1: "code", 2: "name", 3: "stage"}
    found = [upload("fakes.company", actor, content, f"{payload(n, 40)}.csv") for n in (1, 2, 5)]
    for chosen in found[1:]:
        check(chosen, actor, columns)
    run(found[2], actor)
    return [chosen.pk for chosen in found]


def _sheet(head: list[str], texts: list[str]) -> str:
    rows = [head, *[[text, f"H-{n}", text, text if n % 2 else ""] for n, text in enumerate(texts)]]
    return "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)


def _jobs(owner: Any) -> list[int]:
    from guanxi.platform.jobs.models import Job

    return list(Job.objects.filter(owner_id=owner.pk).values_list("pk", flat=True))


if __name__ == "__main__":
    main()
