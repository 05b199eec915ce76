"""All entities by key, and what higher floors add to them. Frozen after start-up; what is derived from
data is cached per configuration version."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, ProgrammingError, models

if TYPE_CHECKING:
    from guanxi.platform.entities.entity import Entity

_entities: dict[str, "Entity"] = {}
_by_model: dict[type[models.Model], "Entity"] = {}
_extensions: dict[tuple[str, str], list[tuple[str, Any]]] = defaultdict(list)
_frozen = False
_cache: dict[Any, Any] = {}
_version = 0
_checked = 0.0

#: Results kept by ``cached``.
CACHE_LIMIT = 5_000
SLOTS = ("panel", "column", "tab", "related", "figure")


class UnknownEntity(LookupError):
    """No entity has this key."""


def register(entity: "Entity") -> None:
    """Add an entity. Refuses a second one of the same key or model, and any after start-up."""
    _refuse_late(entity.key)
    if entity.key in _entities:
        raise ImproperlyConfigured(f"two entities are called {entity.key}")
    _entities[entity.key] = entity
    _by_model.setdefault(entity.source.model, entity)


def get(key: "str | type[models.Model]") -> "Entity":
    """The entity of a key (a model is shorthand for its key)."""
    found = _entities.get(key) if isinstance(key, str) else _by_model.get(key)
    if found is None:
        raise UnknownEntity(key)
    return found


def find(key: str) -> "Entity | None":
    return _entities.get(key)


def entities() -> list["Entity"]:
    """All entities in the order of their registration."""
    return list(_entities.values())


def extend(key: str, *, after: str = "", **parts: Any) -> None:
    """Add a part to an entity of a lower floor: ``extend("customers.customer", panel=Panel(…))``.
    ``after`` is the key of the part it follows, one of the entity's own or one added before; else it comes last."""
    _refuse_late(key)
    for slot, part in parts.items():
        if slot not in SLOTS:
            raise ImproperlyConfigured(f"{key} has no slot {slot}; it has {', '.join(SLOTS)}")
        _extensions[key, slot].append((after, part))


def with_extensions(key: str, slot: str, own: Iterable[Any]) -> list[Any]:
    """The entity's own parts with what was added to the slot, each at its place."""
    found = list(own)
    for after, part in _extensions.get((key, slot), ()):
        place = next((index + 1 for index, other in enumerate(found) if other.key == after), len(found))
        found.insert(place, part)
    return found


def extended_keys() -> set[str]:
    """Keys of all entities that were extended (for the start-up checks)."""
    return {key for key, _slot in _extensions}


def freeze() -> None:
    """End of start-up: nothing more can be registered."""
    global _frozen
    _frozen = True


def _refuse_late(key: str) -> None:
    if _frozen:
        raise ImproperlyConfigured(f"{key} comes too late: declarations end with start-up")


# --- configuration version ------------------------------------------------------------------------
def cached(key: Any, make: Callable[[], Any]) -> Any:
    """``make()`` once per configuration version. Keys that hold the rights of people are as many as their roles
    have had states: all are forgotten now and then."""
    version = configuration_version()
    found = _cache.get(key)
    if found is None or found[0] != version:
        if len(_cache) >= CACHE_LIMIT:
            _cache.clear()
        found = _cache[key] = (version, make())
    return found[1]


def configuration_version() -> int:
    """The number in the database that every process looks at once a second at most."""
    global _version, _checked
    now = time.monotonic()
    if apps.ready and now - _checked >= 1:
        from guanxi.platform.entities.models import Configuration

        _checked = now
        try:
            _version = Configuration.objects.filter(pk=1).values_list("version", flat=True).first() or 0
        except (OperationalError, ProgrammingError):
            _version = 0  # before the first migration
    return _version


def configuration_changed() -> None:
    """Call inside the transaction that changes fields, layouts or other configuration."""
    from django.db.models import F

    from guanxi.platform.entities.models import Configuration

    global _checked
    if not Configuration.objects.filter(pk=1).update(version=F("version") + 1):
        Configuration.objects.create(pk=1, version=1)
    _checked = 0.0


def configuration_restored(before: int) -> None:
    """Call inside the transaction that settles a restored database, with the version from before: all processes read
    their configuration anew, even where the restored number happens to be the one they know."""
    from guanxi.platform.entities.models import Configuration

    global _checked
    now = Configuration.objects.filter(pk=1).values_list("version", flat=True).first() or 0
    Configuration.objects.update_or_create(pk=1, defaults={"version": max(before, now) + 1})
    _checked = 0.0
