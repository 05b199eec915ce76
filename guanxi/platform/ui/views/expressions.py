"""Trying an expression while it is typed: what it may read, what is wrong with it, and what it gives for a record."""

from dataclasses import asdict
from typing import Any

import orjson
from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from guanxi.platform.access import gate, kinds, limits
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.requests import Request
from guanxi.platform.audit import viewing
from guanxi.platform.customizing.described import customizable
from guanxi.platform.customizing.over_fields import WrongExpression, checked, readable, type_of
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.feel import trying
from guanxi.platform.feel.tree import names_used
from guanxi.platform.ui import addresses, form_rules
from guanxi.platform.ui.doors import signed_in, with_entity

MOST_BYTES = 40_000
#: Who looks after one of these writes expressions.
WRITERS = ("customizing.formrule", "customizing.customfield")


@require_POST
@signed_in
def try_one(request: Request) -> HttpResponse:
    """POST {"text", "names": {name: value as an expression}} → {"value", "kind", "error", "at", "to"}; 400 for what is no
    such question, 429 beyond the limit of the hour. Reads no records."""
    text, names = _question(request)
    if text is None:
        return JsonResponse({"message": _("The question cannot be read. Load the page again.")}, status=400)
    limits.spend(request.actor, "expression")
    found = trying.attempt(text, names, now=request.actor.now(), zone=request.actor.zone)
    return JsonResponse(asdict(found))


def _question(request: Request) -> tuple[str | None, dict[str, str]]:
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return None, {}
    try:
        sent: Any = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        return None, {}
    text, names = (sent.get("text"), sent.get("names", {})) if isinstance(sent, dict) else (None, {})
    if not isinstance(text, str) or not isinstance(names, dict):
        return None, {}
    if any(not isinstance(value, str) or not name.strip() for name, value in names.items()):
        return None, {}
    return text, names


@require_GET
@signed_in
def about(request: Request) -> JsonResponse:
    """GET ?entity=… → the names that an expression over it may read, the fields that a rule may be about, and where a
    record to try it on is found (empty for those who see none)."""
    entity = _written_about(request.actor, request.GET.get("entity", ""))
    names = [{"key": key, "label": str(field.label), "type": _type(field)} for key, field in readable(entity).items()]
    targets = [
        {
            "key": key,
            "label": str(field.label),
            "options": [{"value": one.value, "text": str(one.label)} for one in field.choices()],
        }
        for key, field in entity.fields().items()
        if field.set and not field.readonly
    ]
    seen = gate.permits(request.actor, entity, "view")
    return JsonResponse(
        {
            "names": names,
            "targets": targets,
            "picker": reverse("picker", args=[entity.module, entity.name]) if seen else "",
            "sample": addresses.pattern(entity, "expression_sample") if seen else "",
        }
    )


@require_POST
@signed_in
def check(request: Request) -> JsonResponse:
    """POST entity, text → {"kind", "names"} of an expression over the entity's fields, or {"error", "at", "to"}."""
    entity, text = _written_about(request.actor, request.POST.get("entity", "")), request.POST.get("text", "")[:2_000]
    limits.spend(request.actor, "expression")
    try:
        expression, kind = checked(entity, text)
    except WrongExpression as error:
        return JsonResponse({"error": str(error), "at": error.at, "to": error.to})
    used = names_used(expression.tree) & readable(entity).keys()
    return JsonResponse({"kind": kind.label, "names": sorted(used)})


@require_GET
@with_entity
def sample(request: Request, entity: Entity, pk: int) -> JsonResponse:
    """The fields of one record that an expression may read and this person sees, as expressions that give them again."""
    record = gate.get(request.actor, entity, pk)
    viewing.saw(request.actor, entity, record)
    seen = entity.readable(request.actor)
    shown = [seen[key] for key in readable(entity) if key in seen and not seen[key].is_masked]
    return JsonResponse({"names": {one.key: form_rules.as_expression(one, record, request.actor) for one in shown}})


def _written_about(actor: Actor, key: str) -> Entity:
    """The kind of record that expressions are written about, for those who look after them. Raises NotFound, Forbidden."""
    if not any(gate.permits(actor, registry.get(one), "view") for one in WRITERS):
        raise gate.Forbidden
    entity = registry.find(key)
    if entity is None or not customizable(entity):
        raise gate.NotFound
    return entity


def _type(field: Field) -> str:
    kind = type_of(field)
    choices = [one.value for one in field.choices()][:8] if field.kind is kinds.CHOICE else []
    return ", ".join(choices) or (kind.label if kind else "")
