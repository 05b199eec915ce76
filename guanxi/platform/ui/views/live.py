"""The event stream of a signed-in browser. The view is synchronous and does all that needs the database; what it
returns is an asynchronous stream of bytes that needs neither a thread nor a connection."""

from collections.abc import AsyncIterator

from asgiref.sync import SyncToAsync
from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from guanxi.platform.access.requests import Request, whole_number
from guanxi.platform.messages import live
from guanxi.platform.messages.hub import Stream
from guanxi.platform.ui import inbox_page


def _open_label() -> str:
    return _("Open")


poller = live.poller_for(
    live.Addresses(notice=inbox_page.notice_url, job=lambda pk: reverse("job", args=[pk]), open_label=_open_label)
)


@require_GET
def stream(request: Request) -> HttpResponseBase:
    """GET /live/: events as live.js expects them; 401 signed out, 204 (do not come back) where there is no room."""
    actor = request.actor
    if actor is None:
        return HttpResponse(status=401)
    if not isinstance(request, ASGIRequest) or live.hub.full(actor.me):
        return HttpResponse(status=204)
    last = request.headers.get("Last-Event-ID", "")
    opened = Stream(actor.me, request.session.session_key or "", since=whole_number(last))
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()
    response = StreamingHttpResponse(_chunks(opened), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


async def _chunks(opened: Stream) -> AsyncIterator[bytes]:
    """The bytes of a stream that is known to the hub as long as somebody listens."""
    _release_thread()
    live.hub.join(opened)
    poller.wake()
    try:
        async for chunk in opened.chunks():
            yield chunk
    finally:
        live.hub.leave(opened)


def _release_thread() -> None:
    """End the thread that served the synchronous part of this request: Django would keep it until the stream ends.
    asgiref makes a new one when the request has synchronous work again, which is at its end."""
    context = SyncToAsync.thread_sensitive_context.get(None)
    executor = SyncToAsync.context_to_thread_executor.pop(context, None) if context is not None else None
    if executor is not None:
        executor.shutdown(wait=False)
