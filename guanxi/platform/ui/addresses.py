"""The addresses of derived pages."""

from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.urls import get_script_prefix, reverse

from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.uses import Named


def _path(name: str, *parts: Any) -> str:
    return _reversed(get_script_prefix(), name, parts)


@lru_cache(maxsize=4096)
def _reversed(_prefix: str, name: str, parts: tuple[Any, ...]) -> str:
    """A page holds a hundred addresses of a few patterns, and finding one is the cost of a table cell."""
    return reverse(name, args=parts)


def list_of(entity: Entity, **state: Any) -> str:
    """The list, with a state such as filter or sort."""
    path = _path("list", entity.module, entity.name)
    kept = {name: value for name, value in state.items() if value not in ("", None)}
    return f"{path}?{urlencode(kept)}" if kept else path


def page_of(entity: Entity, name: str, *parts: Any, **state: Any) -> str:
    """Another page of the entity by the name of its route."""
    if parts and isinstance(parts[0], int):
        path = _path(name, entity.module, entity.name, 0, *parts[1:]).replace("/0/", f"/{parts[0]}/", 1)
    else:
        path = _path(name, entity.module, entity.name, *parts)
    kept = {key: value for key, value in state.items() if value not in ("", None)}
    return f"{path}?{urlencode(kept)}" if kept else path


def record(entity: Entity, pk: int | str) -> str:
    """The record page. ``__id__`` makes a pattern that the browser fills."""
    return _path("record", entity.module, entity.name, 0).replace("/0/", f"/{pk}/")


def pattern(entity: Entity, name: str) -> str:
    """An address with __id__ in place of the record's id."""
    return _path(name, entity.module, entity.name, 0).replace("/0/", "/__id__/")


def record_of(key: str, pk: int) -> str:
    """The record page of a linked entity, empty if there is none."""
    entity = registry.find(key)
    return record(entity, pk) if entity is not None else ""


def stored(one: Named) -> str:
    """Where a stored thing that names a field is opened, empty if there is no page."""
    if one.record:
        return record_of(one.entity, one.record)
    entity = registry.find(one.entity)
    return f"{list_of(entity)}?{one.query}" if entity is not None else ""
