"""How a person likes their pages. These are the person's own settings, not records: no event tells of them."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from guanxi.platform.access.models import User
from guanxi.platform.access.requests import Request
from guanxi.platform.ui.doors import signed_in

YEAR = 365 * 24 * 3600
SIDEBAR = ("open", "closed")


@require_POST
@signed_in
def save(request: Request) -> HttpResponse:
    """Keep theme, density, the folded menu and the seen tour; 400 for a value that does not exist."""
    sent = {name: request.POST[name] for name in ("theme", "density", "sidebar", "tour") if name in request.POST}
    allowed = {"theme": User.Theme.values, "density": User.Density.values, "sidebar": SIDEBAR, "tour": ("done",)}
    if not sent or any(value not in allowed[name] for name, value in sent.items()):
        return HttpResponse(status=400)
    columns: dict[str, Any] = {name: sent[name] for name in ("theme", "density") if name in sent}
    if "tour" in sent:
        columns["toured"] = True
    if columns:
        User.objects.filter(pk=request.actor.me).update(**columns)
    response = HttpResponse(status=204)
    if "sidebar" in sent:
        response.set_cookie("gx_sidebar", sent["sidebar"], max_age=YEAR, samesite="Lax", secure=settings.HTTPS)
    return response


@require_POST
@signed_in
def language(request: Request) -> HttpResponse:
    """Keep the language and go back to the page."""
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES):
        return HttpResponse(status=400)
    User.objects.filter(pk=request.actor.me).update(language=chosen)
    back = request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe else "home")
