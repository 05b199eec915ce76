"""Shipped roles of several files."""

import json

from guanxi.platform.access import role_defaults
from guanxi.platform.access.models import RoleGrant


def test_what_two_modules_allow_in_one_place_is_allowed_together(db, monkeypatch, tmp_path):
    files = {
        "one": {
            "key": "clerk",
            "labels": {"en": "Clerk"},
            "grants": [grant("view", "edit"), grant("view", scope="all")],
        },
        "two": {"key": "clerk", "grants": [grant("view", "claim")]},
    }
    monkeypatch.setattr(role_defaults, "_files", [tmp_path / f"{name}.json" for name in files])
    for name, role in files.items():
        (tmp_path / f"{name}.json").write_text(json.dumps([role]))
    assert role_defaults.load_roles() == 1
    found = RoleGrant.objects.filter(role__key="clerk").order_by("scope").values_list("scope", "actions")
    assert list(found) == [("all", ["view"]), ("own", ["view", "edit", "claim"])]


def grant(*actions, scope="own"):
    return {"entity": "fakes.company", "actions": actions, "scope": scope}
