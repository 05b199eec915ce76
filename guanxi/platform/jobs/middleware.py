"""Lets background jobs know that people are at work."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

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
