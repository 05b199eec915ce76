"""Who was erased, outside of the database: a restore brings records back, and this list says which must go again.

A line is a moment and a keyed digest of what a record is called (entity, id, moment of its making): without the key it
tells nothing, and a record that later got the same id is another one.
"""

import os
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from guanxi.platform.access.keys import blind
from guanxi.platform.entities.entity import Entity
from guanxi.platform.privacy.conf import privacy_settings
from guanxi.platform.privacy.marks import ERASED
from guanxi.platform.privacy.persons import Persons
from guanxi.platform.privacy.subject import every_row, person_entities

_PURPOSE = "privacy.erased"
AT_ONCE = 2_000


def mark_of(entity: Entity, pk: int, created_at: datetime) -> str:
    return blind(f"{entity.key}:{pk}:{created_at.isoformat()}", _PURPOSE)


def remember(records: Iterable[tuple[Entity, Any]], now: datetime) -> None:
    """Add records to the list, safely on disk before anything of them is erased. Twice does no harm."""
    lines = [f"{now.isoformat()} {mark_of(entity, record.pk, record.created_at)}\n" for entity, record in records]
    path = privacy_settings().erased
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, "".join(lines).encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def known() -> set[str]:
    path = privacy_settings().erased
    if not path.is_file():
        return set()
    return {line.split()[1] for line in path.read_text().splitlines() if " " in line}


def come_back() -> Persons:
    """The records that were erased once and have their data all the same."""
    marks = known()
    found: Persons = {}
    for entity in person_entities() if marks else ():
        title = entity.fields()[entity.title_field]
        rows = every_row(entity).order_by("pk").iterator(chunk_size=AT_ONCE)
        full = (record for record in rows if title.get(record) != ERASED)
        if ids := {record.pk for record in full if mark_of(entity, record.pk, record.created_at) in marks}:
            found[entity.key] = ids
    return found
