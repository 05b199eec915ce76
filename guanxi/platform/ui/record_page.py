"""The record page of any entity: header, key figures, tabs, properties, panels."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from guanxi.platform.access import gate, kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.command import Command
from guanxi.platform.customizing import rules
from guanxi.platform.directory import pins
from guanxi.platform.entities import layout, registry
from guanxi.platform.entities import query as queries
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.features import features
from guanxi.platform.entities.options import Panel as PanelOption
from guanxi.platform.entities.options import Related
from guanxi.platform.feel.nodes import parse
from guanxi.platform.ui import addresses, files_tab, list_page, timeline
from guanxi.platform.ui.contexts import (
    Badge,
    ColumnHead,
    CommandButton,
    EmptyState,
    KeyFigure,
    Link,
    ListPage,
    Panel,
    PropertyGroup,
    PropertyRow,
    RecordPage,
    Tab,
)
from guanxi.platform.ui.present import Presenter, page_kind

TIMELINE, FILES, HISTORY = "timeline", "files", "history"
#: Commands with a place of their own on the page.
PLACED = ("edit", "pin", "unpin")


def build(entity: Entity, actor: Actor, record: Any, tab: str = "") -> RecordPage:
    """The page on one of its tabs; the timeline is drawn at once, other tabs load themselves."""
    fields = entity.readable(actor)
    presenter = Presenter(entity, actor, list(fields.values()))
    presenter.load([record])
    active = tab or entity.first_tab or TIMELINE
    main, more = buttons(entity, actor, record)
    edit_url = _edit_url(entity, actor, record)
    owner = presenter.cell(fields["owner"], record).display if "owner" in fields else ""
    related = find_related(entity, active)
    may_take_away = gate.permits(actor, entity, "export")
    return RecordPage(
        entity_key=entity.key,
        id=record.pk,
        title=entity.title_of(record, actor),
        url=addresses.record(entity, record.pk),
        version=getattr(record, "version", 0),
        code=str(getattr(record, "code", "") or ""),
        icon=entity.icon,
        owner=owner,
        badges=_badges(entity, presenter, record, fields),
        tags=_tags(presenter, fields, record),
        breadcrumb=[Link(label=list_page.heading(entity.label_plural), url=addresses.list_of(entity))],
        figures=figures(entity, actor, record),
        commands=main,
        more=[button for button in more if button.id != f"{entity.key}.restore"],
        edit_url=edit_url,
        pin=_pin(entity, actor, record),
        tabs=tabs(entity, actor, record, active),
        properties=properties(presenter, record, fields, editable=bool(edit_url)),
        panels=panels(entity, actor, record),
        timeline=timeline.build(entity, actor, record) if active == TIMELINE else None,
        related=related_list(entity, actor, record, related) if related else None,
        print_url=addresses.page_of(entity, "print_record", record.pk) if may_take_away else "",
        documents_url=addresses.page_of(entity, "documents", record.pk) if may_take_away else "",
        restore=next((button for button in more if button.id == f"{entity.key}.restore"), None),
        deleted_note=_("This record is in the recycle bin.") if getattr(record, "deleted_at", None) else "",
        phone=next(
            (field.get(record) for field in fields.values() if field.kind is kinds.PHONE and field.get(record)), ""
        ),
    )


def _badges(entity: Entity, presenter: Presenter, record: Any, fields: dict[str, Field]) -> list[Badge]:
    keys = (
        entity.badges
        or tuple(key for key in entity.list_columns() if key in fields and fields[key].kind is kinds.CHOICE)[:3]
    )
    return [badge for key in keys if key in fields for badge in presenter.cell(fields[key], record).badges]


def _tags(presenter: Presenter, fields: dict[str, Field], record: Any) -> list[Badge]:
    return list(presenter.cell(fields["tags"], record).badges) if "tags" in fields else []


def _edit_url(entity: Entity, actor: Actor, record: Any) -> str:
    if "edit" not in entity.commands or not gate.permits(actor, entity, "edit"):
        return ""
    return addresses.page_of(entity, "edit", record.pk) if gate.admits(actor, entity, [record.pk], "edit") else ""


def buttons(entity: Entity, actor: Actor, record: Any) -> tuple[list[CommandButton], list[CommandButton]]:
    """Two main commands and the rest; a blocked one stays visible with its reason."""
    deleted = getattr(record, "deleted_at", None) is not None
    found = [
        command
        for command in commands.commands_of(entity)
        if not command.new and command.name not in PLACED and command.on_deleted == deleted and command.permits(actor)
    ]
    ordered = sorted(found, key=lambda command: (not command.primary, command.built_in))
    shown = [_button(command, actor, record) for command in ordered]
    main = [button for command, button in zip(ordered, shown, strict=True) if not command.built_in][:2]
    return main, [button for button in shown if button not in main]


def _pin(entity: Entity, actor: Actor, record: Any) -> CommandButton | None:
    """What pins the record, or takes the pin away again."""
    possible = {one.name: one for one in commands.commands_of(entity) if one.name in PLACED and one.permits(actor)}
    if "pin" not in possible or getattr(record, "deleted_at", None) is not None:
        return None
    return _button(possible["unpin" if pins.is_pinned(actor, entity, record.pk) else "pin"], actor, record)


def _button(command: Command, actor: Actor, record: Any) -> CommandButton:
    return CommandButton(
        id=command.key,
        label=str(command.label),
        icon=command.icon,
        primary=command.primary,
        danger=command.danger,
        url=addresses.page_of(command.entity, "command", record.pk, command.name),
        direct=not command.inputs(actor),
        blocked_reason=command.blocked(record, actor),
    )


def figures(entity: Entity, actor: Actor, record: Any) -> list[KeyFigure]:
    found = []
    for figure in registry.with_extensions(entity.key, "figure", entity.figures):
        value, hint, url = figure.compute(actor, record)
        found.append(KeyFigure(label=str(figure.label), value=value, note=hint, url=url))
    return found[:6]


def all_related(entity: Entity, place: str) -> list[Related]:
    """Declared related lists of a place (tab or side) of which the target exists."""
    return [
        related for related in registry.with_extensions(entity.key, "related", entity.related) if related.place == place
    ]


def tab_panels(entity: Entity) -> list[PanelOption]:
    """Panels that are tabs: the entity's own, of higher floors, and of features."""
    own = [panel for panel in registry.with_extensions(entity.key, "tab", entity.panels) if panel.place == "tab"]
    return own + [panel for feature in features() if feature.applies(entity) for panel in feature.tabs(entity)]


def _key(related: Related) -> str:
    return f"{related.entity}.{related.by}"


def find_related(entity: Entity, key: str) -> Related | None:
    return next((related for related in all_related(entity, "tab") if _key(related) == key), None)


def tabs(entity: Entity, actor: Actor, record: Any, active: str) -> list[Tab]:
    """Timeline, properties in full on phones, related lists with counts, panels, changes."""
    found = [(TIMELINE, _("Overview"), "")]
    for related in all_related(entity, "tab"):
        target = registry.get(related.entity)
        if gate.permits(actor, target, "view"):
            number = target.rows_of(actor, **{related.by: record.pk}).order_by()[:1000].count()
            found.append(
                (
                    _key(related),
                    list_page.heading(related.label or target.label_plural),
                    f"{number:,}" if number else "",
                )
            )
    found += [
        (panel.key, list_page.heading(panel.label), "")
        for panel in tab_panels(entity)
        if gate.permits(actor, entity, panel.permission)
    ]
    if files_tab.offered(entity, actor):
        label = list_page.heading(files_tab.attachments().label_plural)
        found.append((FILES, label, files_tab.count(entity, actor, record)))
    found.append((HISTORY, _("Changes"), ""))
    first = entity.first_tab or TIMELINE
    found.sort(key=lambda one: one[0] != first)
    page = addresses.record(entity, record.pk)
    found = in_place(entity, actor, layout.TABS, found, by=lambda tab: tab[0])
    return [
        Tab(
            id=key,
            label=label,
            count=count,
            active=key == active,
            url=addresses.page_of(entity, "tab", record.pk, key),
            page_url=page if key == first else f"{page}?tab={key}",
        )
        for key, label, count in found
    ]


def related_list(entity: Entity, actor: Actor, record: Any, related: Related, after: str = "") -> ListPage:
    """The records of another entity that name this one."""
    target = registry.get(related.entity)
    shown = layout.related_columns(entity, actor, related)
    node = parse(["eq", related.by, str(record.pk)], target.readable(actor).get)
    found = queries.page(target, actor, queries.Query(filter=node), limit=20, after=after)
    add = gate.permits(actor, target, "create") and "create" in target.commands
    return ListPage(
        entity_key=target.key,
        title=list_page.heading(related.label or target.label_plural),
        url=addresses.list_of(target),
        columns=tuple(ColumnHead(id=field.key, label=str(field.label), kind=page_kind(field)) for field in shown),  # type: ignore[arg-type]
        rows=list_page.rows_of(target, actor, shown, found.records),
        next_url=addresses.page_of(entity, "tab", record.pk, _key(related), after=found.after) if found.after else "",
        create_url=addresses.page_of(target, "create", **{related.by: record.pk}) if add else "",
        create_label=list_page.new_label(target),
        bulk_url=addresses.page_of(target, "bulk"),
        empty=EmptyState(title=_("No %(entities)s yet") % {"entities": target.label_plural}, icon=target.icon)
        if not found.records
        else None,
    )


def properties(presenter: Presenter, record: Any, fields: dict[str, Field], *, editable: bool) -> list[PropertyGroup]:
    """The fields that rules leave there, by the form's sections, in place ``editable`` where the reader may; system fields at the end."""
    entity = presenter.entity
    ruling = rules.ruling(entity, record, presenter.actor)
    changeable = list_page.editable_keys(entity, presenter.actor) - ruling.locked if editable else set()
    left, groups = {key: field for key, field in fields.items() if key not in ruling.hidden}, []
    sections = [(one.key, str(one.label), one.fields) for one in layout.sections(entity, presenter.actor)]
    for key, label, names in (
        *sections,
        ("system", _("Record"), ("created_by", "created_at", "modified_by", "modified_at")),
    ):
        rows = [
            property_row(entity, presenter, record, left.pop(name), name in changeable)
            for name in names
            if name in left
        ]
        if rows:
            groups.append(PropertyGroup(id=key, label=label, rows=rows))
    return groups


def property_row(entity: Entity, presenter: Presenter, record: Any, field: Field, editable: bool) -> PropertyRow:
    url = addresses.page_of(entity, "property", record.pk, field.key) if editable else ""
    cell = presenter.cell(field, record)
    may_reveal = cell.masked and gate.permits(presenter.actor, entity, "reveal")
    return PropertyRow(
        id=field.key,
        label=str(field.label),
        cell=cell,
        edit_url=url,
        reveal_url=addresses.page_of(entity, "reveal", record.pk, field.key) if may_reveal else "",
    )


def panels(entity: Entity, actor: Actor, record: Any) -> list[Panel]:
    """Side panels; each loads in its own request when it comes into view."""
    found = [
        Panel(id=panel.key, title=str(panel.label), url=addresses.page_of(entity, "panel", record.pk, panel.key))
        for panel in registry.with_extensions(entity.key, "panel", entity.panels)
        if panel.place == "side" and gate.permits(actor, entity, panel.permission)
    ]
    for related in all_related(entity, "side"):
        target = registry.get(related.entity)
        if gate.permits(actor, target, "view"):
            found.append(
                Panel(
                    id=_key(related),
                    title=list_page.heading(related.label or target.label_plural),
                    url=addresses.page_of(entity, "panel", record.pk, _key(related)),
                )
            )
    return in_place(entity, actor, layout.SIDE, found, by=lambda panel: panel.id)


def in_place(entity: Entity, actor: Actor, place: str, parts: Sequence[Any], *, by: Callable[[Any], str]) -> list[Any]:
    """The parts as the actor's layout arranges them."""
    found = {by(part): part for part in parts}
    return [found[key] for key in layout.in_order(entity, actor, place, found)]


def side_panel(entity: Entity, actor: Actor, record: Any, related: Related) -> Panel:
    """A related list beside the record, as small cards."""
    target = registry.get(related.entity)
    presenter = Presenter(target, actor, layout.related_columns(entity, actor, related))
    rows = target.rows_of(actor, **{related.by: record.pk})
    records = list(rows.order_by("-pk")[: related.limit])
    presenter.load(records)
    number = rows.order_by()[:1000].count()
    add = gate.permits(actor, target, "create") and "create" in target.commands
    return Panel(
        id=_key(related),
        title=list_page.heading(related.label or target.label_plural),
        count=f"{number:,}" if number else "",
        cards=[list_page.card_of(presenter, one) for one in records],
        empty=_("Nothing yet."),
        add_url=addresses.page_of(target, "create", **{related.by: record.pk}) if add else "",
        add_label=list_page.new_label(target),
        all_url=f"{addresses.record(entity, record.pk)}?tab={_key(related)}" if number > related.limit else "",
    )
