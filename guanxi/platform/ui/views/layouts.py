"""Arranging forms, lists and record pages."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guanxi.platform.access import gate
from guanxi.platform.access.models import Role
from guanxi.platform.access.requests import Request, whole_number
from guanxi.platform.commands.outcome import Conflict, Rejected
from guanxi.platform.customizing.described import customizable
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.ui import boards, form_page, layout_page
from guanxi.platform.ui.answers import done
from guanxi.platform.ui.doors import page, part, signed_in


@require_GET
@signed_in
def index(request: Request) -> HttpResponse:
    gate.require(request.actor, registry.get(layout_page.LAYOUT), "view")
    return page(request, "layouts", layout_page.index(request.actor))


def _entity(request: Request, module: str, name: str, action: str = "view") -> Entity:
    gate.require(request.actor, registry.get(layout_page.LAYOUT), action)
    entity = registry.find(f"{module}.{name}")
    if entity is None or not customizable(entity):
        raise gate.NotFound
    return entity


def _role(text: str) -> Role | None:
    return get_object_or_404(Role, pk=whole_number(text) or 0, active=True) if text not in ("", "0") else None


@require_http_methods(["GET", "POST"])
@signed_in
def show(request: Request, module: str, name: str) -> HttpResponse:
    """The arrangement of one kind of record for everybody or a role; POST saves it, or resets it."""
    entity = _entity(request, module, name)
    role = _role(request.POST.get("role", "") or request.GET.get("role", ""))
    if request.method == "GET":
        return page(request, "layout", layout_page.build(entity, request.actor, role))
    version = whole_number(request.POST.get("version", "")) or 0
    try:
        if "_reset" in request.POST:
            layout_page.reset(entity, request.actor, role, version)
        else:
            wanted = layout_page.read(entity, request.POST.get("arrangement", ""))
            layout_page.save(entity, request.actor, role, wanted, version)
    except (Rejected, Conflict) as refusal:
        shown = layout_page.build(entity, request.actor, role)
        return page(request, "layout", shown, status=422, refusal=str(refusal))
    here = reverse("layout", args=[module, name])
    return done(f"{here}?role={role.pk}" if role else here, _("The layout is in use."), request)


@require_POST
@signed_in
def preview(request: Request, module: str, name: str) -> HttpResponse:
    """The form as it would be, with nothing in it, and cards of the newest records that the reader sees."""
    entity = _entity(request, module, name)
    wanted = layout_page.read(entity, request.POST.get("arrangement", ""))
    fields = entity.settable(request.actor)
    form = form_page.Form(entity, request.actor)
    arranged = layout_page.sections_of(entity, wanted)
    sections = form.sections(fields, {key: field.start() for key, field in fields.items()}, arranged)
    board = layout_page.board_of(entity, request.actor, wanted)
    cards = boards.sample(entity, request.actor, board) if board else []
    return part(request, "layout_preview", entity=entity, sections=sections, cards=cards)
