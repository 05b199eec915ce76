"""Bulk work on a selection: the bar, the preview, carrying out, and boards' further cards."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guanxi.platform.access import gate, kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.kinds import Choice
from guanxi.platform.access.requests import Request, whole_number
from guanxi.platform.commands import command as commands
from guanxi.platform.commands import selection as selections
from guanxi.platform.commands.command import Command
from guanxi.platform.commands.jobs import start_selection
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.commands.selection import Preview
from guanxi.platform.entities import layout
from guanxi.platform.entities import query as queries
from guanxi.platform.entities.entity import Entity
from guanxi.platform.ui import addresses, boards, form_page
from guanxi.platform.ui.answers import done, undo_url
from guanxi.platform.ui.contexts import BulkBar, BulkCommand, BulkPreview, SkippedGroup
from guanxi.platform.ui.doors import part, with_entity
from guanxi.platform.ui.list_state import IN_BIN, ListState
from guanxi.platform.ui.present import Presenter

IN_BAR = 4


def ticked(request: Request) -> list[int] | None:
    """The ticked ids, or None when everything the list shows is meant."""
    if request.POST.get("all") == "1":
        return None
    found: list[int] = []
    for value in request.POST.getlist("ids"):
        found += [
            pk
            for one in value.replace("[", "").replace("]", "").replace('"', "").split(",")
            if (pk := whole_number(one.strip())) is not None
        ]
    return found


def _allowed(entity: Entity, actor: Actor, *, in_bin: bool) -> list[Command]:
    """In the recycle bin what brings back, elsewhere everything else."""
    return [
        command
        for command in commands.commands_of(entity)
        if command.many and not command.new and command.on_deleted == in_bin and command.permits(actor)
    ]


@require_POST
@with_entity
def bar(request: Request, entity: Entity) -> HttpResponse:
    """What can be done with the selection, how many it touches, and what it skips and why."""
    actor, ids, total = request.actor, ticked(request), ""
    in_bin = ListState.read(entity, actor, request.POST).deleted
    if ids is None:
        number = _count(request, entity)[0]
        records: list[Any] = []
    else:
        query = queries.Query(**IN_BIN) if in_bin else queries.Query()
        records = list(query.rows(entity, actor).filter(pk__in=ids[:500]))
        number = len(records)
        # Whoever ticks the whole page may mean the whole list; only then is it worth counting.
        found, exact = _count(request, entity) if request.POST.get("page") == "1" else (0, True)
        total = f"{found:,}{'' if exact else '+'}" if found > number else ""
    items = [_item(entity, command, actor, records, number) for command in _allowed(entity, actor, in_bin=in_bin)]
    items.sort(key=lambda item: item.danger)
    export = addresses.page_of(entity, "export") if gate.permits(actor, entity, "export") and not in_bin else ""
    shown = BulkBar(count=number, commands=items[:IN_BAR], more=items[IN_BAR:], total=total, export_url=export)
    return part(request, "bulk_bar", entity=entity, bar=shown)


def _count(request: Request, entity: Entity) -> tuple[int, bool]:
    return queries.count(
        entity, request.actor, ListState.read(entity, request.actor, request.POST).query(request.actor)
    )


def _item(entity: Entity, command: Command, actor: Actor, records: list[Any], number: int) -> BulkCommand:
    reasons = [reason for record in records if (reason := command.blocked(record, actor))]
    return BulkCommand(
        id=command.key,
        label=str(command.label),
        icon=command.icon,
        url=addresses.page_of(entity, "bulk_command", command.name),
        allowed=number - len(reasons),
        skipped=len(reasons),
        reason=reasons[0] if reasons else "",
        danger=command.danger,
    )


@require_http_methods(["POST"])
@with_entity
def preview(request: Request, entity: Entity, command: str) -> HttpResponse:
    """The dialog before a bulk command: the frozen selection, its inputs, what is left out."""
    actor = request.actor
    state, ids = ListState.read(entity, actor, request.POST), ticked(request)
    chosen = next((one for one in _allowed(entity, actor, in_bin=state.deleted) if one.name == command), None)
    if chosen is None:
        raise gate.NotFound
    query = state.query(actor) if ids is None else None
    found = selections.preview(chosen, actor, ids=ids, query=query)
    return part(request, "bulk_preview", entity=entity, preview=_preview(chosen, actor, found))


def _preview(command: Command, actor: Actor, found: Preview, *, raw: Any = None, errors: Any = None) -> BulkPreview:
    entity, inputs = command.entity, command.inputs(actor)
    if command.name == "edit":
        inputs = {key: _optional(field) for key, field in inputs.items() if not field.unique}
    fields = [entity.readable(actor)[key] for key in entity.list_columns()[:4] if key in entity.readable(actor)]
    presenter = Presenter(entity, actor, fields)
    presenter.load(found.sample)
    form = form_page.Form(entity, actor, raw=raw, errors=errors)
    return BulkPreview(
        title=str(command.label),
        action_url=addresses.page_of(entity, "bulk_run", command.name),
        token=str(found.selection.pk),
        allowed=found.total,
        skipped=[SkippedGroup(reason=reason, count=number) for reason, number in found.refused.items()],
        sections=form.inputs(inputs),
        submit_label=str(command.label),
        danger=command.danger,
        as_job=found.needs_job,
        sample_head=[str(field.label) for field in fields],
        sample=[[cell.display for cell in presenter.cells(record)] for record in found.sample],
        undo_note=_("Can be undone afterwards.") if command.undo else _("Cannot be undone."),
        errors=[message for key, message in (errors or {}).items() if key not in inputs],
    )


def _optional(field: Field) -> Field:
    """In a bulk edit an empty field means "leave as it is", so a flag needs a third answer."""
    if field.kind is kinds.BOOLEAN:
        return field.with_(
            kind=kinds.CHOICE, choices=lambda: [Choice("true", kinds.YES), Choice("false", kinds.NO)], default=None
        )
    return field.with_(required=False, default=None)


@require_POST
@with_entity
def carry_out(request: Request, entity: Entity, command: str) -> HttpResponse:
    """Confirm a preview: at once for few records, as a job for many."""
    actor = request.actor
    token = request.POST.get("token", "")
    selection = selections.find(whole_number(token) or 0, actor)
    if selection.command != f"{entity.key}.{command}":
        raise gate.NotFound
    chosen = commands.get(selection.command)
    raw = form_page.read(request.POST, chosen.inputs(actor).values())
    if chosen.name == "edit":
        raw = {key: value for key, value in raw.items() if value not in ("", [], None)}
    try:
        selections.confirm(selection, actor, raw, skip=bool(request.POST.get("skip")))
    except Rejected as refusal:
        again = selections.again(selection, actor)
        return part(
            request,
            "bulk_preview",
            entity=entity,
            status=422,
            preview=_preview(chosen, actor, again, raw=raw, errors=refusal.errors),
        )
    if len(selection.rows) > selections.JOB_ABOVE:
        job = start_selection(selection, actor)
        return done(
            reverse("job", args=[job.pk]),
            _("The work has begun. You may go on; you will be told when it is done."),
            request,
        )
    chunks = list(selections.carry_out(selection, actor))
    finished, left = sum(len(chunk.done) for chunk in chunks), sum(len(chunk.left) for chunk in chunks)
    said = ngettext("%(what)s: %(count)d record.", "%(what)s: %(count)d records.", finished) % {
        "what": chosen.past_label,
        "count": finished,
    }
    if any(chunk.held for chunk in chunks):
        said = _("Submitted for approval. You will be told when it is decided.")
    if left:
        said += " " + ngettext(
            "%(count)d was left because somebody changed it.",
            "%(count)d were left because somebody changed them.",
            left,
        ) % {"count": left}
    undo = undo_url(selection.batch) if chosen.undo and finished else ""
    return done(request.headers.get("HX-Current-URL", addresses.list_of(entity)), said, request, undo_url=undo)


@require_GET
@with_entity
def cards(request: Request, entity: Entity) -> HttpResponse:
    """Further cards of a kanban column."""
    board = layout.board(entity, request.actor)
    if board is None:
        raise gate.NotFound
    state = ListState.read(entity, request.actor, request.GET)
    found, following = boards.cards(
        state, board, request.actor, request.GET.get("value", ""), request.GET.get("after", "")
    )
    return part(request, "kanban_cards", entity=entity, column={"cards": found, "next_url": following})
