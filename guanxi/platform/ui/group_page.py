"""The list counted along one dimension: tree or values at the left, chart and list at the right. Every
number equals the exact count of the list it leads to, for the same reader."""

import json
from typing import Any

from django.utils.translation import gettext as _

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.entities import grouping, links, registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.ui import addresses, list_page
from guanxi.platform.ui.contexts import Chart, ChartSeries, GroupPage, Option, TreeNode
from guanxi.platform.ui.list_state import ListState, groupable

BARS = 20


def build(state: ListState, actor: Actor) -> GroupPage:
    """The page for the state's dimension (the first one if none is chosen). Raises SortError."""
    entity = state.entity
    fields = entity.readable(actor)
    dimensions = [key for key in groupable(entity) if key in fields]
    by = state.group if state.group in dimensions else dimensions[0]
    field = fields[by]
    if field.kind is kinds.TREE:
        nodes, chart_rows = _tree(state, actor, field)
    else:
        nodes, chart_rows = _values(state, actor, field)
    title = _("%(entities)s by %(field)s") % {"entities": entity.label_plural, "field": field.label}
    return GroupPage(
        entity_key=entity.key,
        title=title[:1].upper() + title[1:],
        dimensions=[
            Option(
                value=key, label=str(fields[key].label), selected=key == by, url=state.url(layout="group", group=key)
            )
            for key in dimensions
        ],
        nodes=nodes,
        chart=_chart(title, chart_rows),
        list=list_page.build(state, actor),
        back_url=state.url(layout="table", group=""),
    )


def narrowed(state: ListState, node: Any) -> str:
    """The list behind one number: the state's filter and the number's condition."""
    return addresses.list_of(
        state.entity,
        **(
            state.parameters()
            | {"filter": json.dumps(state.with_condition(node), ensure_ascii=False), "layout": "", "group": ""}
        ),
    )


def _values(state: ListState, actor: Actor, field: Field) -> tuple[list[TreeNode], list[tuple[str, int, str]]]:
    found = grouping.groups(state.entity, actor, state.query(actor), field.key)
    names = _names(field, [group.value for group in found], actor)
    rows = []
    for group in found:
        empty = field.is_empty(group.value)
        value = str(group.value) if not isinstance(group.value, bool) else ("true" if group.value else "false")
        node = ["empty", field.key] if empty else ["eq", field.key, value]
        rows.append(
            (_("Not given") if empty else names.get(group.value, str(group.value)), group.count, narrowed(state, node))
        )
    nodes = [
        TreeNode(id=index, label=label, url=url, count=f"{number:,}") for index, (label, number, url) in enumerate(rows)
    ]
    return nodes, rows


def _names(field: Field, values: list[Any], actor: Actor) -> dict[Any, str]:
    if field.is_link:
        return dict(links.labels(field.target, [value for value in values if value], actor))
    if field.kind is kinds.BOOLEAN:
        return {True: str(kinds.YES), False: str(kinds.NO)}
    return {value: str(label) for value, label in field.choice_labels().items()}


def _tree(state: ListState, actor: Actor, field: Field) -> tuple[list[TreeNode], list[tuple[str, int, str]]]:
    """Counts rolled up a tree of places: two queries, whatever the size of the tree."""
    target = registry.get(field.target)
    found = grouping.groups(state.entity, actor, state.query(actor), field.key, most=grouping.MOST_VALUES)
    direct = {group.value: group.count for group in found}
    missing = direct.pop(None, 0)
    places = _places(target, list(direct))
    totals = dict.fromkeys(places, 0)
    for pk, number in direct.items():
        for path in _lineage(places[pk], places):
            totals[path] += number
    children: dict[int | None, list[int]] = {}
    for pk, place in places.items():
        children.setdefault(place.parent_id if place.parent_id in places else None, []).append(pk)

    def node(pk: int, depth: int) -> TreeNode:
        inner = [node(child, depth + 1) for child in sorted(children.get(pk, []), key=lambda one: -totals[one])]
        return TreeNode(
            id=pk,
            label=target.title_of(places[pk], actor),
            url=narrowed(state, ["under", field.key, str(pk)]),
            count=f"{totals[pk]:,}",
            has_children=bool(inner),
            children=inner,
            open=depth == 0 and len(children.get(None, [])) == 1,
        )

    roots = sorted(children.get(None, []), key=lambda pk: -totals[pk])
    nodes = [node(pk, 0) for pk in roots]
    if missing:
        nodes.append(
            TreeNode(id="none", label=_("Not given"), url=narrowed(state, ["empty", field.key]), count=f"{missing:,}")
        )
    bars = nodes
    while len([one for one in bars if one.id != "none"]) == 1 and bars[0].children:
        bars = list(bars[0].children)
    return nodes, [(one.label, int(str(one.count).replace(",", "")), one.url) for one in bars]


def _places(target: Entity, ids: list[int]) -> dict[int, Any]:
    """The places with records, and all above them."""
    found = {place.pk: place for place in target.base_rows().filter(pk__in=ids)}
    wanted = {place.parent_id for place in found.values()} - found.keys() - {None}
    while wanted:
        above = {place.pk: place for place in target.base_rows().filter(pk__in=wanted)}
        found |= above
        wanted = {place.parent_id for place in above.values()} - found.keys() - {None}
    return found


def _lineage(place: Any, places: dict[int, Any]) -> list[int]:
    line = []
    while place is not None:
        line.append(place.pk)
        place = places.get(place.parent_id)
    return line


def _chart(title: str, rows: list[tuple[str, int, str]]) -> Chart | None:
    if not rows:
        return None
    top = rows[:BARS]
    return Chart(
        id="gx-group-chart",
        title=title,
        kind="bar" if len(top) > 6 else "column",
        categories=[label for label, _number, _url in top],
        series=[ChartSeries(name=_("Number"), values=[number for _label, number, _url in top])],
        urls=[url for _label, _number, url in top],
        unit=_("records"),
        total=f"{sum(number for _label, number, _url in rows):,}",
    )
