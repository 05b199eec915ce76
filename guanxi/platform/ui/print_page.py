"""Lists and records on paper."""

import json
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.watermark import watermark
from guanxi.platform.entities import query as queries
from guanxi.platform.entities.entity import Entity
from guanxi.platform.exchange import printing
from guanxi.platform.ui import filters
from guanxi.platform.ui.contexts import PrintPage, Row
from guanxi.platform.ui.contexts.lists import ColumnHead
from guanxi.platform.ui.list_state import ListState
from guanxi.platform.ui.present import Presenter, page_kind
from guanxi.platform.ui.record_page import properties

#: A printed list is for reading; longer ones are exported.
MOST_ROWS = 1_000


def list_page(state: ListState, actor: Actor) -> PrintPage:
    """The first MOST_ROWS records of a list in its present state. Raises FilterError, SortError."""
    entity = state.entity
    readable = entity.readable(actor)
    fields = [readable[key] for key in state.shown(actor)]
    records: list[Any] = []
    query, after = state.query(actor), ""
    while len(records) < MOST_ROWS:
        found = queries.page(entity, actor, query, limit=queries.PAGE_LIMIT, after=after)
        records += found.records
        after = found.after
        if not after:
            break
    presenter = Presenter(entity, actor, fields)
    presenter.load(records)
    label = str(entity.label_plural)
    printing.remember(
        entity, actor, records, json.dumps({"filter": state.filter, "text": state.text}, ensure_ascii=False)
    )
    return PrintPage(
        title=label[:1].upper() + label[1:], subtitle="", entity_key=entity.key, **_printed(actor),
        columns=[ColumnHead(id=field.key, label=str(field.label), kind=page_kind(field)) for field in fields],  # type: ignore[arg-type]
        rows=[Row(id=record.pk, url="", cells=presenter.cells(record)) for record in records], chips=filters.chips(state, actor),
        note=_("Only the first %(count)s records are printed. Narrow the list, or export it.") % {"count": f"{MOST_ROWS:,}"} if after else "",
    )  # fmt: skip


def record_page(entity: Entity, actor: Actor, record: Any) -> PrintPage:
    """One record with all its fields."""
    fields = entity.readable(actor)
    presenter = Presenter(entity, actor, list(fields.values()))
    presenter.load([record])
    printing.remember(entity, actor, [record])
    return PrintPage(
        title=entity.title_of(record, actor), subtitle=str(getattr(record, "code", "") or entity.label), entity_key=entity.key,
        properties=properties(presenter, record, fields, editable=False), **_printed(actor),
    )  # fmt: skip


def _printed(actor: Actor) -> dict[str, Any]:
    now: datetime = actor.now().astimezone(actor.zone)
    return {
        "watermark": watermark(actor),
        "printed_by": actor.name,
        "printed_at": date_format(now, "SHORT_DATETIME_FORMAT"),
    }
