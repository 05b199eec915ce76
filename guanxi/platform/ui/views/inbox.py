"""The inbox."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from guanxi.platform.access import gate
from guanxi.platform.access.requests import Request, whole_number
from guanxi.platform.commands import held
from guanxi.platform.messages import selectors, services
from guanxi.platform.ui import inbox_page
from guanxi.platform.ui.doors import page, part, signed_in


@require_GET
@signed_in
def show(request: Request) -> HttpResponse:
    before = request.GET.get("before", "")
    wanted = request.GET.get("show", "")
    shown = wanted if wanted in (inbox_page.UNREAD, inbox_page.DECISIONS) else inbox_page.ALL
    return page(request, "inbox", inbox_page.build(request.actor, shown, whole_number(before)))


@require_POST
@signed_in
def read_everything(request: Request) -> HttpResponse:
    services.read_all(request.actor)
    return redirect("inbox")


@require_POST
@signed_in
def read_one(request: Request, pk: int) -> HttpResponse:
    """Mark one notification as read; a repetition does no harm."""
    if selectors.one(request.actor, pk) is None:
        raise gate.NotFound
    services.mark_read(request.actor, [pk])
    if not request.htmx:
        return redirect("inbox")
    response = HttpResponse(status=204)
    response["HX-Redirect"] = reverse("inbox")
    return response


@require_GET
@signed_in
def decision(request: Request, pk: int) -> HttpResponse:
    """The dialog in which a held command is approved or refused."""
    row = next((one for one in held.waiting_for(request.actor) if one.pk == pk), None)
    if row is None:
        raise gate.NotFound
    return part(request, "command_form", page=inbox_page.decision_form(row, request.GET.get("decision") == "approve"))
