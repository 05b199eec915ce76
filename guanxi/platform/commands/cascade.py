"""What follows a record when its owner, department or region changes: the scope columns of everything
that hangs on it, in the same transaction, one statement per kind of child."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from guanxi.platform.access.models.record import SCOPE_COLUMNS
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import EntityKind


def rescope(entity: Entity, records: Sequence[Any]) -> None:
    """Copy the scope columns of the records to their hanging and attached children."""
    if not entity.is_record:
        return
    by_scope: dict[tuple, list[int]] = defaultdict(list)
    for record in records:
        by_scope[tuple(getattr(record, column) for column in SCOPE_COLUMNS)].append(record.pk)
    for scope, ids in by_scope.items():
        columns = dict(zip(SCOPE_COLUMNS, scope, strict=True))
        for child, condition in _children(entity, ids):
            child.source.model._base_manager.filter(**condition).update(**columns)
            if child.kind is EntityKind.RECORD:
                grandchildren = child.source.model._base_manager.filter(**condition).values("pk")
                for grandchild, inner in _attached(child, grandchildren):
                    grandchild.source.model._base_manager.filter(**inner).update(**columns)


def _children(entity: Entity, ids: Any) -> list[tuple[Entity, dict[str, Any]]]:
    hanging = [
        (child, {f"{child.hangs_on}__in": ids})
        for child in registry.entities()
        if child.hangs_on and child.fields()[child.hangs_on].target == entity.key
    ]
    return hanging + _attached(entity, ids)


def _attached(entity: Entity, ids: Any) -> list[tuple[Entity, dict[str, Any]]]:
    if not entity.attachments:
        return []
    attached = [child for child in registry.entities() if child.kind is EntityKind.ATTACHED]
    return [(child, {"entity": entity.key, "record_id__in": ids}) for child in attached]
