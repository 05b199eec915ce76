"""The accounts that the sign-in page of the demonstration offers."""

import json
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

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
    """{username, name, role, sees} of each; role and sees as {language: text}. Needs no database: the same people
    are planned every time, so the accounts are known before they are made."""
    staff, roles, found = planned_staff(), shipped_roles(), []
    for wanted in read(DATA / "accounts.json"):
        person = next(one for one in staff if (one.department, one.role) == (wanted["department"], wanted["role"]))
        role = roles[person.role]["labels"]
        found.append({"username": person.username, "name": person.name, "role": role, "sees": wanted["sees"]})
    return found


def write_accounts() -> list[Account]:
    """Write the file that the sign-in page reads, and give its accounts."""
    (Path(settings.DATA_DIR) / FILE).write_text(json.dumps(planned_accounts(), ensure_ascii=False, indent=1), "utf-8")
    return read_accounts()


def read_accounts() -> list[Account]:
    """The accounts in the active language; none where no demonstration was set up."""
    path = Path(settings.DATA_DIR) / FILE
    if not path.exists():
        return []
    entries = json.loads(path.read_text("utf-8"))
    return [Account(one["username"], one["name"], label_of(one["role"]), label_of(one["sees"])) for one in entries]
