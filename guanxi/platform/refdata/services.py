"""Writes of reference data: edits that keep the tree whole, and retirement instead of deletion."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Field, Model
from django.utils.translation import gettext_lazy as _

from guanxi.platform.refdata.models import Code, Translated, TreeNode


class Retired(StrEnum):
    """What became of a row."""

    DELETED = "deleted"
    DEACTIVATED = "deactivated"


@transaction.atomic
def save(record: Translated, **changes: Any) -> Translated:
    """Set the changes on a new or existing row and write it under the next version; its subtree follows a new place.

    Raises ValidationError, also when a row would come to lie in itself.
    """
    for name, value in changes.items():
        setattr(record, name, value)
    if isinstance(record, TreeNode):
        _check_place(record)
        record.place()
    record.full_clean()
    if record.pk:
        record.version += 1
    record.save()
    if isinstance(record, TreeNode):
        _move_children(record)
    return record


def _check_place(node: TreeNode) -> None:
    ancestor, passed = node.parent, {node.pk}
    while ancestor is not None:
        if ancestor.pk in passed:
            raise ValidationError({"parent": _("A row cannot lie in itself. Choose another parent.")})
        passed.add(ancestor.pk)
        ancestor = ancestor.parent
    depth = len(node.parent.path) // node.STEP + 1 if node.parent else 1
    if depth > node.DEPTH:
        raise ValidationError({"parent": _("There is no level below this one. Choose a parent further up.")})


def _move_children(node: TreeNode) -> None:
    model: Any = type(node)
    for child in model.objects.filter(parent=node).exclude(path__range=node.path_range):
        child.parent = node
        child.version += 1
        child.save()
        _move_children(child)


def in_use(record: Translated) -> bool:
    """Whether any row of any table links to this one, by foreign key or by the key of a code."""
    if isinstance(record, Code) and any(
        model._base_manager.filter(**{field.name: record.key}).exists() for model, field in _code_columns(record.table)
    ):
        return True
    relations: list[Any] = [field for field in record._meta.get_fields(include_hidden=True) if field.auto_created]
    return any(
        relation.related_model._base_manager.filter(**{relation.field.name: record}).exists()
        for relation in relations
        if relation.is_relation and not relation.concrete
    )


def _code_columns(table: str) -> Iterator[tuple[type[Model], Field]]:
    """Text columns of all models that hold keys of a code table: they say so by an attribute `table`."""
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if getattr(field, "table", None) == table:
                yield model, field


@transaction.atomic
def retire(record: Translated) -> Retired:
    """Delete what users made and nobody uses; deactivate everything else, since it is shipped or in use."""
    if record.shipped is None and not in_use(record):
        record.delete()
        return Retired.DELETED
    record.active = False
    record.version += 1
    record.save(update_fields=["active", "version", "modified_at"])
    return Retired.DEACTIVATED
