"""The list as a kanban board and as a tree."""

from dataclasses import replace
from typing import Any

from django.db.models import Count, Q

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.entities import query as queries
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.query import Query
from guanxi.platform.feel.nodes import All, parse
from guanxi.platform.ui import addresses, list_page
from guanxi.platform.ui.contexts import KanbanBoard, KanbanColumn, ListPage, TreeNode
from guanxi.platform.ui.list_state import ListState
from guanxi.platform.ui.present import Presenter

CARDS = 20
#: Nodes of one level that come at once; the next ones come when the reader gets there.
CHILDREN = 200


def kanban(state: ListState, actor: Actor) -> ListPage:
    """One column per choice: count and total of all, the first CARDS cards of each."""
    entity, board = state.entity, state.entity.kanban
    assert board is not None
    fields = entity.readable(actor)
    field = fields[board.by]
    counted = {
        str(group.value): group for group in queries.groups(entity, actor, state.query(actor), board.by, board.total)
    }
    presenter = Presenter(entity, actor, [fields[key] for key in _card_keys(entity, fields)])
    columns: list[KanbanColumn] = []
    records_of: dict[str, list[Any]] = {}
    following: dict[str, str] = {}
    for choice in field.choices():
        records_of[choice.value], following[choice.value] = column_records(state, actor, choice.value)
    presenter.load([record for records in records_of.values() for record in records])
    for choice in field.choices():
        group = counted.get(choice.value)
        columns.append(
            KanbanColumn(
                value=choice.value,
                label=str(choice.label),
                tone=choice.color or "neutral",  # type: ignore[arg-type]
                count=f"{group.count if group else 0:,}",
                total=_total(presenter, board.total, group),
                cards=[list_page.card_of(presenter, record) for record in records_of[choice.value]],
                next_url=_more(state, choice.value, following[choice.value]),
                create_url=addresses.page_of(entity, "create", **{board.by: choice.value}),
            )
        )
    return ListPage(
        **list_page.frame(state, actor), kanban=KanbanBoard(columns=columns, move_url=addresses.page_of(entity, "move"))
    )


def _card_keys(entity: Entity, fields: dict[str, Any]) -> list[str]:
    assert entity.kanban is not None
    wanted = entity.kanban.facts or [key for key in entity.list_columns() if key != entity.kanban.by]
    return [key for key in dict.fromkeys([entity.title_field, *wanted, "owner"]) if key in fields]


def column_records(state: ListState, actor: Actor, value: str, after: str = "") -> tuple[list[Any], str]:
    """Cards of one column and the cursor of the next ones."""
    entity = state.entity
    assert entity.kanban is not None
    base = state.query(actor)
    node = parse(["eq", entity.kanban.by, value], lambda key: entity.readable(actor).get(key))
    found = queries.page(
        entity, actor, Query(filter=All((base.filter, node)), text=base.text, sort=base.sort), limit=CARDS, after=after
    )
    return found.records, found.after


def cards(state: ListState, actor: Actor, value: str, after: str) -> tuple[list[Any], str]:
    """Further cards of a column as contexts, with the address of the next ones."""
    fields = state.entity.readable(actor)
    records, following = column_records(state, actor, value, after)
    presenter = Presenter(state.entity, actor, [fields[key] for key in _card_keys(state.entity, fields)])
    presenter.load(records)
    return [list_page.card_of(presenter, record) for record in records], _more(state, value, following)


def _more(state: ListState, value: str, after: str) -> str:
    return addresses.page_of(state.entity, "cards", **state.parameters(), value=value, after=after) if after else ""


def _total(presenter: Presenter, key: str, group: Any) -> str:
    if not key or group is None:
        return ""
    field = presenter.entity.fields()[key]
    return presenter.show(field, group.total).display


def tree(state: ListState, actor: Actor) -> ListPage:
    """The roots that the reader may see; branches load as they are opened. A single root is open at once."""
    found = nodes(state.entity, actor, None, state)
    if len(found) == 1:
        found = [replace(found[0], open=True)]
    empty = None if found else list_page.empty_state(state, actor)
    return ListPage(**list_page.frame(state, actor), nodes=found, empty=empty)


def nodes(
    entity: Entity, actor: Actor, parent: int | None, state: ListState | None = None, after: int = 0
) -> list[TreeNode]:
    """The children of a record (or the roots of a list's state), each with the number of its own children.

    Two queries. At most CHILDREN come, those behind the key ``after``; a last node fetches the next ones.
    """
    if entity.tree is None:
        raise gate.NotFound
    by = f"{entity.tree.parent}_id"
    rows = entity.rows(actor)
    if state is not None:
        rows = rows.filter(queries.condition(entity, actor, state.query(actor)))
    if parent is None and state is not None and not state.filter and not state.text:
        rows = (
            rows.exclude(**{f"{by}__in": entity.rows(actor).values("pk")})
            if entity.is_record
            else rows.filter(**{by: None})
        )
    elif parent is not None:
        rows = rows.filter(**{by: parent})
    records = list(rows.filter(pk__gt=after).order_by("pk")[: CHILDREN + 1])
    more, records = len(records) > CHILDREN, records[:CHILDREN]
    below = _counts(entity, actor, by, [record.pk for record in records])
    found = [
        TreeNode(
            id=record.pk,
            label=entity.title_of(record, actor),
            url=addresses.record(entity, record.pk),
            note=entity.hint_of(record, actor),
            count=f"{below[record.pk]:,}" if record.pk in below else "",
            has_children=record.pk in below,
            children_url=addresses.page_of(entity, "children", record.pk) if record.pk in below else "",
        )
        for record in records
    ]
    if more:
        kept = state.parameters() if state else {}
        url = addresses.page_of(entity, "children", parent or 0, **kept, after=records[-1].pk)
        found.append(TreeNode(id="more", label="", url="", more_url=url))
    return found


def _counts(entity: Entity, actor: Actor, by: str, ids: list[int]) -> dict[int, int]:
    rows = entity.rows_of(actor, Q(**{f"{by}__in": ids})).order_by().values(by).annotate(number=Count("pk"))
    return {row[by]: row["number"] for row in rows}
