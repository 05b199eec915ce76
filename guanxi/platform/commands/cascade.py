"""What follows a record when its owner, department or region changes: the scope columns of everything
that hangs on it, in the same transaction, one statement per kind of child and group of columns."""

from collections.abc import Iterator, Mapping, Sequence

from guanxi.platform import bulk
from guanxi.platform.access.models.record import DEPARTMENT_COLUMNS, REGION_COLUMNS
from guanxi.platform.commands.outcome import Change
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import EntityKind

#: Fields → the columns that follow them. Apart, because each index of a column in an UPDATE costs on SQLite.
GROUPS = (
    (("owner", "department"), ("owner_id", "department_id", *DEPARTMENT_COLUMNS)),
    (("region",), ("region_id", *REGION_COLUMNS)),
)


def rescope(entity: Entity, changes: Sequence[Change]) -> None:
    """Copy the scope columns of records that were given to somebody else or moved to their hanging and attached
    children."""
    if not entity.is_record:
        return
    for keys, columns in GROUPS:
        ids = [change.record.pk for change in changes if change.touches(*keys)]
        if ids:
            _copy(entity, columns, ids)


def _copy(entity: Entity, columns: Sequence[str], ids: Sequence[int]) -> None:
    source = entity.source.model
    for child in _hanging(entity):
        link = child.source.column(child.fields()[child.hangs_on])
        model = child.source.model
        bulk.copy_columns(model, columns, source=source, link=link, among=("id", ids), where=child.source.only)
        if child.kind is EntityKind.RECORD:
            for grandchild, where in _attached(child):
                bulk.copy_columns(
                    grandchild.source.model, columns, source=model, link="record_id", among=(link, ids), where=where
                )
    for child, where in _attached(entity):
        bulk.copy_columns(child.source.model, columns, source=source, link="record_id", among=("id", ids), where=where)


def _hanging(entity: Entity) -> list[Entity]:
    return [
        child for child in registry.entities() if child.hangs_on and child.fields()[child.hangs_on].target == entity.key
    ]


def _attached(entity: Entity) -> Iterator[tuple[Entity, Mapping[str, str]]]:
    for child in registry.entities() if entity.attachments else ():
        if child.kind is EntityKind.ATTACHED:
            yield child, {"entity": entity.key}
