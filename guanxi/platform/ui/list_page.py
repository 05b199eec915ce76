"""The list page of any entity, in each of its layouts."""

from typing import Any

from django.utils.translation import gettext as _

from guanxi.platform.access import gate, kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.commands import command as commands
from guanxi.platform.entities import query as queries
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.query import Sort
from guanxi.platform.ui import addresses, filters
from guanxi.platform.ui.contexts import (
    Card,
    Cell,
    ColumnChoice,
    ColumnHead,
    EmptyState,
    Link,
    ListPage,
    Option,
    Row,
    ViewTab,
)
from guanxi.platform.ui.list_state import ListState, groupable, layouts_of, may_restore, visible_views
from guanxi.platform.ui.models import SavedView
from guanxi.platform.ui.present import Presenter, page_kind

PAGE_SIZE = 50
LAYOUT_ICONS = {
    "table": "table",
    "kanban": "layout-kanban",
    "tree": "sitemap",
    "calendar": "calendar",
    "group": "chart-bar",
}


def build(state: ListState, actor: Actor) -> ListPage:
    """One page of the list as a table. Raises FilterError, SortError."""
    entity = state.entity
    found = queries.page(entity, actor, state.query(actor), limit=PAGE_SIZE, after=state.after, before=state.before)
    fields = shown_fields(state, actor)
    return ListPage(
        rows=rows_of(entity, actor, fields, found.records),
        columns=heads(state, actor, fields),
        next_url=state.url(after=found.after) if found.after else "",
        prev_url=state.url(before=found.before) if found.before else "",
        empty=empty_state(state, actor) if not found.records else None,
        **frame(state, actor),
    )


def frame(state: ListState, actor: Actor) -> dict[str, Any]:
    """What surrounds the rows in every layout: views, chips, tools, addresses."""
    entity = state.entity
    may = {action: _may(actor, entity, action) for action in ("edit", "import", "export")}
    if state.deleted:
        may = dict.fromkeys(may, False)
    return {
        "entity_key": entity.key,
        "title": heading(entity.label_plural),
        "icon": entity.icon,
        "url": addresses.list_of(entity),
        "state": tuple((name, value) for name, value in (state.parameters() | {"month": state.month}).items() if value),
        "views": _views(state, actor),
        "view_save_url": addresses.page_of(entity, "views"),
        "audiences": [Option(value=one.value, label=str(one.label)) for one in SavedView.Audience],
        "chips": filters.chips(state, actor),
        "clear_url": state.url(filter=None),
        "filter_url": addresses.page_of(entity, "filter") if filters.offers(entity, actor) else "",
        "filter_tree": state.filter or [],
        "query": state.text,
        "column_choices": _column_choices(state, actor) if state.layout == "table" else (),
        "layout": state.layout,
        "layouts": _layouts(state, actor),
        "groupings": _groupings(state, actor),
        "sorts": _sorts(state, actor) if state.layout in ("table", "kanban") else (),
        "count_url": addresses.page_of(entity, "count", **state.parameters()),
        "peek_url": addresses.pattern(entity, "peek"),
        "edit_url": addresses.pattern(entity, "edit") if may["edit"] else "",
        "cell_url": _cell_url(entity) if may["edit"] else "",
        "bulk_url": addresses.page_of(entity, "bulk"),
        "bin_url": addresses.list_of(entity, deleted=1) if may_restore(entity, actor) else "",
        "create_url": create_url(entity) if may_create_alone(entity, actor) and not state.deleted else "",
        "create_label": new_label(entity),
        "import_url": addresses.page_of(entity, "import") if may["import"] else "",
        "export_url": addresses.page_of(entity, "export", **state.parameters()) if may["export"] else "",
        "report_url": "" if state.deleted else report_url(state),
        "print_url": addresses.page_of(entity, "print_list", **state.parameters()) if may["export"] else "",
    }


def report_url(state: ListState) -> str:
    """Where the list becomes a report: with its filter, by the group it is counted by."""
    kept = state.parameters()
    return addresses.page_of(state.entity, "report", filter=kept["filter"], rows=kept["group"])


def may_create_alone(entity: Entity, actor: Actor) -> bool:
    """Whether a new record can be begun from the list: what must hang on another one begins there."""
    return _may(actor, entity, "create") and bool(entity.personal or not entity.attachable())


def create_url(entity: Entity, **given: str) -> str:
    """The form of a new record, with values it starts with."""
    return addresses.page_of(entity, "create", **given)


def new_label(entity: Entity) -> str:
    return _("New %(entity)s") % {"entity": entity.label}


def heading(label: Any) -> str:
    """The name of a kind of record where it stands alone: English writes it small within a sentence."""
    text = str(label)
    return text[:1].upper() + text[1:]


def _may(actor: Actor, entity: Entity, action: str) -> bool:
    needs = {"create": "create", "edit": "edit", "import": "create"}.get(action)
    return gate.permits(actor, entity, action) and (needs is None or needs in entity.commands)


def _cell_url(entity: Entity) -> str:
    return f"{addresses.pattern(entity, 'cell')}?column=__column__"


def shown_fields(state: ListState, actor: Actor) -> list[Field]:
    fields = state.entity.readable(actor)
    return [fields[key] for key in state.shown(actor)]


def editable_keys(entity: Entity, actor: Actor) -> set[str]:
    """Fields that can be changed in place."""
    if not gate.permits(actor, entity, "edit") or "edit" not in {one.name for one in commands.commands_of(entity)}:
        return set()
    writable = entity.writable(actor)
    return {key for key, field in writable.items() if key != "owner" and field.kind is not kinds.FILE}


def rows_of(entity: Entity, actor: Actor, fields: list[Field], records: list[Any]) -> list[Row]:
    """Table rows with a card each for phones; one query per link target."""
    deleted = any(getattr(record, "deleted_at", None) for record in records)
    presenter = Presenter(entity, actor, fields, editable=() if deleted else editable_keys(entity, actor))
    presenter.load(records)
    return [_row(presenter, record) for record in records]


def _row(presenter: Presenter, record: Any) -> Row:
    cells = presenter.cells(record)
    card = card_of(presenter, record, cells)
    return Row(id=record.pk, url=card.url, version=card.version, cells=cells, label=card.title, card=card)


def card_of(presenter: Presenter, record: Any, cells: list[Cell] | None = None) -> Card:
    """The record as a card: title, its first badge, two facts, a number to call. ``cells`` are those of the
    presenter's fields where they are made already. What is named by a link bears the name of the first one it has."""
    entity = presenter.entity
    made = list(zip(presenter.fields, presenter.cells(record) if cells is None else cells, strict=True))
    naming = entity.title_field
    if entity.fields()[naming].is_link:
        linked = [field.key for field, cell in made if field.is_link and cell.display and field.key != entity.parent]
        naming = naming if naming in linked or not linked else linked[0]
    shown = [(field, cell) for field, cell in made if field.key != naming]
    title = next((cell.display for field, cell in made if field.key == naming and field.is_link), "")
    badge = next((cell.badges[0] for field, cell in shown if field.kind is kinds.CHOICE and cell.badges), None)
    facts = [
        cell.display
        for field, cell in shown
        if cell.display and field.kind not in (kinds.CHOICE, kinds.CODE, kinds.PHONE, kinds.USER, kinds.TAGS)
    ][:2]
    phone = next((field.get(record) for field, cell in shown if field.kind is kinds.PHONE and cell.display), "")
    owner = next((cell.display for field, cell in shown if field.key == "owner"), "")
    return Card(
        id=record.pk,
        title=title or entity.title_of(record, presenter.actor),
        url=presenter.address(entity.key, record.pk),
        badge=badge,
        facts=facts,
        phone=phone,
        owner=owner,
        subtitle=str(getattr(record, "code", "") or ""),
        version=getattr(record, "version", 0),
    )


def heads(state: ListState, actor: Actor, fields: list[Field]) -> tuple[ColumnHead, ...]:
    current = Sort.parse(state.sort or state.entity.order)
    editable = editable_keys(state.entity, actor)
    found = []
    for field in fields:
        sorted_ = ("desc" if current.descending else "asc") if current.field == field.key else ""
        following = f"-{field.key}" if sorted_ == "asc" else field.key
        sortable = field.sortable and field.kind not in (kinds.LONGTEXT, kinds.TAGS, kinds.MULTICHOICE, kinds.TREE)
        found.append(
            ColumnHead(
                id=field.key,
                label=str(field.label),
                kind=page_kind(field),
                sorted=sorted_,
                help=str(field.help),  # type: ignore[arg-type]
                sort_url=state.url(sort=following) if sortable else "",
                editable=field.key in editable,
            )
        )
    return tuple(found)


def _views(state: ListState, actor: Actor) -> list[ViewTab]:
    everything = ViewTab(
        id="all",
        label=_("All"),
        url=addresses.list_of(state.entity),
        active=not state.view and not state.filter and not state.deleted,
    )
    saved = [
        ViewTab(
            id=str(view.pk),
            label=view.name,
            url=addresses.list_of(state.entity, view=view.pk),
            active=state.view == str(view.pk),
            shared=view.audience != SavedView.Audience.OWN,
        )
        for view in visible_views(state.entity, actor)[:30]
    ]
    mine = []
    if "owner" in state.entity.readable(actor):
        own = ["me", "owner"]
        mine = [
            ViewTab(
                id="mine",
                label=_("Mine"),
                url=addresses.list_of(state.entity, filter='["me","owner"]'),
                active=state.filter == own,
            )
        ]
    return [everything, *mine, *saved, *_bin(state)]


def _bin(state: ListState) -> list[ViewTab]:
    """The recycle bin stands among the views while one is in it."""
    if not state.deleted:
        return []
    return [ViewTab(id="deleted", label=_("Recycle bin"), url=addresses.list_of(state.entity, deleted=1), active=True)]


def _column_choices(state: ListState, actor: Actor) -> tuple[ColumnChoice, ...]:
    fields, shown = state.entity.readable(actor), state.shown(actor)
    order = [*shown, *(key for key in fields if key not in shown)]
    return tuple(
        ColumnChoice(id=key, label=str(fields[key].label), shown=key in shown, fixed=key == state.entity.title_field)
        for key in order
    )


def _layouts(state: ListState, actor: Actor) -> list[Option]:
    names = {
        "table": _("Table"),
        "kanban": _("Board"),
        "tree": _("Tree"),
        "calendar": _("Calendar"),
        "group": _("Groups and chart"),
    }
    found = layouts_of(state.entity, actor)
    if len(found) == 1:
        return []
    return [
        Option(
            value=name,
            label=names[name],
            icon=LAYOUT_ICONS[name],
            selected=state.layout == name,
            url=state.url(layout=name),
        )
        for name in found
    ]


def _groupings(state: ListState, actor: Actor) -> tuple[Option, ...]:
    fields = state.entity.readable(actor)
    return tuple(
        Option(
            value=key,
            label=str(fields[key].label),
            selected=state.layout == "group" and state.group == key,
            url=state.url(layout="group", group=key),
        )
        for key in groupable(state.entity)
        if key in fields
    )


def _sorts(state: ListState, actor: Actor) -> tuple[Option, ...]:
    fields = state.entity.readable(actor)
    current = state.sort or state.entity.order
    found = [Option(value="-id", label=_("Newest first"), selected=current == "-id", url=state.url(sort="-id"))]
    for key in state.shown(actor):
        if fields[key].lookup and fields[key].indexed:
            found.append(
                Option(value=key, label=str(fields[key].label), selected=current == key, url=state.url(sort=key))
            )
    return tuple(found)


def empty_state(state: ListState, actor: Actor) -> EmptyState:
    """What stands where no row is: why, and the way on."""
    entity = state.entity
    if state.deleted:
        return EmptyState(
            title=_("The recycle bin is empty"),
            text=_("Deleted records wait here until somebody restores them."),
            icon="trash",
            action=Link(label=_("Show all"), url=addresses.list_of(entity), icon=entity.icon),
        )
    if state.filter or state.text:
        return EmptyState(
            title=_("Nothing matches"),
            text=_("No record fits the filter and the search text together."),
            icon="filter-off",
            action=Link(label=_("Show all"), url=addresses.list_of(entity)),
        )
    create = addresses.page_of(entity, "create") if _may(actor, entity, "create") else ""
    importing = addresses.page_of(entity, "import") if _may(actor, entity, "import") else ""
    return EmptyState(
        title=_("No %(entities)s yet") % {"entities": entity.label_plural},
        text=str(entity.help) or _("Create the first one, or import the list you already have."),
        icon=entity.icon,
        action=Link(label=new_label(entity), url=create, icon="plus") if create else None,
        second=Link(label=_("Import"), url=importing, icon="upload") if importing else None,
    )


def command_buttons(entity: Entity, actor: Actor) -> list[commands.Command]:
    """The commands of the entity that the actor holds a right for."""
    return [command for command in commands.commands_of(entity) if command.permits(actor)]
