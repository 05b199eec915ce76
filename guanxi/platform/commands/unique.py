"""Uniqueness told before the database refuses, and explained when it does."""

from collections.abc import Collection, Iterator
from typing import Any

from django.db import IntegrityError
from django.db.models import CharField, Q, UniqueConstraint
from django.utils.translation import gettext as _

from guanxi.platform.access.encrypted import DigestField
from guanxi.platform.entities.entity import Entity


def concrete(entity: Entity, name: str) -> Any:
    """The database column of a name in a constraint."""
    return entity.source.model._meta.get_field(name)


def unique_sets(entity: Entity) -> Iterator[tuple[str, ...]]:
    """The sets of columns (by name) that no two live records may share."""
    meta = entity.source.model._meta
    for column in meta.concrete_fields:
        if column.unique and not column.primary_key:
            yield (column.name,)
    for constraint in meta.constraints:
        if isinstance(constraint, UniqueConstraint) and constraint.fields:
            yield tuple(constraint.fields)


def told(entity: Entity, names: tuple[str, ...]) -> tuple[str, ...]:
    """The fields behind a set of columns: what is unique of an encrypted field is its digest."""
    columns = [concrete(entity, name) for name in names]
    return tuple(column.of if isinstance(column, DigestField) else column.name for column in columns)


def filled(entity: Entity, names: tuple[str, ...]) -> Q:
    """That the texts among the columns are not empty. Whoever asks knows it; SQLite uses an index that leaves the empty
    ones out only if it is told."""
    texts = [name for name in names if isinstance(concrete(entity, name), CharField)]
    return Q(*(~Q(**{name: ""}) for name in texts))


def duplicates(entity: Entity, record: Any, changed: Collection[str] | None = None) -> dict[str, str]:
    """{field: message} for values that another live record has already. ``changed`` limits the look-ups
    to sets of columns that were touched."""
    errors = {}
    for names in unique_sets(entity):
        if changed is not None and not set(told(entity, names)) & set(changed):
            continue
        values = {name: getattr(record, concrete(entity, name).attname) for name in names}
        if any(value in (None, "") for value in values.values()):
            continue
        if entity.base_rows().filter(filled(entity, names), **values).exclude(pk=record.pk).exists():
            errors[told(entity, names)[-1]] = taken(entity, names)
    return errors


def explain(entity: Entity, error: IntegrityError) -> dict[str, str]:
    """The message for a constraint that the database enforced (a race, or a row still in use)."""
    text = str(error)
    for names in unique_sets(entity):
        columns = [concrete(entity, name).column for name in names]
        constraint = next(
            (c.name for c in entity.source.model._meta.constraints if tuple(getattr(c, "fields", ())) == names), None
        )
        if (constraint and constraint in text) or all(
            f".{column}" in text or f"({column}" in text for column in columns
        ):
            return {told(entity, names)[-1]: taken(entity, names)}
    return {"": _("The database refused the change because it contradicts other data. Reload the page and try again.")}


def taken(entity: Entity, names: tuple[str, ...]) -> str:
    """The message for a value that another record has."""
    labels = entity.fields()
    named = ", ".join(str(labels[name].label) if name in labels else name for name in told(entity, names))
    return _("Another %(entity)s with the same %(fields)s already exists.") % {"entity": entity.label, "fields": named}
