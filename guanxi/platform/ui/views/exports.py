"""Export, its files, and print."""

from collections.abc import Sequence
from dataclasses import replace
from tempfile import TemporaryFile
from typing import Any

from django.http import FileResponse, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.conf import access_settings
from guanxi.platform.access.requests import Request, whole_number
from guanxi.platform.entities.entity import Entity
from guanxi.platform.exchange import approval, exporting, printing
from guanxi.platform.exchange.choices import Format, LinkText
from guanxi.platform.files import selectors as files
from guanxi.platform.files.errors import FileGone
from guanxi.platform.files.models import File
from guanxi.platform.files.services import expire
from guanxi.platform.files.serving import SANDBOX, file_response
from guanxi.platform.jobs.sentences import sentence
from guanxi.platform.jobs.services import enqueue
from guanxi.platform.ui import addresses, print_page
from guanxi.platform.ui.answers import done
from guanxi.platform.ui.contexts import ExportFilePage, FormField, FormPage, FormSection, Option
from guanxi.platform.ui.doors import page, part, signed_in, with_entity
from guanxi.platform.ui.list_state import ListState
from guanxi.platform.ui.views.bulk import ticked

MOST_IDS = 1_000


@require_http_methods(["GET", "POST"])
@with_entity
def export(request: Request, entity: Entity) -> HttpResponseBase:
    """The dialog (GET, or POST with a selection of the list), its answer (POST): a download for few rows, a job for
    many; ``run`` is the download itself. An address alone (GET) neither begins a job nor asks for an approval."""
    actor = request.actor
    gate.require(actor, entity, "export")
    data = request.GET if request.method == "GET" else request.POST
    if "format" not in data and "run" not in data:
        return _dialog(request, entity, data)
    wanted = _wanted(entity, actor, data)
    if approval.needed(wanted, actor):
        return _ask(request, entity, wanted, data)
    rows = exporting.selected(wanted, actor).order_by()[: exporting.DIRECT_ROWS + 1].count()
    if rows > exporting.DIRECT_ROWS:
        if request.method == "GET":
            return _dialog(request, entity, data)
        label = sentence(gettext_noop("Export of %(entities)s"), entities=str(entity.label_plural))
        job = enqueue(
            "exchange.export", wanted.payload() | {"for": actor.on_behalf_of_id}, owner_id=actor.user_id, label=label
        )
        return done(
            reverse("job", args=[job.pk]),
            _("The export has begun. You may go on; you will be told when it is done."),
            request,
        )
    if request.method == "POST":
        return _away(
            request,
            addresses.page_of(
                entity, "export", run="1", **{name: value for name, value in _parameters(wanted).items() if value}
            ),
        )
    return _download(wanted, actor)


def _ask(request: Request, entity: Entity, wanted: exporting.Request, data: QueryDict) -> HttpResponseBase:
    """Submit the export for approval, with the reason; the dialog asks for it when it is missing."""
    reason = " ".join(request.POST.get("reason", "").split())[:500]
    least = access_settings().reason
    if len(reason) < least:
        columns = approval.sensitive_columns(wanted, request.actor)
        error = _("Say in at least %(count)d characters why you need it.") % {"count": least}
        return _dialog(request, entity, data, reason=reason, error=error, columns=columns)
    approval.submit(wanted, request.actor, reason)
    return done(reverse("inbox"), _("The export waits for the approval of a second person. You will be told."), request)


def _away(request: Request, url: str) -> HttpResponseBase:
    if not request.htmx:
        return redirect(url)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = url
    return response


def _dialog(
    request: Request,
    entity: Entity,
    data: QueryDict,
    *,
    reason: str = "",
    error: str = "",
    columns: Sequence[str] = (),
) -> HttpResponseBase:
    """``error`` comes back with a dialog that asks for the reason of an export that needs approval."""
    actor, state = request.actor, ListState.read(entity, request.actor, data)
    ids = ticked(request) if request.method == "POST" else None
    readable, shown = entity.readable(actor), state.shown(actor)
    keys = [*shown, *(key for key in exporting.exportable(entity, actor) if key not in shown)]
    fields = [
        FormField(name="format", kind="choice", label=_("Format"), value=Format.XLSX, required=True, width="half", choices=_options(Format, Format.XLSX)),
        FormField(name="links", kind="choice", label=_("Linked records as"), value=LinkText.NAME, required=True, width="half", choices=_options(LinkText, LinkText.NAME)),
        FormField(
            name="columns", kind="multi_choice", label=_("Columns"), value=shown, multiple=True,
            choices=[Option(value=key, label=str(readable[key].label), selected=key in shown) for key in keys],
        ),
    ]  # fmt: skip
    hidden = [
        (name, value)
        for name, value in state.parameters().items()
        if value and name not in ("columns", "layout", "group")
    ]
    hidden += [("ids", ",".join(map(str, ids)))] if ids else []
    chosen = (
        ngettext("%(count)d selected record", "%(count)d selected records", len(ids)) % {"count": len(ids)}
        if ids
        else ""
    )
    if error:
        chosen_columns = [key for one in data.getlist("columns") for key in one.split(",") if key]
        why = FormField(
            name="reason", kind="text", label=_("What do you need it for?"), value=reason, error=error, required=True, max_length=500,
            help=_("Who approves reads this. The file comes to you alone, and opens once."), autofocus=True,
        )  # fmt: skip
        fields = [*_again(fields, data, chosen_columns), why]
    context = FormPage(
        entity_key=entity.key, title=_("Export %(entities)s") % {"entities": entity.label_plural}, subtitle=chosen, action_url=addresses.page_of(entity, "export"),
        sections=[FormSection(id="export", label="", fields=fields)], submit_label=_("Export"), hidden=hidden,
        note=_note(columns) if error else _("More than %(count)s rows are written in the background.") % {"count": f"{exporting.DIRECT_ROWS:,}"},
    )  # fmt: skip
    return part(request, "command_form", entity=entity, page=context, status=422 if error else 200)


def _note(columns: Sequence[str]) -> str:
    """Why a second person must agree."""
    if columns:
        return _("A second person must agree, because these columns hold sensitive data in full: %(columns)s.") % {
            "columns": ", ".join(columns)
        }
    return _("A second person must agree, because these are more than %(count)s rows.") % {
        "count": f"{approval.approval_settings().rows:,}"
    }


def _again(fields: Sequence[FormField], data: QueryDict, columns: Sequence[str]) -> list[FormField]:
    """The fields of the dialog as they were sent."""
    sent = {name: data.get(name, "") for name in ("format", "links")}
    found = []
    for field in fields:
        taken = set(columns) if field.name == "columns" else {sent.get(field.name, "")}
        choices = [replace(option, selected=option.value in taken) for option in field.choices]
        found.append(
            replace(field, value=list(columns) if field.name == "columns" else sent[field.name], choices=choices)
        )
    return found


def _options(enumeration: type[Format] | type[LinkText], chosen: str) -> list[Option]:
    return [Option(value=one.value, label=str(one.label), selected=one.value == chosen) for one in enumeration]


def _wanted(entity: Entity, actor: Actor, data: dict) -> exporting.Request:
    """What the form or address asks for. Raises FilterError."""
    state = ListState.read(entity, actor, {name: data.get(name, "") for name in ("filter", "q", "sort", "view")})
    columns = data.getlist("columns") if hasattr(data, "getlist") else []
    columns = [key for one in columns for key in one.split(",") if key]
    ids = [pk for one in data.get("ids", "").split(",") if (pk := whole_number(one)) is not None][:MOST_IDS]
    return exporting.Request(
        entity, tuple(columns), _member(Format, data.get("format", ""), Format.XLSX), state.filter, state.text, state.sort,
        tuple(ids) if ids else None, _member(LinkText, data.get("links", ""), LinkText.NAME),
    )  # fmt: skip


def _member(enumeration: Any, value: str, default: Any) -> Any:
    return enumeration(value) if value in enumeration.values else default


def _parameters(wanted: exporting.Request) -> dict[str, str]:
    """The request as query parameters."""
    kept = ListState(wanted.entity, wanted.filter, wanted.text, wanted.sort).parameters()
    ids = ",".join(str(pk) for pk in wanted.ids or ())
    return {name: kept[name] for name in ("filter", "q", "sort")} | {
        "columns": ",".join(wanted.columns),
        "format": wanted.format,
        "links": wanted.links,
        "ids": ids,
    }


def _download(wanted: exporting.Request, actor: Actor) -> HttpResponseBase:
    target = TemporaryFile()  # noqa: SIM115 -- the response closes it
    plan = exporting.fetch_plan(wanted, actor)
    rows = exporting.write_to(target, wanted, actor, plan=plan)
    exporting.remember(wanted, actor, plan, rows, exporting.fingerprint_of(target))
    response = FileResponse(
        target,
        as_attachment=True,
        filename=exporting.file_name(wanted, actor),
        content_type=exporting.CONTENT_TYPES[wanted.format],
    )
    return _safe(response)


def _safe(response: HttpResponseBase) -> HttpResponseBase:
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "POST"])
@signed_in
def download(request: Request, pk: int) -> HttpResponseBase:
    """A file that one's own export job has written: what it is (GET), the file (POST). Browsers, scanners and previews
    that follow an address beforehand spend nothing."""
    stored, now = files.get(pk), request.actor.now()
    if (
        stored is None
        or stored.entity not in (exporting.FREE, exporting.OPENS_ONCE)
        or stored.created_by_id != request.actor.user_id
        or (stored.expires_at is not None and stored.expires_at <= now)
    ):
        raise gate.NotFound
    if request.method == "GET":
        return page(request, "export_file", _file_page(stored, request.actor))
    if stored.entity == exporting.OPENS_ONCE and not expire(stored, now=now):
        raise gate.NotFound
    try:
        response = file_response(stored)
    except FileGone as error:
        raise gate.NotFound from error
    exporting.downloaded(request.actor, stored)
    return _safe(response)


def _file_page(stored: File, actor: Actor) -> ExportFilePage:
    until = stored.expires_at
    return ExportFilePage(
        title=_("Your file is ready"),
        name=stored.name,
        size=filesizeformat(stored.size),
        until=f"{until.astimezone(actor.zone):%Y-%m-%d %H:%M}" if until else "",
        once=stored.entity == exporting.OPENS_ONCE,
    )


@require_GET
@with_entity
def print_list(request: Request, entity: Entity) -> HttpResponseBase:
    """The list on paper: the first records of its state, or a pdf with ``format=pdf``."""
    actor = request.actor
    gate.require(actor, entity, "export")
    state = ListState.read(entity, actor, request.GET)
    if request.GET.get("format") == "pdf":
        wanted = exporting.Request(entity, tuple(state.shown(actor)), Format.PDF, state.filter, state.text, state.sort)
        if approval.needed(wanted, actor):
            raise gate.Forbidden(
                _("This list needs the approval of a second person before it is taken away. Ask for it with “Export”.")
            )
        return _download(wanted, actor)
    return page_on_paper(request, entity, print_page.list_page(state, actor))


@require_GET
@with_entity
def print_record(request: Request, entity: Entity, pk: int) -> HttpResponseBase:
    """One record on paper, or as a pdf with ``format=pdf``."""
    actor = request.actor
    gate.require(actor, entity, "export")
    record = gate.get(actor, entity, pk, "export")
    if request.GET.get("format") == "pdf":
        target = TemporaryFile()  # noqa: SIM115 -- the response closes it
        printing.write_record(target, entity, actor, record)
        target.seek(0)
        return _safe(
            FileResponse(target, as_attachment=True, filename=f"{entity.name}-{pk}.pdf", content_type="application/pdf")
        )
    return page_on_paper(request, entity, print_page.record_page(entity, actor, record))


def page_on_paper(request: Request, entity: Entity, context: object) -> HttpResponseBase:
    """A page without the shell."""
    return part(request, "print", entity=entity, page=context)
