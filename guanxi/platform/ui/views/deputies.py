"""Naming deputies, acting for somebody, and back to oneself."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guanxi.platform.access import deputies
from guanxi.platform.access.kinds import Invalid
from guanxi.platform.access.middleware import ACTING_FOR
from guanxi.platform.access.requests import Request
from guanxi.platform.ui import deputies_page, form_page
from guanxi.platform.ui.answers import done
from guanxi.platform.ui.doors import page, part, signed_in


@require_GET
@signed_in
def show(request: Request) -> HttpResponse:
    return page(request, "account/deputies.html", deputies_page.build(request.actor, request.user))


@require_http_methods(["GET", "POST"])
@signed_in
def name(request: Request) -> HttpResponse:
    """The dialog of a new appointment."""
    actor = request.actor
    if request.method == "GET":
        return part(request, "command_form", page=deputies_page.form(actor))
    inputs = deputies_page.fields(actor)
    raw = form_page.read(request.POST, inputs.values())
    values, errors = {}, {}
    for key, field in inputs.items():
        try:
            values[key] = field.parse(raw.get(key))
        except Invalid as error:
            errors[key] = str(error)
    if not errors:
        principal = int(values.get("principal") or actor.me)
        try:
            deputies.appoint(
                actor, principal, values["deputy"], values["since"], values["until"], values.get("note") or ""
            )
        except Invalid as error:
            errors[""] = str(error)
    if errors:
        return part(request, "command_form", status=422, page=deputies_page.form(actor, raw, errors))
    return done(reverse("deputies"), _("The deputy is named."), request)


@require_POST
@signed_in
def end(request: Request, pk: int) -> HttpResponse:
    deputies.end(request.actor, pk)
    return done(reverse("deputies"), _("The deputy's time has ended."), request)


@require_POST
@signed_in
def act(request: Request, pk: int) -> HttpResponse:
    """From now on act for somebody, until one goes back or the appointment ends."""
    deputies.begin(request.actor, pk)
    request.session[ACTING_FOR] = pk
    return done(
        reverse("home"), _("You are acting for somebody else now. Everything you do carries both names."), request
    )


@require_POST
@signed_in
def stop(request: Request) -> HttpResponse:
    """Back to oneself."""
    deputies.stop(request.actor)
    request.session.pop(ACTING_FOR, None)
    return done(reverse("home"), _("You are yourself again."), request)
