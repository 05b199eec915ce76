"""What every page view shares: the signed-in actor, the entity of the address, and readable refusals."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import orjson
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from guanxi.platform.access import confirming, gate
from guanxi.platform.access.limits import LimitReached
from guanxi.platform.access.requests import Request
from guanxi.platform.audit import viewing
from guanxi.platform.commands.outcome import Blocked, Refusal
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.query import SortError
from guanxi.platform.feel.nodes import FilterError
from guanxi.platform.signin import confirmation
from guanxi.platform.ui import addresses, shell
from guanxi.platform.ui.contexts.basics import Link

View = Callable[..., HttpResponseBase]


def signed_in(view: View) -> View:
    """Decorator: only for people who are signed in; refusals become pages or fragments that explain."""

    @wraps(view)
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.actor is None:
            return redirect_to_login(request.get_full_path())
        try:
            return view(request, *args, **kwargs)
        except gate.NotFound as error:
            return refused(request, 404, str(error))
        except gate.MustConfirm as error:
            return _to_confirm(request, str(error))
        except gate.Forbidden as error:
            return refused(request, 403, str(error))
        except (FilterError, SortError) as error:
            return refused(request, 400, str(error))
        except LimitReached as error:
            return refused(request, 429, str(error))
        except Blocked as error:
            return refused(request, 409, str(error), _in_the_way(error))
        except Refusal as error:
            return refused(request, 409, str(error))

    return guarded


def confirmed(view: View) -> View:
    """Decorator: only for people who have proved within the last minutes who they are; others are led to it."""

    @signed_in
    @wraps(view)
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        confirming.require(request.actor)
        return view(request, *args, **kwargs)

    return guarded


def _to_confirm(request: Request, message: str) -> HttpResponse:
    """To the page where a person proves who they are, and back; scripts are told where it is."""
    url = confirmation.page_for(request)
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"message": message, "confirm_url": url}, status=403)
    if not request.htmx and request.headers.get("X-Requested-With") != "gx-dialog":
        return redirect(url)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = url
    return response


def with_entity(view: View) -> View:
    """Decorator: turns module and name of the address into the entity; needs the right to see it."""

    @signed_in
    @wraps(view)
    def found(request: Request, module: str, name: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        entity = registry.find(f"{module}.{name}")
        if entity is None:
            raise gate.NotFound
        gate.require(request.actor, entity, "view")
        return view(request, entity, *args, **kwargs)

    return found


def _in_the_way(error: Blocked) -> list[Link]:
    """Where the records are that stand in the way: what uses it, and the list of each kind that hangs on it, filtered."""
    links: dict[tuple[str, str], list[int]] = {}
    for one in error.hanging:
        links.setdefault((one.entity, one.field), []).append(one.record)
    found = [
        Link(label=f"{use.label}: {one.title}", url=addresses.stored(one)) for use in error.uses for one in use.named
    ]
    for (key, field), records in links.items():
        entity = registry.get(key)
        tree = orjson.dumps(["in", field, records]).decode()
        found.append(Link(label=str(entity.label_plural), url=addresses.list_of(entity, filter=tree)))
    return found


def refused(request: Request, status: int, message: str, links: Sequence[Link] = ()) -> HttpResponse:
    """A refusal as the door expects it: a fragment with the message, JSON, or a page. ``links`` lead to what is in the way."""
    if status in (403, 404):
        viewing.refused(request.actor, _route(request), status)
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"message": message}, status=status)
    if request.htmx:
        return render(request, "platform/refusal.html", {"message": message, "links": links}, status=status)
    context = {"shell": shell.build(request, request.actor), "page": {"title": _("Not possible")}, "message": message}
    return render(request, f"{status if status in (403, 404) else 400}.html", context, status=status)


def _route(request: Request) -> str:
    """The name of the address, with its entity: never the address itself, which may hold what somebody typed."""
    match = request.resolver_match
    if match is None:
        return ""
    entity = registry.find(f"{match.kwargs.get('module', '')}.{match.kwargs.get('name', '')}")
    return " ".join(filter(None, (match.url_name, entity.key if entity else "")))


def page(
    request: Request, template: str, context: Any, *, entity: Entity | None = None, status: int = 200, **extra: Any
) -> HttpResponse:
    """A full page in the shell. ``context`` is one of the …Page classes."""
    data = {"shell": shell.build(request, request.actor), "page": context, **extra}
    response = render(request, template_names(entity, template), data, status=status)
    response["Vary"] = "HX-Request, Cookie"
    return response


def part(
    request: Request, template: str, *, entity: Entity | None = None, status: int = 200, **context: Any
) -> HttpResponse:
    """A fragment for a swap."""
    response = render(request, template_names(entity, template), context, status=status)
    response["Vary"] = "HX-Request, Cookie"
    return response


def template_names(entity: Entity | None, name: str) -> list[str]:
    """Where a part may be overridden: <module>/<entity>/<part>.html, then platform/<part>.html."""
    if "/" in name:
        return [name]
    own = [f"{entity.module}/{entity.name}/{name}.html"] if entity is not None else []
    return [*own, f"platform/{name}.html"]
