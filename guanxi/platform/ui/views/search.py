"""The page of the search."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from guanxi.platform.access.requests import Request
from guanxi.platform.ui import search_page
from guanxi.platform.ui.doors import page, part, signed_in


@require_GET
@signed_in
def show(request: Request) -> HttpResponse:
    """GET ?q=&kind=: everything, or one kind of record alone."""
    text = request.GET.get("q", "").replace("\0", " ").strip()[:200]
    return page(request, "search", search_page.build(request.actor, text, request.GET.get("kind", "")))


@require_GET
@signed_in
def indexing(request: Request) -> HttpResponse:
    """GET: what is still to be indexed, alone; a page that shows it asks again and again."""
    return part(request, "search_indexing", indexing=search_page.indexing() or search_page.indexed())
