"""Lets background jobs know that people are at work, and people that a job needs everything to stand still."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from guanxi.platform.jobs import maintenance
from guanxi.platform.jobs.interactive import note_interactive_use

READING = {"GET", "HEAD", "OPTIONS"}


class InteractiveUseMiddleware:
    """Counts saves and opened pages; not live streams, health checks and fragments that refresh themselves.

    Whoever only watches the progress of an import must not slow it down by watching.
    """

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in READING or "text/html" in request.headers.get("Accept", ""):
            note_interactive_use()
        return self.get_response(request)


class MaintenanceMiddleware:
    """Refuses whatever would write while the database is being exchanged: 503, and when to come back."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in READING or not maintenance.kind():
            return self.get_response(request)
        text = _("A backup is being restored. Nothing can be saved for a few minutes; try again then.")
        response: HttpResponse
        if "text/html" in request.headers.get("Accept", "") and "HX-Request" not in request.headers:
            response = render(request, "jobs/standing_still.html", {"message": text}, status=503)
        else:
            response = JsonResponse({"code": "maintenance", "message": text}, status=503)
        response["Retry-After"] = str(maintenance.RETRY_AFTER)
        return response
