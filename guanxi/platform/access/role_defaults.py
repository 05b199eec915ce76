"""Roles as they are shipped: JSON files of the modules, loaded again and again without touching edits.

A module says ``role_defaults(Path(__file__).with_name("roles.json"))`` in its ``roles.py``. The file is a list of
{"key", "labels"?, "duty"?, "grants": [{"entity", "actions", "scope"}], "field_rules"?: [{"entity", "field", "rule"}]};
several modules may add grants to one role, one of them names it.
"""

import json
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from guanxi.platform.access.models import FieldRule, Role, RoleGrant
from guanxi.platform.access.models.role import Duty

_files: list[Path] = []


def role_defaults(path: Path) -> None:
    """Declare a file of shipped roles. The same file twice raises ImproperlyConfigured."""
    if path in _files:
        raise ImproperlyConfigured(f"{path} is declared twice")
    _files.append(path)


def shipped_roles() -> dict[str, dict]:
    """Role key → labels, grants and field rules of all files together."""
    found: dict[str, dict] = {}
    for path in _files:
        for entry in json.loads(path.read_text(encoding="utf-8")):
            role = found.setdefault(
                entry["key"], {"labels": {}, "duty": Duty.BUSINESS, "grants": [], "field_rules": []}
            )
            role["duty"] = entry.get("duty", role["duty"])
            role["labels"] |= entry.get("labels", {})
            role["grants"] += entry.get("grants", [])
            role["field_rules"] += entry.get("field_rules", [])
    for role in found.values():
        role["grants"] = _joined(role["grants"])
    nameless = [key for key, role in found.items() if not role["labels"]]
    if nameless:
        raise ImproperlyConfigured(f"shipped roles without a name: {', '.join(nameless)}")
    return found


def _joined(grants: list[dict]) -> list[dict]:
    """One grant for each kind of record and scope: what several modules allow there is allowed together."""
    found: dict[tuple[str, str], list[str]] = {}
    for grant in grants:
        found.setdefault((grant["entity"], grant["scope"]), []).extend(grant["actions"])
    return [
        {"entity": entity, "scope": scope, "actions": list(dict.fromkeys(actions))}
        for (entity, scope), actions in found.items()
    ]


@transaction.atomic
def load_roles() -> int:
    """Write the shipped roles; roles that somebody edited keep their rights. Returns how many were written."""
    written = 0
    present = {role.key: role for role in Role.objects.all()}
    for key, shipped in shipped_roles().items():
        role = present.get(key)
        if role is None:
            role = Role.objects.create(key=key, labels=shipped["labels"], duty=shipped["duty"], shipped=True)
        elif role.edited:
            continue
        elif role.duty != shipped["duty"]:
            role.duty = shipped["duty"]
            role.save(update_fields=["duty"])
        written += 1
        role.grants.all().delete()
        role.field_rules.all().delete()
        RoleGrant.objects.bulk_create(RoleGrant(role=role, **grant) for grant in shipped["grants"])
        FieldRule.objects.bulk_create(FieldRule(role=role, **rule) for rule in shipped["field_rules"])
    return written
