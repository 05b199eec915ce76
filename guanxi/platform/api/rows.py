"""Records as JSON: id, version and the fields a reader may see, links with their labels."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from guanxi.platform.access import beside
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.api.errors import BadRequest
from guanxi.platform.entities import links
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import EntityKind

#: What every record has beside its fields.
ALWAYS = ("id", "version", "record_id")

Row = dict[str, Any]


def chosen(entity: Entity, actor: Actor, text: str | None) -> list[Field]:
    """The readable fields named in a comma-separated list; all of them without one. Raises BadRequest."""
    readable = entity.readable(actor)
    if text is None:
        return list(readable.values())
    names = [name for name in dict.fromkeys(text.split(",")) if name not in ALWAYS]
    for name in names:
        if name not in readable:
            raise BadRequest(fields=_("There is no field “%(field)s” here.") % {"field": name})
    return [readable[name] for name in names]


def write(entity: Entity, fields: Iterable[Field], records: Sequence[Any], actor: Actor) -> list[Row]:
    """The records of one page. One query per entity that a link leads to, whatever their number."""
    fields = list(fields)
    beside.attach(fields, records)
    labels = links.labels_of(entity, fields, records, actor)
    attached = entity.kind is EntityKind.ATTACHED
    cells = [(field.key, _cell(field, labels.get(field.key, {}))) for field in fields]
    rows = []
    for record in records:
        row: Row = {"id": record.pk}
        version = getattr(record, "version", None)
        if version is not None:
            row["version"] = version
        if attached:
            row["record_id"] = record.record_id
        for key, cell in cells:
            row[key] = cell(record)
        rows.append(row)
    return rows


def _cell(field: Field, labels: dict[int, str]) -> Callable[[Any], Any]:
    """How one field of a record is written: chosen once per page, not per value."""
    get = field.get
    if field.is_link:

        def link(record: Any) -> dict[str, Any] | None:
            target = get(record)
            return {"id": target, "label": labels.get(target, "")} if target else None

        return link
    empty, to_json = field.is_empty, field.kind.to_json

    def value(record: Any) -> Any:
        found = get(record)
        return found if empty(found) else to_json(found)

    return value
