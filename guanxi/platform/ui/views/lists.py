"""Lists in all layouts, their counts, saved views and pickers."""

from typing import Any

import orjson
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from guanxi.platform.access.requests import Request, whole_number
from guanxi.platform.entities import links
from guanxi.platform.entities import query as queries
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.query import SortError
from guanxi.platform.feel.nodes import FilterError
from guanxi.platform.ui import addresses, boards, calendar_page, filters, group_page, list_page
from guanxi.platform.ui.contexts import EmptyState, Link, ListPage
from guanxi.platform.ui.doors import page, part, signed_in, with_entity
from guanxi.platform.ui.list_state import ListState
from guanxi.platform.ui.models import SavedView


@require_GET
@with_entity
def show(request: Request, entity: Entity) -> HttpResponse:
    """The list in the layout and state of the address."""
    state = ListState(entity)
    try:
        state = ListState.read(entity, request.actor, request.GET)
        builder = {"kanban": boards.kanban, "tree": boards.tree, "calendar": calendar_page.build}.get(state.layout)
        if state.layout == "group":
            return page(request, "group", group_page.build(state, request.actor), entity=entity)
        context = (builder or list_page.build)(state, request.actor)
    except (FilterError, SortError) as error:
        return page(request, "list", _broken(ListState(entity), request, str(error)), entity=entity, status=400)
    return page(request, "list", context, entity=entity)


def _broken(state: ListState, request: Request, message: str) -> ListPage:
    way_on = EmptyState(
        title=_("This view cannot be shown"),
        text=message,
        icon="alert-triangle",
        action=Link(label=_("Show all"), url=addresses.list_of(state.entity)),
    )
    return ListPage(**list_page.frame(state, request.actor), error=message, empty=way_on)


@require_GET
@with_entity
def count(request: Request, entity: Entity) -> HttpResponse:
    """The number of records of the state: exact up to 10,000; "exact=1" counts them all."""
    state = ListState.read(entity, request.actor, request.GET)
    number, exact = queries.count(
        entity, request.actor, state.query(request.actor), exact=request.GET.get("exact") == "1"
    )
    if exact:
        return HttpResponse(f"{number:,}")
    url = addresses.page_of(entity, "count", **state.parameters(), exact="1")
    return HttpResponse(
        format_html(
            '<button type="button" class="gx-count-more" hx-get="{}" hx-target="closest .gx-total" title="{}">{}+</button>',
            url,
            _("Count exactly"),
            f"{number:,}",
        )
    )


@require_GET
@with_entity
def filter_fields(request: Request, entity: Entity) -> JsonResponse:
    """What the filter popover offers, asked for when it opens."""
    return JsonResponse({"fields": filters.described(entity, request.actor)})


@require_POST
@with_entity
def views(request: Request, entity: Entity) -> HttpResponse:
    """Save the state under a name (again: replaces it), or delete one's own view."""
    own = SavedView.objects.filter(entity=entity.key, owner=request.actor.user_id)
    if delete := request.POST.get("delete", ""):
        own.filter(pk=whole_number(delete) or 0).delete()
        return redirect(addresses.list_of(entity))
    name = " ".join(request.POST.get("name", "").split())[:60]
    if not name.isprintable() or not name:
        return part(request, "platform/refusal.html", status=422, message=_("Give the view a name."))
    read = ListState.read(entity, request.actor, {**_sent_state(request), "view": ""})
    read.query(request.actor)
    kept = {key: value for key, value in read.parameters().items() if value and key != "view"}
    audience = request.POST.get("audience", "")
    values = {
        "state": kept,
        "audience": audience if audience in SavedView.Audience.values else SavedView.Audience.OWN,
        "department_id": request.actor.department_id,
    }
    view, _created = SavedView.objects.update_or_create(
        entity=entity.key,
        owner_id=request.actor.user_id,
        name=name,
        defaults=values,
        create_defaults={**values, "created_at": request.actor.now()},
    )
    return redirect(addresses.list_of(entity, view=view.pk))


def _sent_state(request: Request) -> dict[str, Any]:
    """What the page keeps of its list. Raises FilterError for what no page of ours has sent."""
    try:
        return dict(orjson.loads(request.POST.get("state") or "{}"))
    except (TypeError, ValueError) as error:
        raise FilterError(_("The filter cannot be read. Build it again with the filter button.")) from error


@require_GET
@signed_in
def picker(request: Request, module: str, name: str) -> JsonResponse:
    """Options of a link field for what is typed: name, code or pinyin."""
    found = links.options(f"{module}.{name}", request.GET.get("q", "").strip()[:60], request.actor)
    return JsonResponse({"results": [{"value": str(pk), "text": text, "hint": hint} for pk, text, hint in found]})
