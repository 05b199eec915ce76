"""The list as a kanban board and as a tree."""

from dataclasses import replace
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from guanxi.platform.access import gate, kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.kinds import Choice
from guanxi.platform.entities import grouping, layout
from guanxi.platform.entities import query as queries
from guanxi.platform.entities.columns import first_of_each
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import Kanban
from guanxi.platform.entities.query import Query
from guanxi.platform.feel.nodes import All, parse
from guanxi.platform.ui import addresses, list_page
from guanxi.platform.ui.contexts import BoardCard, BoardFact, Cell, KanbanBoard, KanbanColumn, ListPage, TreeNode
from guanxi.platform.ui.list_state import ListState
from guanxi.platform.ui.present import Presenter

CARDS, SAMPLES = 20, 3
#: Kinds of values that do not say by themselves what they are.
TOLD = (kinds.INTEGER, kinds.DECIMAL, kinds.MONEY, kinds.BOOLEAN, kinds.DATE, kinds.DATETIME)
#: Nodes of one level that come at once; the next ones come when the reader gets there.
CHILDREN = 200


def kanban(state: ListState, actor: Actor) -> ListPage:
    """One column per choice: count and total of all, the first CARDS cards of each. What has none stands in a column of
    its own, as do records of a choice that is offered no more."""
    entity, board = state.entity, layout.board(state.entity, actor)
    assert board is not None  # the state takes no layout that the reader cannot have
    counted = _counted(state, actor, board)
    field, presenter = entity.readable(actor)[board.by], _presenter(entity, actor, board)
    choices = [one for one in field.choices() if one.value in counted or not one.retired]
    if "" in counted:
        choices.append(Choice("", _("Not set")))
    held = {choice.value: counted[choice.value].count for choice in choices if choice.value in counted}
    found = first_of_each(entity, actor, state.query(actor), board.by, held, CARDS)
    presenter.load([record for page in found.values() for record in page.records])
    columns = []
    for choice in choices:
        page, group = found.get(choice.value, queries.Page([])), counted.get(choice.value)
        columns.append(
            KanbanColumn(
                value=choice.value,
                label=str(choice.label),
                tone=choice.color or "neutral",  # type: ignore[arg-type]
                count=f"{group.count if group else 0:,}",
                total=_total(presenter, board.total, group),
                cards=[card_of(presenter, record) for record in page.records],
                next_url=_more(state, choice.value, page.after),
                create_url=addresses.page_of(entity, "create", **{board.by: choice.value}) if choice.value else "",
            )
        )
    return ListPage(
        **list_page.frame(state, actor), kanban=KanbanBoard(columns=columns, move_url=addresses.page_of(entity, "move"))
    )


def _counted(state: ListState, actor: Actor, board: Kanban) -> dict[str, grouping.Group]:
    """Value of a column → its group; the two ways of holding no value are one column."""
    found: dict[str, grouping.Group] = {}
    for group in grouping.groups(state.entity, actor, state.query(actor), board.by, board.total):
        value = "" if group.value is None else str(group.value)
        if other := found.get(value):
            group = grouping.Group(value, group.count + other.count, (group.total or 0) + (other.total or 0))
        found[value] = group
    return found


def _presenter(entity: Entity, actor: Actor, board: Kanban) -> Presenter:
    fields = entity.readable(actor)
    return Presenter(entity, actor, [fields[key] for key in board.facts])


def card_of(presenter: Presenter, record: Any) -> BoardCard:
    """The record as a card with the presenter's fields on it."""
    entity = presenter.entity
    shown = {
        field.key: (field, cell)
        for field in presenter.fields
        if (cell := presenter.cell(field, record)).display or cell.badges
    }
    code, owner = (shown.pop(key, None) for key in ("code", "owner"))
    return BoardCard(
        id=record.pk,
        version=getattr(record, "version", 0),
        title=entity.title_of(record, presenter.actor),
        url=presenter.address(entity.key, record.pk),
        code=code[1].display if code else "",
        facts=[BoardFact(label=str(field.label), cell=cell, told=field.kind in TOLD) for field, cell in shown.values()],
        owner=owner[1].display if owner else "",
    )


def column_records(state: ListState, board: Kanban, actor: Actor, value: str, after: str = "") -> tuple[list[Any], str]:
    """Cards of one column and the cursor of the next ones."""
    entity, base = state.entity, state.query(actor)
    node = parse(["eq", board.by, value] if value else ["empty", board.by], entity.readable(actor).get)
    found = queries.page(
        entity, actor, Query(filter=All((base.filter, node)), text=base.text, sort=base.sort), limit=CARDS, after=after
    )
    return found.records, found.after


def cards(state: ListState, board: Kanban, actor: Actor, value: str, after: str) -> tuple[list[BoardCard], str]:
    """Further cards of a column as contexts, with the address of the next ones."""
    records, following = column_records(state, board, actor, value, after)
    presenter = _presenter(state.entity, actor, board)
    presenter.load(records)
    return [card_of(presenter, record) for record in records], _more(state, value, following)


def sample(entity: Entity, actor: Actor, board: Kanban) -> list[BoardCard]:
    """Cards of this board for a preview: of the newest records, else one on which names of fields stand for values."""
    presenter = _presenter(entity, actor, board)
    may = gate.permits(actor, entity, "view")
    records = queries.page(entity, actor, Query(), limit=SAMPLES).records if may else []
    presenter.load(records)
    return [card_of(presenter, record) for record in records] or [_outline(presenter)]


def _outline(presenter: Presenter) -> BoardCard:
    names = {field.key: str(field.label) for field in presenter.fields}
    code, owner = names.pop("code", ""), names.pop("owner", "")
    facts = [BoardFact(label=name, cell=Cell(display=name)) for name in names.values()]
    return BoardCard(
        id=0, version=0, title=list_page.heading(presenter.entity.label), url="", code=code, facts=facts, owner=owner
    )


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
