"""The configuration as one file: download it, look at what another installation's would change, bring it in."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from guanxi.platform.access import gate
from guanxi.platform.access.requests import Request
from guanxi.platform.customizing import transfer
from guanxi.platform.entities import registry
from guanxi.platform.ui import configuration_page
from guanxi.platform.ui.answers import done
from guanxi.platform.ui.doors import page, signed_in

FIELDS = "customizing.customfield"


@require_GET
@signed_in
def show(request: Request) -> HttpResponse:
    gate.require(request.actor, registry.get(FIELDS), "view")
    return page(request, "configuration", configuration_page.build(request.actor))


@require_GET
@signed_in
def download(request: Request) -> HttpResponse:
    response = HttpResponse(transfer.written(request.actor), content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="guanxi-configuration.json"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@signed_in
def bring(request: Request) -> HttpResponse:
    """A file: what it would do; its text sent back with "_run": do it."""
    sent, text = request.FILES.get("file"), request.POST.get("content", "")
    running = "_run" in request.POST
    content = sent.read(transfer.MOST_BYTES + 1) if sent is not None and not running else text.encode()
    try:
        plan = transfer.bring_in(content, request.actor, trial=not running)
    except transfer.NotAConfiguration as error:
        shown = configuration_page.build(request.actor)
        return page(request, "configuration", shown, status=422, refusal=str(error))
    if not running:
        shown = configuration_page.build(request.actor, plan, content.decode())
        return page(request, "configuration", shown)
    written = plan.count(transfer.State.NEW) + plan.count(transfer.State.CHANGED)
    said = ngettext("%(count)d entry was brought in.", "%(count)d entries were brought in.", written)
    return done(reverse("configuration"), said % {"count": written}, request)
