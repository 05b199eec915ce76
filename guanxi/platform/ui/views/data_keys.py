"""Data keys in the browser."""

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from guanxi.platform.access.requests import Request
from guanxi.platform.keyring import jobs, rights
from guanxi.platform.ui import keys_page
from guanxi.platform.ui.answers import done
from guanxi.platform.ui.doors import confirmed, page, signed_in


@require_GET
@signed_in
def show(request: Request) -> HttpResponse:
    rights.require(request.actor, "view")
    return page(request, "data_keys", keys_page.page(request.actor))


@require_POST
@confirmed
def rotate(request: Request) -> HttpResponse:
    """A new key, and everything encrypted anew in the background; what is under way is carried on."""
    rights.require(request.actor, "rotate")
    try:
        job = jobs.start_rotation(request.actor)
    except ImproperlyConfigured:
        told = _("The keys stand in GUANXI_DATA_KEYS. Add a new one there as the last, restart, and rotate then.")
        return page(request, "data_keys", keys_page.page(request.actor), status=422, refusal=told)
    return done(reverse("job", args=[job.pk]), _("It runs in the background. You are told when it ends."), request)
