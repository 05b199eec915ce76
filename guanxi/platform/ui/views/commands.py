"""Creating, editing and all other commands on one record; undo of batches; held commands."""

import uuid

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from guanxi.platform.access import gate
from guanxi.platform.access.requests import Request, whole_number
from guanxi.platform.commands import command as commands
from guanxi.platform.commands import held
from guanxi.platform.commands.command import Command
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.jobs import UNDO_JOB_ABOVE, start_undo
from guanxi.platform.commands.outcome import Conflict, Outcome, Rejected
from guanxi.platform.commands.undo import undo_batch
from guanxi.platform.entities import layout
from guanxi.platform.entities.entity import Entity
from guanxi.platform.events.selectors import of_batch
from guanxi.platform.ui import addresses, form_page
from guanxi.platform.ui.answers import done, toast, undo_url
from guanxi.platform.ui.doors import page, part, signed_in, with_entity
from guanxi.platform.ui.views.records import find


def _command(entity: Entity, name: str) -> Command:
    try:
        return commands.get(f"{entity.key}.{name}")
    except LookupError as error:
        raise gate.NotFound from error


@require_http_methods(["GET", "POST"])
@with_entity
def create(request: Request, entity: Entity) -> HttpResponse:
    """The form of a new record; starting values may come in the address."""
    command, actor = _command(entity, "create"), request.actor
    gate.require(actor, entity, "create")
    command.require_confirmation(actor)
    fields = command.inputs(actor)
    if request.method == "GET":
        given = {key: fields[key].parse(value) for key, value in request.GET.items() if key in fields and value}
        return _form(request, entity, form_page.create_page(command, actor, given))
    raw, key = form_page.read(request.POST, fields.values()), request.POST.get("idempotency_key", "")
    try:
        raw |= form_page.take_files(request.FILES, fields.values(), actor)
        outcome = run(command, actor, inputs=raw, key=key)
    except Rejected as refusal:
        return _form(
            request,
            entity,
            form_page.create_page(command, actor, {}, raw=raw, errors=refusal.errors, key=key),
            status=422,
        )
    said = _said(command, outcome)
    if request.POST.get("_again"):
        return done(addresses.page_of(entity, "create"), said, request)
    url = addresses.record(entity, outcome.ids[0]) if outcome.ids else addresses.list_of(entity)
    return done(url, said, request)


def _form(request: Request, entity: Entity, context: form_page.FormPage, status: int = 200) -> HttpResponse:
    """In the dialog when asked for by a part of a page, else as a page."""
    if request.htmx or request.headers.get("X-Requested-With") == "gx-dialog":
        return part(request, "command_form", entity=entity, status=status, page=context)
    return page(request, "form", context, entity=entity, status=status)


@require_http_methods(["GET", "POST"])
@with_entity
def edit(request: Request, entity: Entity, pk: int) -> HttpResponse:
    """The form of a record. A save over somebody else's change shows both values, and loses neither."""
    command, actor = _command(entity, "edit"), request.actor
    record = gate.get(actor, entity, pk, "edit")
    command.require_confirmation(actor)
    if request.method == "GET":
        return _form(request, entity, form_page.edit_page(command, actor, record))
    fields = command.inputs(actor)
    raw = form_page.read(request.POST, fields.values())
    kept = {key for key in raw if request.POST.get(f"keep_{key}") == "theirs"}
    kept |= form_page.untouched_moments(raw, record, fields.values(), actor)
    raw = {key: value for key, value in raw.items() if key not in kept}
    version = request.POST.get("version", "")
    seen = whole_number(version) or 0
    try:
        raw |= form_page.take_files(request.FILES, fields.values(), actor)
        try:
            outcome = run(command, actor, ids=[pk], inputs=raw, versions={pk: seen} if seen else {})
        except Conflict as conflict:
            theirs, both = form_page.meanwhile(entity, conflict, seen)
            raw = {key: value for key, value in raw.items() if key not in theirs}
            if both:
                raise Conflict(conflict.record, {key: conflict.fields[key] for key in both}) from conflict
            outcome = run(command, actor, ids=[pk], inputs=raw, versions={pk: conflict.record.version})
    except Rejected as refusal:
        return _form(
            request, entity, form_page.edit_page(command, actor, record, raw=raw, errors=refusal.errors), status=422
        )
    except Conflict as conflict:
        fresh = gate.get(actor, entity, pk, "edit")
        return _form(
            request, entity, form_page.edit_page(command, actor, fresh, raw=raw, conflict=conflict), status=409
        )
    return done(addresses.record(entity, pk), _said(command, outcome), request)


@require_http_methods(["GET", "POST"])
@with_entity
def command(request: Request, entity: Entity, pk: int, command: str) -> HttpResponse:
    """The dialog of a command, and running it."""
    chosen, actor = _command(entity, command), request.actor
    if chosen.new:
        raise gate.NotFound
    chosen.require(actor)
    record = find(entity, actor, pk)
    chosen.require_confirmation(actor)
    if request.method == "GET":
        chosen.refuse_hindered([record], actor)
        return part(request, "command_form", entity=entity, page=form_page.command_page(chosen, actor, record))
    raw, key = form_page.read(request.POST, chosen.inputs(actor).values()), request.POST.get("idempotency_key", "")
    batch = uuid.uuid4()
    try:
        raw |= form_page.take_files(request.FILES, chosen.inputs(actor).values(), actor)
        outcome = run(chosen, actor, ids=[pk], inputs=raw, key=key, batch=batch)
    except Rejected as refusal:
        return part(
            request,
            "command_form",
            entity=entity,
            status=422,
            page=form_page.command_page(chosen, actor, record, raw=raw, errors=refusal.errors, key=key),
        )
    there = entity.rows_of(actor, pk=pk).exists()  # who deletes a record or gives it away may be out of its reach now
    url = addresses.record(entity, pk) if there else addresses.list_of(entity)
    undo = undo_url(batch) if chosen.undo and outcome.ids and not outcome.held else ""
    return done(url, _said(chosen, outcome), request, undo_url=undo)


def _said(command: Command, outcome: Outcome) -> str:
    if outcome.held:
        return _("Submitted for approval. You will be told when it is decided.")
    if not outcome.ids:
        return _("Nothing was changed.")
    return _("%(what)s: %(entity)s.") % {"what": command.past_label, "entity": command.entity.label}


@require_POST
@signed_in
def undo(request: Request, batch: uuid.UUID) -> HttpResponse:
    """Undo a batch from its toast."""
    if len(of_batch(batch, limit=UNDO_JOB_ABOVE + 1)) > UNDO_JOB_ABOVE:
        return done(reverse("job", args=[start_undo(batch, request.actor).pk]), _("The undo has begun."), request)
    result = undo_batch(batch, request.actor)
    if not result.done:
        reason = next(iter(result.left.values()), _("There is nothing left to undo."))
        return toast(HttpResponse(status=204), reason, tone="warning")
    said = ngettext("%(count)d record was put back.", "%(count)d records were put back.", len(result.done)) % {
        "count": len(result.done)
    }
    if result.left:
        said += " " + ngettext(
            "%(count)d was left because it changed since.",
            "%(count)d were left because they changed since.",
            len(result.left),
        ) % {"count": len(result.left)}
    response = toast(HttpResponse(status=204), said)
    response["HX-Refresh"] = "true"
    return response


@require_POST
@signed_in
def decide(request: Request, pk: int) -> HttpResponse:
    """Approve or refuse a held command."""
    approve = request.POST.get("decision") == "approve"
    held.decide(pk, request.actor, approve=approve, answer=request.POST.get("answer", "")[:1000])
    return done(reverse("inbox"), _("Approved and carried out.") if approve else _("Refused."), request)


@require_POST
@with_entity
def move(request: Request, entity: Entity) -> HttpResponse:
    """A kanban card dropped on another column."""
    board = layout.board(entity, request.actor)
    if board is None or not request.POST.get("id", "").isdigit():
        raise gate.NotFound
    pk, batch = int(request.POST["id"]), uuid.uuid4()
    versions = {pk: int(request.POST["version"])} if request.POST.get("version", "").isdigit() else {}
    outcome = run(
        _command(entity, "edit"),
        request.actor,
        ids=[pk],
        inputs={board.by: request.POST.get("value", "")},
        versions=versions,
        batch=batch,
    )
    response = HttpResponse(status=204)
    if outcome.ids:
        response["X-Version"] = str(outcome.changes[0].record.version)
        toast(response, _said(_command(entity, "edit"), outcome), undo_url=undo_url(batch))
    return response
