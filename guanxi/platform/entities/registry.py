"""All entities by key, and what higher floors add to them. Frozen after start-up; what is derived from
data is cached per configuration version."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, ProgrammingError, models
from django.utils.functional import Promise

if TYPE_CHECKING:
    from guanxi.platform.entities.entity import Entity

_entities: dict[str, "Entity"] = {}
_by_model: dict[type[models.Model], "Entity"] = {}
_extensions: dict[tuple[str, str], list[tuple[str, Any]]] = defaultdict(list)
_providers: dict[str, tuple[str | Promise, "Provider"]] = {}
_frozen = False
_cache: dict[Any, Any] = {}
_version = 0
_checked = 0.0

#: Results kept by ``cached``.
CACHE_LIMIT = 5_000
SLOTS = ("panel", "column", "tab", "related", "figure")
#: What makes the entities that are described by data, once per configuration version.
Provider = Callable[[], Iterable["Entity"]]


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
    found = find(key) if isinstance(key, str) else _by_model.get(key)
    if found is None:
        raise UnknownEntity(key)
    return found


def find(key: str) -> "Entity | None":
    return _entities.get(key) or (provided().get(key) if _providers else None)


def entities() -> list["Entity"]:
    """All entities in the order of their registration, then those that are described by data."""
    return [*_entities.values(), *provided().values()]


def declared() -> list["Entity"]:
    """The entities that stand in code: they are the same in every installation and as long as the process lives."""
    return list(_entities.values())


def stands_in_code(key: str) -> bool:
    """Whether the entity of a key is a declared one; asks no database."""
    return key in _entities


def provide(module: str, label: str | Promise, make: Provider) -> None:
    """Let a room bring entities that are described by data. Their keys begin with the module, which no application is
    called; ``make`` is not asked before anybody has configured anything."""
    _refuse_late(module)
    if module in _providers or any(entity.module == module for entity in _entities.values()):
        raise ImproperlyConfigured(f"two rooms bring entities called {module}.…")
    _providers[module] = label, make


def provided() -> dict[str, "Entity"]:
    """Key → entity of those that are described by data, as the configuration has them now."""
    found: dict[str, Entity] = cached("provided", _provided) if _providers else {}
    return found


def provided_modules() -> dict[str, str | Promise]:
    """Module → label of those whose entities are described by data."""
    return {module: label for module, (label, _make) in _providers.items()}


def _provided() -> dict[str, "Entity"]:
    if not configuration_version():
        return {}
    found = {entity.key: entity for _label, make in _providers.values() for entity in make()}
    wrong = [key for key in found if key.partition(".")[0] not in _providers]
    if wrong:
        raise ImproperlyConfigured(f"{wrong[0]} is not of a module that brings entities")
    return found


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
    for after, part in (*_extensions.get((key, slot), ()), *_added_by_provided().get((key, slot), ())):
        place = next((index + 1 for index, other in enumerate(found) if other.key == after), len(found))
        found.insert(place, part)
    return found


def _added_by_provided() -> dict[tuple[str, str], list[tuple[str, Any]]]:
    """(entity, slot) → what entities described by data add to it."""
    return cached("added by provided", _collect_added) if _providers else {}


def _collect_added() -> dict[tuple[str, str], list[tuple[str, Any]]]:
    found: dict[tuple[str, str], list[tuple[str, Any]]] = defaultdict(list)
    for entity in provided().values():
        for key, slot, part in entity.adds():
            found[key, slot].append(("", part))
    return dict(found)


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


def look_again() -> None:
    """Ask the database for the configuration version at the next need, not a second after the last time."""
    global _checked
    _checked = 0.0


def configuration_changed() -> None:
    """Call inside the transaction that changes fields, layouts or other configuration. The number is the moment: one that
    was rolled back never comes again with another content."""
    from guanxi.platform.entities.models import Configuration

    Configuration.objects.update_or_create(pk=1, defaults={"version": time.time_ns() // 1_000})
    look_again()


def configuration_restored(before: int) -> None:
    """Call inside the transaction that settles a restored database, with the version from before: all processes read
    their configuration anew, even where the restored number happens to be the one they know."""
    from guanxi.platform.entities.models import Configuration

    now = Configuration.objects.filter(pk=1).values_list("version", flat=True).first() or 0
    Configuration.objects.update_or_create(pk=1, defaults={"version": max(before, now) + 1})
    look_again()
