"""The index follows the memory: whatever door changed a record, its event brings it here."""

from collections import defaultdict

from guanxi.platform.entities import registry
from guanxi.platform.events.followers import follow
from guanxi.platform.events.stored import StoredEvent
from guanxi.platform.search import services

NAME = "search"
#: Events at a time: on SQLite a transaction of about 40 ms, for which everybody's saves wait.
BATCH = 50


def read(events: list[StoredEvent]) -> None:
    """Index the records that the events tell of as they are now, each once."""
    told: dict[str, set[int]] = defaultdict(set)
    for event in events:
        if event.entity and event.record_id:
            told[event.entity].add(event.record_id)
    for key in sorted(told):
        entity = registry.find(key)
        if entity is not None:
            services.index(entity, told[key])


follow(NAME, read, BATCH)
