"""Start-up checks: a wrong name in a declaration stops the server and names file and line."""

import inspect
from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register

from guanxi.platform.access import kinds
from guanxi.platform.access.fields import Field
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import BUILT_IN_COMMANDS, Entity
from guanxi.platform.entities.features import features
from guanxi.platform.entities.options import EntityKind

OPTIONS = {name for name in vars(Entity) if not name.startswith("_")} | set(Entity.__annotations__)


@register("guanxi")
def check_entities(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Run every check of every entity."""
    found: list[CheckMessage] = []
    for entity in registry.declared():
        place = _place(entity)
        found += [Error(message, hint=place, obj=entity, id="guanxi.E001") for message in _problems(entity)]
        for feature in features():
            found += feature.check(entity)
    known = {entity.key for entity in registry.declared()}
    found += [
        Error(f"extend() names {key}, which is no entity", id="guanxi.E002") for key in registry.extended_keys() - known
    ]
    return found


def _place(entity: Entity) -> str:
    try:
        return f"{inspect.getsourcefile(type(entity))}:{inspect.getsourcelines(type(entity))[1]}"
    except (OSError, TypeError):
        return type(entity).__module__


def _problems(entity: Entity) -> Iterator[str]:
    options = OPTIONS | {option for feature in features() for option in feature.options}
    for name, value in vars(type(entity)).items():
        if not name.startswith("_") and name not in options and not callable(value) and not isinstance(value, property):
            yield f"{entity.key}: there is no option “{name}”"
    try:
        fields = entity.fields()
    except (KeyError, TypeError) as error:
        yield f"{entity.key}: {error} is not a field"
        return
    yield from _wrong_names(entity, fields)
    if entity.title_field in fields and fields[entity.title_field].sealed:
        yield f"{entity.key}.title names “{entity.title_field}”, which is encrypted: a record cannot be called by it"
    for field in fields.values():
        yield from _wrong_field(entity, field)


def _wrong_names(entity: Entity, fields: dict[str, Field]) -> Iterator[str]:
    for option, names in _named_fields(entity):
        for name in names:
            if name and name not in fields:
                yield f"{entity.key}.{option} names “{name}”, which is not a field; there are {', '.join(fields)}"
    for name in entity.commands:
        if name not in BUILT_IN_COMMANDS:
            yield f"{entity.key}.commands names “{name}”, which is not built in"
    for related in entity.related:
        target = registry.find(related.entity)
        if target is None or related.by not in target.fields():
            yield f"{entity.key}.related names {related.entity}.{related.by}, which does not exist"


def _wrong_field(entity: Entity, field: Field) -> Iterator[str]:
    declared = field.sensitivity and field.purpose
    if field.kind.personal and not declared and entity.kind is not EntityKind.REFERENCE:
        yield f"{entity.key}.{field.key} holds personal data: declare sensitive = Sensitive(…, kind=, purpose=)"
    if field.sealed and not declared:
        yield f"{entity.key}.{field.key} is encrypted: declare sensitive = Sensitive(…, kind=, purpose=)"
    if field.is_link and field.kind is not kinds.FILE and registry.find(field.target) is None:
        yield f"{entity.key}.{field.key} links to {field.target}, which is no entity"


def _named_fields(entity: Entity) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "columns", entity.columns
    yield "badges", entity.badges
    yield "quick", entity.quick
    yield "group_by", entity.group_by
    yield "keys", entity.keys
    yield "personal", entity.personal
    yield "follows", entity.follows
    yield "title", (entity.title,)
    yield "subtitle", (entity.subtitle,)
    yield "hint", entity.hint if entity.hint != Entity.hint else ()
    yield "parent", (entity.parent,)
    yield "about_kind", (entity.about_kind.partition("__")[0],)
    yield "hangs_on", (entity.hangs_on,)
    yield "order", (entity.order.removeprefix("-"),) if entity.order.removeprefix("-") != "id" else ()
    for section in entity.form:
        yield f"form[{section.label}]", section.fields
    if entity.naming and not entity.naming.each:
        yield "naming", (*entity.naming.columns, *(entity.naming.options or ()))
    if entity.kanban:
        yield "kanban", (entity.kanban.by, entity.kanban.total, *entity.kanban.facts)
    if entity.tree:
        yield "tree", (entity.tree.parent,)
    if entity.calendar:
        yield "calendar", (entity.calendar.at,)
    if entity.timeline:
        yield "timeline", (entity.timeline.at, entity.timeline.body, entity.timeline.kind)
