"""The list of drills that the command runs is the list of drills there are."""

import re

import pytest

from tools import drills
from tools.shell import ROOT, Failure

FOLDER = ROOT / "tests" / "drills"


def test_every_drill_is_on_the_list_and_tells_its_promise():
    found = {path.stem for path in FOLDER.glob("*.py") if re.fullmatch(r"[fnr]\d\d", path.stem)}
    assert {drill.name for drill in drills.DRILLS} == found
    promises = (ROOT / "docs" / "reliability.md").read_text()
    assert [name for name in found if f"| {name.upper()} |" not in promises] == []


def test_a_drill_that_does_not_exist_is_refused_before_anything_is_set_up(monkeypatch):
    monkeypatch.setattr(drills.environment, "ready", None)
    with pytest.raises(Failure, match="There is no drill f99"):
        drills.drills(["f99"], short=False, databases=drills.BOTH)
