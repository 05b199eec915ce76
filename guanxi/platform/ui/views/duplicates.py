"""Likely duplicates: while typing, the list of pairs, side by side, and the way back."""

import uuid

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guanxi.platform.access import gate, limits
from guanxi.platform.access.requests import Request, whole_number
from guanxi.platform.audit import viewing
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Conflict, Rejected
from guanxi.platform.duplicates import jobs, merging
from guanxi.platform.duplicates.models import Merge
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.ui import addresses, duplicates_page
from guanxi.platform.ui.answers import done
from guanxi.platform.ui.doors import page, part, signed_in, with_entity


@require_POST
@with_entity
def similar(request: Request, entity: Entity) -> HttpResponse:
    """What may be the same as the record that is being typed. Asking is counted: nobody tries out telephone numbers."""
    gate.require(request.actor, entity, "create")
    if not duplicates_page.watched(entity):
        raise gate.NotFound
    limits.spend(request.actor, "similar")
    found = duplicates_page.notice(entity, request.actor, request.POST.dict())
    return part(request, "similar", entity=entity, similar=found)


@require_GET
@signed_in
def show(request: Request) -> HttpResponse:
    """The pairs that wait for a judgement."""
    gate.require(request.actor, registry.get(duplicates_page.PAIRS), "view")
    asked = request.GET
    found = duplicates_page.pairs(request.actor, asked.get("after", ""), asked.get("before", ""))
    return page(request, "duplicates", found)


@require_POST
@signed_in
def find(request: Request) -> HttpResponse:
    """Look through everything."""
    gate.require(request.actor, registry.get(duplicates_page.PAIRS), "find")
    return done(reverse("job", args=[jobs.start(request.actor).pk]), _("The search has begun."), request)


@require_POST
@signed_in
def part_pair(request: Request, pk: int) -> HttpResponse:
    """Two records are not the same."""
    run(commands.get(f"{duplicates_page.PAIRS}.part"), request.actor, ids=[pk])
    return done(reverse("duplicates"), _("They are not proposed again."), request)


@require_http_methods(["GET", "POST"])
@with_entity
def merge(request: Request, entity: Entity, pk: int, other: int) -> HttpResponse:
    """Two records side by side (GET), and made one (POST)."""
    actor, sent = request.actor, request.POST
    if not duplicates_page.watched(entity) or pk == other:
        raise gate.NotFound
    gate.require(actor, entity, merging.ACTION)
    mine, theirs = (gate.get(actor, entity, one, merging.ACTION) for one in (pk, other))
    if request.method == "GET":
        for one in (mine, theirs):
            viewing.saw(actor, entity, one)
        shown = duplicates_page.side_by_side(entity, actor, mine, theirs, preset=request.GET.get("preset", ""))
        return page(request, "merge", shown, entity=entity)
    take = [name.removeprefix("value:") for name in sent if name.startswith("value:") and sent[name] == "theirs"]
    key, seen = sent.get("idempotency_key", "")[:100], whole_number(sent.get("version", ""))
    try:
        outcome = run(
            commands.get(f"{entity.key}.{merging.ACTION}"), actor, ids=[pk], inputs={"other": other, "take": take},
            versions={pk: seen} if seen else {}, key=key, batch=uuid.uuid4(),
        )  # fmt: skip
    except (Rejected, Conflict) as refusal:
        errors = list(refusal.errors.values()) if isinstance(refusal, Rejected) else [str(refusal)]
        shown = duplicates_page.side_by_side(entity, actor, mine, theirs, take=take, errors=errors)
        return page(request, "merge", shown, entity=entity, status=422)
    if outcome.held:
        said = _("Submitted for approval. You will be told when it is decided.")
        return done(addresses.record(entity, pk), said, request)
    return done(addresses.record(entity, pk), _("The two records are one now."), request)


@require_POST
@signed_in
def unmerge(request: Request, pk: int) -> HttpResponse:
    """Take a merge apart, and show the record that came back."""
    actor = request.actor
    made = gate.get(actor, registry.get(Merge), pk)
    run(commands.get("duplicates.merge.unmerge"), actor, ids=[pk])
    entity = registry.get(made.entity)
    return done(addresses.record(entity, made.merged_id), _("The merged record is back."), request)
