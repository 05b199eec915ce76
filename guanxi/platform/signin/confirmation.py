"""Where somebody proves once more who they are, and comes back from there."""

from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


def page_for(request: Any, back: str = "") -> str:
    """The address of the first way this person has (password, code, key), leading back to ``back``, else to where the
    request came from. Whoever has none, because another system signs them in, signs in anew."""
    methods = get_adapter(request).get_reauthentication_methods(request.user)
    url = methods[0]["url"] if methods else reverse("confirm_again")
    return f"{url}?{urlencode({'next': back or came_from(request)})}"


def came_from(request: Any) -> str:
    """The page in front of the person: the one asked for, or the one that a form or a part of a page was sent from."""
    inner = request.headers.get("HX-Request") or request.headers.get("X-Requested-With") == "gx-dialog"
    if request.method == "GET" and not inner:
        return str(request.get_full_path())
    sender = str(request.headers.get("HX-Current-URL") or request.headers.get("Referer") or "")
    here = url_has_allowed_host_and_scheme(sender, {request.get_host()}, require_https=request.is_secure())
    return sender if here else reverse("home")
