"""How the parts of an entity's pages lie for one reader: the code's default, as features re-arrange it (Feature.arrange)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from guanxi.platform.entities.features import features
from guanxi.platform.entities.options import Section

if TYPE_CHECKING:
    from guanxi.platform.entities.entity import Entity

#: Containers of a place with their parts in order: sections with their fields; "" where there is one container only.
Parts = dict[str, list[str]]
SECTIONS, FIELDS, COLUMNS, TABS, SIDE = "form/sections", "form/fields", "list/columns", "record/tabs", "record/side"
PLACES = (SECTIONS, FIELDS, COLUMNS, TABS, SIDE)


def arranged(entity: "Entity", actor: Any, place: str, parts: Parts) -> Parts:
    """The parts of a place in the order in which this actor sees them, without those that are left out."""
    for feature in features():
        parts = feature.arrange(entity, actor, place, parts)
    return parts


def in_order(entity: "Entity", actor: Any, place: str, keys: Iterable[str]) -> list[str]:
    """``arranged`` for a place of one container."""
    return arranged(entity, actor, place, {"": list(keys)}).get("", [])


def columns(entity: "Entity", actor: Any) -> list[str]:
    """Keys of the columns that the list begins with."""
    return in_order(entity, actor, COLUMNS, entity.list_columns())


def sections(entity: "Entity", actor: Any) -> list[Section]:
    """The sections of form and properties."""
    usual = entity.sections()
    labels = {section.key: section.label for section in usual}
    for feature in features():
        labels |= feature.names(entity, actor, SECTIONS)
    order = in_order(entity, actor, SECTIONS, [section.key for section in usual])
    fields = arranged(entity, actor, FIELDS, {section.key: list(section.fields) for section in usual})
    return [Section(labels.get(key, key), *fields.get(key, ()), key=key) for key in order]
