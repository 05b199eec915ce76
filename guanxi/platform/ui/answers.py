"""Answers after a command: where to go and what to say, as a page or for a swap."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from guanxi.platform.access.requests import Request


def toast(
    response: HttpResponse,
    message: str,
    *,
    tone: str = "success",
    undo_url: str = "",
    url: str = "",
    url_label: str = "",
) -> HttpResponse:
    """Show a toast in the page that made this request."""
    content = {"message": message, "tone": tone, "undo_url": undo_url, "url": url, "url_label": url_label}
    response["HX-Trigger"] = json.dumps({"gx:toast": {key: value for key, value in content.items() if value}})
    return response


def done(url: str, message: str, request: Request, *, undo_url: str = "") -> HttpResponse:
    """Go to a page and say there what happened."""
    messages.success(
        request, json.dumps({"message": message, "tone": "success", "undo_url": undo_url}), extra_tags="toast"
    )
    if request.htmx:
        response = HttpResponse(status=204)
        response["HX-Redirect"] = url
        return response
    return redirect(url)


def undo_url(batch: Any) -> str:
    """Where a batch is undone."""
    return reverse("undo", args=[str(batch)]) if batch else ""


def toasts_of(request: Request) -> list[dict[str, Any]]:
    """What earlier answers left to say."""
    return [
        json.loads(message.message)
        for message in messages.get_messages(request)
        if "toast" in (message.extra_tags or "")
    ]
