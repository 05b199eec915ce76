"""Dashboards: the page, its tiles, their order."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from guanxi.platform.access import gate
from guanxi.platform.access.requests import Request, whole_number
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.entities import registry
from guanxi.platform.reports.models import Dashboard, Tile
from guanxi.platform.ui import dashboard_page
from guanxi.platform.ui.answers import toast
from guanxi.platform.ui.doors import page, part, signed_in


@require_GET
@signed_in
def show(request: Request, pk: int) -> HttpResponse:
    """A dashboard alone: ``screen=1`` for the wall, ``edit=1`` to arrange it."""
    saved = _find(request, pk)
    screen, edit = request.GET.get("screen") == "1", request.GET.get("edit") == "1"
    return page(request, "dashboard", dashboard_page.build(saved, request.actor, screen=screen, edit=edit))


def _find(request: Request, pk: int) -> Dashboard:
    entity = registry.get(Dashboard)
    gate.require(request.actor, entity, "view")
    found: Dashboard = gate.get(request.actor, entity, pk)
    return found


@require_GET
@signed_in
def tile(request: Request, pk: int, tile: int) -> HttpResponse:
    """The inside of one tile."""
    saved = _find(request, pk)
    found = gate.get(request.actor, registry.get(Tile), tile)
    if found.dashboard_id != saved.pk:
        raise gate.NotFound
    return part(request, "tile", tile=dashboard_page.inside(found, request.actor))


@require_POST
@signed_in
def order(request: Request, pk: int) -> HttpResponse:
    """Keep the order in which the tiles were put."""
    saved = _find(request, pk)
    version = whole_number(request.POST.get("version", "")) or saved.version
    run(
        commands.get("reports.dashboard.edit"), request.actor, ids=[saved.pk],
        inputs={"order": request.POST.get("order", "")}, versions={saved.pk: version},
    )  # fmt: skip
    saved.refresh_from_db(fields=["version"])
    response = toast(HttpResponse(status=204), _("The order is kept."))
    response["X-Version"] = str(saved.version)
    return response
