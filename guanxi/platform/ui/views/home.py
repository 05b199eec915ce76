"""The workbench."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from guanxi.platform.access.requests import Request
from guanxi.platform.ui import dashboard_page, home_page
from guanxi.platform.ui.doors import page, signed_in


@require_GET
@signed_in
def show(request: Request) -> HttpResponse:
    return page(request, "home", home_page.build(request.actor), board=dashboard_page.of_workbench(request.actor))
