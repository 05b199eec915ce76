"""Stable ids of derived parts, made of keys only: customers.customer/list/column:name."""

from collections.abc import Iterator

from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity


def part(entity: Entity, place: str, kind: str, key: str) -> str:
    """The id of one part: ``place`` is list, form or record."""
    return f"{entity.key}/{place}/{kind}:{key}"


def all_ids() -> Iterator[str]:
    """Every id of the installation, for the committed list that a test compares with."""
    for entity in registry.declared():
        for key in entity.fields():
            yield part(entity, "list", "column", key)
        for section in entity.sections():
            yield part(entity, "form", "section", section.key)
        for panel in (
            *entity.panels,
            *registry.with_extensions(entity.key, "panel", ()),
            *registry.with_extensions(entity.key, "tab", ()),
        ):
            yield part(entity, "record", panel.place, panel.key)
        for related in registry.with_extensions(entity.key, "related", entity.related):
            yield part(entity, "record", "related", f"{related.entity}.{related.by}")
        for figure in registry.with_extensions(entity.key, "figure", entity.figures):
            yield part(entity, "record", "figure", figure.key)
