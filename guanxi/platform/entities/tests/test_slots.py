"""Parts that higher floors add stand where they ask to stand, among the entity's own."""

from collections import defaultdict

import pytest

from guanxi.platform.access import kinds
from guanxi.platform.access.fields import Field
from guanxi.platform.entities import registry


@pytest.fixture
def start_up(monkeypatch):
    """The registry as it is before it is frozen, with slots of its own."""
    monkeypatch.setattr(registry, "_frozen", False)
    monkeypatch.setattr(registry, "_extensions", defaultdict(list))
    monkeypatch.setattr(registry, "_cache", {})


def column(key):
    return Field(key, kinds.TEXT, key.capitalize())


def test_a_part_follows_an_own_part_an_added_one_or_comes_last(db, start_up):
    registry.extend("fakes.company", column=column("second"), after="name")
    registry.extend("fakes.company", column=column("third"), after="second")
    registry.extend("fakes.company", column=column("last"), after="nothing of this name")
    keys = list(registry.get("fakes.company").fields())
    place = keys.index("name")
    assert keys[place : place + 3] == ["name", "second", "third"]
    assert keys[-1] == "last"
