"""The accounts that the sign-in page of the demonstration offers."""

import json
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import override

from guanxi.platform.access.role_defaults import shipped_roles
from guanxi.platform.directory.demo.data_files import DATA, read
from guanxi.platform.directory.demo.organisation import planned_staff
from guanxi.platform.refdata.fields import label_of

FILE = "demo_accounts.json"


@dataclass(frozen=True)
class Account:
    """``role`` and ``sees`` are texts in the active language."""

    username: str
    name: str
    role: str
    sees: str


def planned_accounts() -> list[dict]:
    """{username, name, role, sees, labels} of each: the texts in the default language, and under ``labels`` in
    all. Needs no database: the same people are planned every time, so the accounts are known before they are made."""
    staff, roles, found = planned_staff(), shipped_roles(), []
    for wanted in read(DATA / "accounts.json"):
        person = next(one for one in staff if (one.department, one.role) == (wanted["department"], wanted["role"]))
        labels = {"role": roles[person.role]["labels"], "sees": wanted["sees"]}
        with override(settings.LANGUAGE_CODE):
            texts = {key: label_of(label) for key, label in labels.items()}
        found.append({"username": person.username, "name": person.name, **texts, "labels": labels})
    return found


def write_accounts() -> list[Account]:
    """Write the file that the sign-in page reads, and give its accounts."""
    text = json.dumps(planned_accounts(), ensure_ascii=False, indent=1)
    (Path(settings.DATA_DIR) / FILE).write_text(text, encoding="utf-8")
    return read_accounts()


def read_accounts() -> list[Account]:
    """The accounts in the active language; none where no demonstration was set up."""
    path = Path(settings.DATA_DIR) / FILE
    if not path.exists():
        return []
    entries = json.loads(path.read_text(encoding="utf-8"))
    texts = [{key: label_of(label) for key, label in one["labels"].items()} for one in entries]
    return [Account(one["username"], one["name"], **own) for one, own in zip(entries, texts, strict=True)]
