"""One masked value: asked for with a reason, shown once."""

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from guanxi.platform.access.requests import Request
from guanxi.platform.commands import revealing
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.entities.entity import Entity
from guanxi.platform.ui import addresses
from guanxi.platform.ui.doors import part, with_entity
from guanxi.platform.ui.present import Presenter
from guanxi.platform.ui.views.records import find


@require_http_methods(["GET", "POST"])
@with_entity
def reveal(request: Request, entity: Entity, pk: int, key: str) -> HttpResponse:
    """GET asks for the reason, POST answers the value."""
    actor = request.actor
    field = revealing.masked_field(entity, actor, key)
    record = find(entity, actor, pk)
    context: dict[str, Any] = {
        "label": str(field.label),
        "title": entity.title_of(record, actor),
        "url": addresses.page_of(entity, "reveal", pk, key),
    }
    if request.method == "GET":
        return part(request, "reveal", entity=entity, **context)
    reason = request.POST.get("reason", "")
    try:
        value = revealing.reveal(entity, actor, pk, key, reason)
    except Rejected as refusal:
        return part(request, "reveal", entity=entity, status=422, reason=reason, error=str(refusal), **context)
    cell = Presenter(entity, actor, [field]).show(field, value)
    return part(request, "revealed", entity=entity, value=cell.display, **context)
