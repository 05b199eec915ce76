"""Dashboards as pages. Each tile is a request of its own, so that a slow one does not hold the page."""

from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.calendar.models import Task
from guanxi.platform.entities import query as queries
from guanxi.platform.entities import registry
from guanxi.platform.entities.query import SortError
from guanxi.platform.feel.nodes import FilterError
from guanxi.platform.reports.choices import TileKind
from guanxi.platform.reports.entities import definition_of, list_at
from guanxi.platform.reports.models import Dashboard as Saved
from guanxi.platform.reports.models import Report, Tile
from guanxi.platform.reports.reading import read
from guanxi.platform.reports.selectors import home_dashboard, tiles_of
from guanxi.platform.reports.shipped_names import in_language
from guanxi.platform.ui import addresses, home_page, list_page, report_page
from guanxi.platform.ui.contexts import ColumnHead, Link
from guanxi.platform.ui.contexts.dashboards import Dashboard, DashboardPage, TileInside, TilePlace
from guanxi.platform.ui.list_state import ListState
from guanxi.platform.ui.present import page_kind

ROWS, COLUMNS = 8, 4
#: Seconds between two looks of the full screen.
EVERY = 60


def build(saved: Saved, actor: Actor, *, screen: bool = False, edit: bool = False) -> DashboardPage:
    """A dashboard on a page of its own: for a screen on the wall, or to be arranged."""
    entity = registry.get(Saved)
    return DashboardPage(
        title=in_language(saved.name),
        board=board(saved, actor, edit=edit, every=EVERY if screen else 0),
        screen=screen,
        back_url=addresses.record(entity, saved.pk),
        breadcrumb=[Link(label=list_page.heading(entity.label_plural), url=addresses.list_of(entity))],
    )


def board(saved: Saved, actor: Actor, *, edit: bool = False, every: int = 0) -> Dashboard:
    """The places of the tiles, with what changes them while they are arranged."""
    entity, tiles = registry.get(Saved), registry.get(Tile)
    may_edit = gate.admits(actor, entity, [saved.pk], "edit")
    arranged = edit and may_edit
    page = reverse("dashboard", args=[saved.pk])
    return Dashboard(
        id=saved.pk,
        tiles=[_place(saved, tile, arranged) for tile in tiles_of(saved, actor)],
        every=every,
        order_url=reverse("dashboard_order", args=[saved.pk]) if arranged else "",
        version=saved.version,
        add_url=addresses.page_of(tiles, "create", dashboard=saved.pk) if may_edit else "",
        edit_url=f"{page}?edit=1" if may_edit and not edit else "",
        screen_url=f"{page}?screen=1",
    )


def of_workbench(actor: Actor) -> Dashboard | None:
    """The dashboard that stands on the reader's workbench."""
    if not gate.permits(actor, registry.get(Saved), "view"):
        return None
    saved = home_dashboard(actor)
    return board(saved, actor) if saved is not None else None


def _place(saved: Saved, tile: Tile, arranged: bool) -> TilePlace:
    entity = registry.get(Tile)
    return TilePlace(
        id=tile.pk,
        title=in_language(str(tile)),
        width=tile.width,
        url=reverse("dashboard_tile", args=[saved.pk, tile.pk]),
        edit_url=addresses.page_of(entity, "edit", tile.pk) if arranged else "",
        delete_url=addresses.page_of(entity, "command", tile.pk, "delete") if arranged else "",
    )


# --- the inside of a tile -----------------------------------------------------------------------------------
def inside(tile: Tile, actor: Actor) -> TileInside:
    """What a tile shows this reader, or why it shows nothing."""
    made = {
        TileKind.REPORT: _report,
        TileKind.LIST: _list,
        TileKind.FIGURE: _figure,
        TileKind.TASKS: _tasks,
        TileKind.TEXT: _text,
    }[TileKind(tile.kind)]
    try:
        return made(tile, actor)
    except (FilterError, SortError, gate.Forbidden) as refusal:
        return TileInside(title=in_language(str(tile)), empty=str(refusal))
    except gate.NotFound:
        return TileInside(title=in_language(str(tile)), empty=_("What this tile shows is gone or not open to you."))


def _report(tile: Tile, actor: Actor) -> TileInside:
    reports = registry.get(Report)
    saved = gate.get(actor, reports, tile.report_id or 0)
    definition = definition_of(saved)
    gate.require(actor, definition.entity, "view")
    words = report_page.Words(read(definition, actor), actor)
    drawn = report_page.chart(words, f"gx-tile-{tile.pk}")
    return TileInside(
        title=in_language(tile.title or saved.name),
        url=addresses.record(reports, saved.pk),
        chart=drawn and replace(drawn, title=in_language(tile.title or saved.name)),
        table=None if drawn else report_page.table(words),
    )


def _state(tile: Tile, actor: Actor) -> ListState:
    """The list of the tile's address. Raises NotFound, Forbidden, FilterError."""
    entity, given = list_at(tile.address)
    if entity is None:
        raise gate.NotFound
    gate.require(actor, entity, "view")
    kept: dict[str, Any] = {name: given.get(name, "") for name in ("filter", "q", "sort", "columns", "view")}
    return ListState.read(entity, actor, kept)


def _list(tile: Tile, actor: Actor) -> TileInside:
    state = _state(tile, actor)
    entity, fields = state.entity, list_page.shown_fields(state, actor)[:COLUMNS]
    found = queries.page(entity, actor, state.query(actor), limit=ROWS)
    return TileInside(
        title=in_language(tile.title) or list_page.heading(entity.label_plural),
        url=state.url(),
        columns=[ColumnHead(id=field.key, label=str(field.label), kind=page_kind(field)) for field in fields],  # type: ignore[arg-type]
        rows=list_page.rows_of(entity, actor, fields, found.records),
        empty="" if found.records else _("Nothing matches"),
    )


def _figure(tile: Tile, actor: Actor) -> TileInside:
    state = _state(tile, actor)
    number, exact = queries.count(state.entity, actor, state.query(actor))
    return TileInside(
        title=in_language(tile.title) or list_page.heading(state.entity.label_plural),
        url=state.url(),
        figure=f"{number:,}" if exact else f"{number:,}+",
        hint=str(state.entity.label_plural) if tile.title else "",
    )


def _tasks(tile: Tile, actor: Actor) -> TileInside:
    gate.require(actor, registry.get(Task), "view")
    due = home_page.due_tasks(actor)
    empty = "" if due else _("Nothing is due today")
    return TileInside(title=in_language(tile.title) or _("Today"), url=home_page.own_tasks(), tasks=due, empty=empty)


def _text(tile: Tile, actor: Actor) -> TileInside:
    return TileInside(title=tile.title, text=tile.text)
