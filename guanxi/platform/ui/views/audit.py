"""The auditor's pages."""

from tempfile import TemporaryFile

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guanxi.platform.access import gate
from guanxi.platform.access.kinds import Invalid
from guanxi.platform.access.requests import Request
from guanxi.platform.audit import incident as incidents
from guanxi.platform.commands.record_event import by
from guanxi.platform.entities import registry
from guanxi.platform.exchange import exporting
from guanxi.platform.exchange.choices import Format
from guanxi.platform.exchange.writing import Sheet, write_csv, write_xlsx
from guanxi.platform.files.serving import SANDBOX
from guanxi.platform.jobs.sentences import sentence
from guanxi.platform.jobs.services import enqueue
from guanxi.platform.ui import audit_page
from guanxi.platform.ui.doors import page, signed_in


def _require(request: Request, action: str = "view") -> None:
    gate.require(request.actor, registry.get("audit.event"), action)


@require_GET
@signed_in
def trail(request: Request) -> HttpResponse:
    """Whether the trail is whole, and since when that is known."""
    _require(request)
    return page(request, "audit_trail", audit_page.trail(request.actor))


@require_POST
@signed_in
def verify(request: Request) -> HttpResponse:
    """Verify it now, as a job."""
    _require(request)
    label = sentence(gettext_noop("Verification of the audit trail"))
    job = enqueue("audit.verify", {}, owner_id=request.actor.user_id, label=label)
    return redirect("job", pk=job.pk)


@require_http_methods(["GET", "POST"])
@signed_in
def incident(request: Request) -> HttpResponseBase:
    """Who came upon these customers: the form, the answer, and the answer as a file."""
    _require(request)
    actor, data = request.actor, request.POST
    if request.method == "GET":
        return page(request, "audit_incident", audit_page.incident(actor, request.GET))
    try:
        question = audit_page.read_question(data)
    except Invalid as error:
        return page(request, "audit_incident", audit_page.incident(actor, data, error=str(error)), status=422)
    since, until = question.bounds(actor)
    wanted = data.get("format", "")
    if wanted:
        _require(request, "export")
    found = incidents.contacts(question.names, since, until)
    if wanted:
        return _file(request, question, found, Format.CSV if wanted == Format.CSV else Format.XLSX)
    incidents.remember(question.names, since, until, by(actor))
    return page(request, "audit_incident", audit_page.incident(actor, data, question, found))


def _file(
    request: Request, question: audit_page.Question, found: list[incidents.Contact], format: Format
) -> HttpResponseBase:
    actor, target = request.actor, TemporaryFile()  # noqa: SIM115 -- the response closes it
    columns, rows, texts = audit_page.columns(), audit_page.table(found, question), exporting.texts_of(actor)
    if format is Format.CSV:
        write_csv(target, columns, rows, texts=texts)
    else:
        title = _("Incident report")
        write_xlsx(
            target, [Sheet(title, columns, rows)], title=title, author=actor.name, created=actor.now(), texts=texts
        )
    fingerprint = exporting.fingerprint_of(target)
    incidents.remember(question.names, *question.bounds(actor), by(actor), format, fingerprint)
    name = f"incident-{actor.now().astimezone(actor.zone):%Y%m%d-%H%M}.{format}"
    response = FileResponse(target, as_attachment=True, filename=name, content_type=exporting.CONTENT_TYPES[format])
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    response["Cache-Control"] = "private, no-store"
    return response
