"""Derived columns, sections, panels and buttons keep their ids: administrators re-arrange them as data.

An id that disappears breaks somebody's layout. A rename declares ``was=``; then renew the committed list with
``RENEW_IDS=1 python3 run.py test tests/contract/test_ids.py``.
"""

import os
from pathlib import Path

from guanxi.platform.commands.command import all_commands
from guanxi.platform.entities.ids import all_ids

LIST = Path(__file__).with_name("ids.txt")


def current() -> list[str]:
    found = {*all_ids(), *(f"{command.entity_key}/command:{command.name}" for command in all_commands())}
    return sorted(one for one in found if not one.startswith("fakes."))


def test_no_committed_id_has_disappeared_and_new_ones_are_written_down(db):
    if os.environ.get("RENEW_IDS"):
        LIST.write_text("\n".join(current()) + "\n")
    committed, now = set(LIST.read_text().split()), set(current())
    assert not committed - now, "gone: declare was= or keep the id"
    assert not now - committed, "new: renew the list"
