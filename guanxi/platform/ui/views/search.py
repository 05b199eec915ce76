"""The page of the search."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from guanxi.platform.access.requests import Request
from guanxi.platform.ui import search_page
from guanxi.platform.ui.doors import page, signed_in


@require_GET
@signed_in
def show(request: Request) -> HttpResponse:
    """GET ?q=&kind=: everything, or one kind of record alone."""
    text = request.GET.get("q", "").replace("\0", " ").strip()[:200]
    return page(request, "search", search_page.build(request.actor, text, request.GET.get("kind", "")))
