"""Record pages: the page itself, its tabs, panels, peek, properties in place, composer, drafts, print."""

from typing import Any

from django.db.models import BigIntegerField
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guanxi.platform.access import gate, kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.requests import Request, whole_number
from guanxi.platform.audit import viewing
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Conflict, Rejected
from guanxi.platform.commands.undo import undo_events
from guanxi.platform.customizing import rules
from guanxi.platform.duplicates.selectors import merged_into
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import EntityKind
from guanxi.platform.events.selectors import history
from guanxi.platform.ui import addresses, boards, files_tab, form_page, list_page, record_page, timeline
from guanxi.platform.ui.answers import done, toast
from guanxi.platform.ui.contexts import Panel
from guanxi.platform.ui.doors import page, part, with_entity
from guanxi.platform.ui.list_state import ListState
from guanxi.platform.ui.models import Draft
from guanxi.platform.ui.present import Presenter


def find(entity: Entity, actor: Actor, pk: int) -> Any:
    """The record, also from the recycle bin for those who may restore it. Raises NotFound."""
    try:
        return gate.get(actor, entity, pk)
    except gate.NotFound:
        bin_rows = (
            gate.narrow(entity.source.rows(deleted=True), gate.sources(actor, entity, "restore"), entity.every_row())
            if entity.is_record
            else None
        )
        record = bin_rows.filter(pk=pk).first() if bin_rows is not None else None
        if record is None:
            raise
        return record


def _or_merged(entity: Entity, actor: Actor, pk: int) -> Any:
    """The record, or the way to the one that it became part of."""
    try:
        record = find(entity, actor, pk)
        if getattr(record, "deleted_at", None) is None:
            return record
    except gate.NotFound:
        record = None
    following = merged_into(entity, actor, pk)
    if following is not None:
        return redirect(addresses.record(entity, following))
    if record is None:
        raise gate.NotFound
    return record


@require_GET
@with_entity
def show(request: Request, entity: Entity, pk: int) -> HttpResponse:
    record = _or_merged(entity, request.actor, pk)
    if isinstance(record, HttpResponse):
        return record
    viewing.saw(request.actor, entity, record)
    tab = request.GET.get("tab", "")
    return page(request, "record", record_page.build(entity, request.actor, record, tab), entity=entity)


@require_GET
@with_entity
def tab(request: Request, entity: Entity, pk: int, key: str) -> HttpResponse:
    """The inside of one tab."""
    actor, record, cursor = request.actor, find(entity, request.actor, pk), request.GET.get("cursor", "")
    if key == record_page.TIMELINE:
        found = timeline.build(entity, actor, record, kind=request.GET.get("kind", ""), cursor=cursor)
        return part(request, "timeline_entries" if cursor else "timeline", entity=entity, timeline=found)
    if key == record_page.HISTORY:
        return part(request, "history", entity=entity, timeline=timeline.history(entity, actor, record, cursor=cursor))
    if key == record_page.FILES and files_tab.offered(entity, actor):
        before = request.GET.get("before", "")
        files = files_tab.build(entity, actor, record, before)
        return part(request, "file_rows" if before else "files", entity=entity, files=files)
    related = record_page.find_related(entity, key)
    if related is not None:
        shown = record_page.related_list(entity, actor, record, related, request.GET.get("after", ""))
        return part(request, "related", page={"related": shown})
    panel = next((one for one in record_page.tab_panels(entity) if one.key == key), None)
    return _panel(request, entity, record, panel)


@require_GET
@with_entity
def panel(request: Request, entity: Entity, pk: int, key: str) -> HttpResponse:
    """One side panel in its own request, with its own permission."""
    record = find(entity, request.actor, pk)
    related = next((one for one in record_page.all_related(entity, "side") if f"{one.entity}.{one.by}" == key), None)
    if related is not None:
        return part(
            request, "panel", entity=entity, panel=record_page.side_panel(entity, request.actor, record, related)
        )
    declared = registry.with_extensions(entity.key, "panel", entity.panels)
    option: Any = next((one for one in declared if one.key == key), None)
    body = SafeString(_panel(request, entity, record, option).content.decode())  # a template of ours
    drawn = Panel(id=key, title=list_page.heading(option.label), body=body)
    return part(request, "panel", entity=entity, panel=drawn)


def _panel(request: Request, entity: Entity, record: Any, option: Any) -> HttpResponse:
    if option is None:
        raise gate.NotFound
    gate.require(request.actor, entity, option.permission)
    return part(request, option.template, panel=option, record=record, **option.build(request.actor, record))


@require_GET
@with_entity
def peek(request: Request, entity: Entity, pk: int) -> HttpResponse:
    """The record beside the list."""
    record = find(entity, request.actor, pk)
    viewing.saw(request.actor, entity, record)
    return part(request, "peek", entity=entity, page=record_page.build(entity, request.actor, record))


@require_GET
@with_entity
def children(request: Request, entity: Entity, pk: int) -> HttpResponse:
    """The branches below a record of a tree, or the next roots when the key is 0."""
    state = None if pk else ListState.read(entity, request.actor, request.GET)
    after = request.GET.get("after", "")
    key = int(after) if after.isdecimal() else 0
    if max(pk, key) > BigIntegerField.MAX_BIGINT:
        raise gate.NotFound
    found = boards.nodes(entity, request.actor, pk or None, state, key)
    return part(request, "tree_nodes", entity=entity, nodes=found)


@require_http_methods(["GET", "POST"])
@with_entity
def property_(request: Request, entity: Entity, pk: int, key: str) -> HttpResponse:
    """One property edited in place: GET gives the form (or, cancelled, the value), POST saves it."""
    return _in_place(request, entity, pk, key, "property")


@require_http_methods(["GET", "POST"])
@with_entity
def cell(request: Request, entity: Entity, pk: int) -> HttpResponse:
    """One cell of the list edited in place."""
    return _in_place(request, entity, pk, request.GET.get("column", ""), "cell")


def _in_place(request: Request, entity: Entity, pk: int, key: str, shape: str) -> HttpResponse:
    actor: Actor = request.actor
    record = gate.get(actor, entity, pk)
    shown, field = entity.readable(actor).get(key), entity.writable(actor).get(key)
    if shown is None or field is None or key not in list_page.editable_keys(entity, actor):
        raise gate.NotFound
    ruling = rules.ruling(entity, record, actor)
    if key in ruling.hidden or key in ruling.locked:
        raise gate.NotFound
    errors: dict[str, str] = {}
    raw: dict[str, Any] = {}
    if request.method == "POST":
        raw = form_page.read(request.POST, [field])
        try:
            _save(entity, actor, pk, raw, int(request.POST.get("version") or record.version))
            return _shown(request, entity, gate.get(actor, entity, pk), shown, shape)
        except Rejected as refusal:
            errors = {key: str(refusal)}
        except Conflict as conflict:
            rows = form_page.conflict_rows(entity, actor, conflict)
            theirs = rows[0] if rows else None
            message = _(
                "%(who)s changed this to “%(value)s” meanwhile. Save again to replace it, or cancel to keep it."
            )
            errors = {key: message % {"who": theirs.by, "value": theirs.theirs} if theirs else str(conflict)}
            record = conflict.record
    elif request.GET.get("cancel"):
        return _shown(request, entity, record, shown, shape)
    form = form_page.Form(entity, actor, raw=raw, errors=errors, record=record, ruling=ruling)
    form.load([field], {key: field.get(record)})
    widget = form.field(field, field.get(record), autofocus=True)
    context = {"field": widget, "version": record.version, "page": {"version": record.version}}
    if shape == "property":
        context["row"] = record_page.property_row(entity, Presenter(entity, actor, [shown]), record, shown, True)
    return part(request, f"{shape}_edit", entity=entity, status=422 if errors else 200, **context)


def _save(entity: Entity, actor: Actor, pk: int, raw: dict[str, Any], seen: int) -> None:
    """Save one field; what others changed in further fields meanwhile is no conflict. Raises Conflict, Rejected."""
    command = commands.get(f"{entity.key}.edit")
    try:
        run(command, actor, ids=[pk], inputs=raw, versions={pk: seen})
    except Conflict as conflict:
        if form_page.meanwhile(entity, conflict, seen)[1]:
            raise
        run(command, actor, ids=[pk], inputs=raw, versions={pk: conflict.record.version})


def _shown(request: Request, entity: Entity, record: Any, field: Any, shape: str) -> HttpResponse:
    presenter = Presenter(entity, request.actor, [field], editable=[field.key])
    presenter.load([record])
    row = record_page.property_row(entity, presenter, record, field, True)
    response = part(request, shape, entity=entity, row=row, cell=row.cell, version=record.version, id=record.pk)
    response["X-Version"] = str(record.version)
    return response


@require_POST
@with_entity
def compose(request: Request, entity: Entity, pk: int, child_key: str) -> HttpResponse:
    """Write a note, call, visit … onto the timeline; answers the timeline."""
    actor, record = request.actor, find(entity, request.actor, pk)
    child = registry.find(child_key)
    if child is None or child not in timeline.hanging(entity, actor) or child.timeline is None:
        raise gate.NotFound
    text, option = request.POST.get("text", "").strip(), child.timeline
    inputs: dict[str, Any] = {option.body: text}
    if option.kind:
        inputs[option.kind] = request.GET.get("kind", "")
    title = child.fields()[child.title_field]
    if child.title_field != option.body:
        inputs[child.title_field] = text.split("\n")[0][: title.max_length or 60]
    if child.kind is EntityKind.ATTACHED:
        inputs |= {"entity": entity.key, "record_id": pk}
    else:
        inputs[child.hangs_on] = pk
    at = child.fields()[option.at]
    if not at.readonly:
        inputs[option.at] = actor.now().isoformat()
    run(commands.get(f"{child.key}.create"), actor, inputs=inputs)
    Draft.objects.filter(owner=actor.user_id, entity=entity.key, record_id=pk).delete()
    return part(request, "timeline", entity=entity, timeline=timeline.build(entity, actor, record))


@require_POST
@with_entity
def draft(request: Request, entity: Entity, pk: int) -> HttpResponse:
    """Keep an unfinished text."""
    find(entity, request.actor, pk)
    text = request.POST.get("text", "")[:10_000]
    own: dict[str, Any] = {"owner_id": request.actor.me, "entity": entity.key, "record_id": pk}
    if text.strip():
        Draft.objects.update_or_create(**own, defaults={"text": text, "at": request.actor.now()})
    else:
        Draft.objects.filter(**own).delete()
    return HttpResponse(status=204)


@require_POST
@with_entity
def undo_event(request: Request, entity: Entity, pk: int, event: str) -> HttpResponse:
    """Undo one change of a record."""
    record = find(entity, request.actor, pk)
    number = whole_number(event) or 0
    found = [one for one in history(entity.key, record.pk, number + 1, 1) if one.id == number]
    if not found:
        raise gate.NotFound
    result = undo_events(found, request.actor)
    if result.left:
        return toast(HttpResponse(status=204), next(iter(result.left.values())), tone="warning")
    return done(addresses.record(entity, pk), _("The change was undone."), request)


@require_POST
@with_entity
def check(request: Request, entity: Entity) -> HttpResponse:
    """What is wrong with one field as soon as it is left: the message, or nothing."""
    field = entity.writable(request.actor).get(request.GET.get("field", ""))
    if field is None:
        raise gate.NotFound
    raw = form_page.read(request.POST, [field])
    try:
        if field.kind not in (kinds.TAGS, kinds.MULTICHOICE):
            field.parse(raw.get(field.key))
    except ValueError as error:
        return HttpResponse(str(error))
    return HttpResponse("")
