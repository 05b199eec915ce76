"""Which fields of which entities are searched: the option ``search`` of an entity."""

from typing import Any

from guanxi.platform.access import kinds
from guanxi.platform.access.fields import Field
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import EntityKind

#: Kinds of field whose text can be searched.
TEXTS = (kinds.TEXT, kinds.LONGTEXT, kinds.CODE, kinds.PHONE, kinds.EMAIL, kinds.URL)


class Search:
    """The fields by whose texts the records of an entity are found. ``Search()`` names none: the entity is not searched."""

    def __init__(self, *fields: str) -> None:
        self.fields = fields


def searched(entity: Entity) -> dict[str, Field]:
    """The searched fields by key, those that administrators have added among them; empty for what is not searched."""
    return registry.cached(("searched", entity.key), lambda: _searched(entity))


def _searched(entity: Entity) -> dict[str, Field]:
    declared: Search | None = getattr(entity, "search", None)
    if declared is not None and not declared.fields:
        return {}
    fields = entity.fields()
    keys = declared.fields if declared else usual(entity, fields)
    added = [key for key, field in fields.items() if field.searched] if keys else []
    return {key: fields[key] for key in dict.fromkeys((*keys, *added)) if key in fields}


def usual(entity: Entity, fields: dict[str, Field]) -> tuple[str, ...]:
    """What an entity without the option is searched by: name, code, what recognises it in imports, telephone and mail.
    Lines and facts are found by their parent, and what no command changes is not searched. What is attached with a file is found
    by its name and by the text of the file."""
    if entity.kind is EntityKind.ATTACHED:
        files = [key for key, field in fields.items() if field.kind is kinds.FILE and not field.json]
        return (entity.title_field, *files) if files else ()
    if entity.kind in (EntityKind.LINE, EntityKind.FACT) or not entity.menu or not entity.commands:
        return ()
    wanted = [entity.title_field, "code", *entity.keys]
    wanted += [key for key, field in fields.items() if field.kind in (kinds.PHONE, kinds.EMAIL) or field.sealed]
    return tuple(key for key in wanted if key in fields and can_be_searched(fields[key]))


def can_be_searched(field: Field) -> bool:
    return field.kind in TEXTS and field.beside is None


def searched_entities() -> list[Entity]:
    """All entities that are searched, those of the business first, as in the menu."""
    return registry.cached("searched entities", lambda: [entity for entity in registry.entities() if searched(entity)])


def texts_of(field: Field, record: Any) -> list[str]:
    """The texts of a field: one, or for the names of reference data those of all languages."""
    if field.key == "label" and isinstance(getattr(record, "labels", None), dict):
        return [text for text in record.labels.values() if text]
    value = field.get(record)
    return [value] if isinstance(value, str) and value else []
