"""Reports: making one, keeping it, taking it away."""

from collections.abc import Mapping
from typing import Any

from django.http import FileResponse, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.requests import Request, whole_number
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.exchange.choices import Format
from guanxi.platform.exchange.exporting import CONTENT_TYPES
from guanxi.platform.feel.nodes import FilterError
from guanxi.platform.files.serving import SANDBOX
from guanxi.platform.reports import filing
from guanxi.platform.reports.definition import PARTS, Definition
from guanxi.platform.reports.entities import parts_of
from guanxi.platform.reports.models import Report
from guanxi.platform.reports.shipped_names import in_language
from guanxi.platform.ui import addresses, report_page
from guanxi.platform.ui.answers import done, undo_url
from guanxi.platform.ui.doors import page, part, with_entity


@require_GET
@with_entity
def show(request: Request, entity: Entity) -> HttpResponse:
    """The page on which a report is made: in the state of the address, or as a saved one was kept."""
    actor = request.actor
    saved = _saved(entity, actor, request.GET)
    error = ""
    try:
        definition = Definition.read(entity, _parts(request.GET, saved))
    except FilterError as refusal:
        definition, error = Definition(entity), str(refusal)
    context = report_page.build(definition, actor, saved, error)
    if not request.htmx:
        return page(request, "report", context, entity=entity, status=400 if error else 200)
    response = part(request, "report_builder", entity=entity, page=context)
    known = {"report": saved.pk} if saved else {}
    response["HX-Push-Url"] = report_page.address(definition, **known)
    return response


def _saved(entity: Entity, actor: Actor, data: QueryDict) -> Report | None:
    """The saved report that the address names. Raises NotFound."""
    pk = whole_number(data.get("report", ""))
    if pk is None:
        return None
    found = gate.get(actor, registry.get(Report), pk)
    if found.subject != entity.key:
        raise gate.NotFound
    return found


def _parts(data: QueryDict, saved: Report | None = None) -> Mapping[str, Any]:
    """What the form or address says; several choices of one kind are joined. An address that names nothing but a saved
    report shows it as it was kept."""
    if saved is not None and not any(part in data for part in PARTS):
        return parts_of(saved)
    return {part: ",".join(dict.fromkeys(filter(None, data.getlist(part)))) for part in PARTS}


@require_POST
@with_entity
def save(request: Request, entity: Entity) -> HttpResponse:
    """Keep the changed definition of a saved report."""
    saved = _saved(entity, request.actor, request.POST)
    if saved is None:
        raise gate.NotFound
    definition = Definition.read(entity, _parts(request.POST))
    version = whole_number(request.POST.get("version", "")) or saved.version
    outcome = run(
        commands.get("reports.report.edit"), request.actor, ids=[saved.pk], inputs=definition.parameters(),
        versions={saved.pk: version},
    )  # fmt: skip
    message = _("The report is saved.")
    return done(addresses.record(registry.get(Report), saved.pk), message, request, undo_url=undo_url(outcome.batch))


@require_GET
@with_entity
def take_away(request: Request, entity: Entity) -> HttpResponseBase:
    """The report as a workbook, as a PDF or on paper."""
    actor = request.actor
    saved = _saved(entity, actor, request.GET)
    definition = Definition.read(entity, _parts(request.GET, saved))
    form = request.GET.get("format", "")
    if form == "print":
        context = report_page.on_paper(definition, actor, saved)
        return part(request, "report_print", entity=entity, page=context)
    chosen = Format.PDF if form == "pdf" else Format.XLSX
    title = in_language(saved.name) if saved else str(entity.label_plural)
    target = filing.take_away(definition, actor, chosen, title)
    response = FileResponse(
        target, as_attachment=True, filename=filing.file_name(title, actor, chosen), content_type=CONTENT_TYPES[chosen]
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    response["Cache-Control"] = "private, no-store"
    return response
