"""Documents of one record, out of Word templates."""

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from guanxi.platform.access import gate
from guanxi.platform.access.requests import Request, whole_number
from guanxi.platform.documents import making, office
from guanxi.platform.documents.errors import NoOffice, WrongTemplate
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.files.errors import FileRefused
from guanxi.platform.files.serving import as_download
from guanxi.platform.ui import addresses, files_tab
from guanxi.platform.ui.doors import part, refused, with_entity


@require_http_methods(["GET", "POST"])
@with_entity
def documents(request: Request, entity: Entity, pk: int) -> HttpResponseBase:
    """The templates that there are (GET); one of them filled in, as a download (POST: ``template`` names it, or
    ``pdf``; with ``keep`` a copy stays with the record's files)."""
    actor = request.actor
    gate.require(actor, entity, "export")
    record = gate.get(actor, entity, pk, "export")
    if request.method == "GET":
        return _dialog(request, entity, record)
    as_pdf = "pdf" in request.POST
    chosen = whole_number(request.POST.get("pdf" if as_pdf else "template", "")) or 0
    try:
        made = making.make(chosen, entity, actor, record, making.PDF if as_pdf else making.WORD)
        if "keep" in request.POST:
            making.keep(made, entity, actor, record)
    except (WrongTemplate, NoOffice) as error:
        return refused(request, 409, str(error))
    except FileRefused as error:
        return refused(request, 422, str(error))
    return as_download(made.data, made.name)


def _dialog(request: Request, entity: Entity, record: Any) -> HttpResponse:
    actor = request.actor
    own = registry.get(making.TEMPLATES)
    may_add = gate.permits(actor, own, "create")
    return part(
        request, "documents", entity=entity, label=entity.label,
        templates=[(one.pk, own.title_of(one, actor)) for one in making.templates_for(entity, actor)],
        url=addresses.page_of(entity, "documents", record.pk), why_no_pdf=office.why_not(),
        add_url=addresses.page_of(own, "create", target=entity.key) if may_add else "",
        may_keep=files_tab.may_add(entity, actor, record),
    )  # fmt: skip
