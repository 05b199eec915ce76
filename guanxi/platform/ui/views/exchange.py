"""Import in four steps. Whatever an address names is looked up among the reader's own imports."""

from tempfile import TemporaryFile
from typing import Any

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.requests import Request
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.entities.entity import Entity
from guanxi.platform.exchange import refused_file, saved_mappings, services
from guanxi.platform.exchange.choices import Existing, ImportState
from guanxi.platform.exchange.models import Import
from guanxi.platform.exchange.plan import importable, require_right
from guanxi.platform.exchange.reading import FileKind
from guanxi.platform.exchange.writing import Column, write_csv
from guanxi.platform.exchange.writing import Kind as CellKind
from guanxi.platform.files.errors import FileRefused
from guanxi.platform.jobs.sentences import render
from guanxi.platform.ui import addresses, import_page, import_reading
from guanxi.platform.ui.answers import done
from guanxi.platform.ui.contexts import FormField, FormPage, FormSection, Option
from guanxi.platform.ui.doors import page, part, with_entity

DECIDED_ONE_BY_ONE = 50


def _find(entity: Entity, actor: Actor, pk: int) -> Import:
    chosen = services.find(pk, actor)
    if chosen.entity != entity.key:
        raise gate.NotFound
    return chosen


@require_http_methods(["GET", "POST"])
@with_entity
def upload(request: Request, entity: Entity) -> HttpResponseBase:
    """Step one: bring a file."""
    require_right(entity, request.actor)
    errors = []
    if request.method == "POST":
        brought = request.FILES.get("file")
        try:
            if brought is None:
                raise Rejected({"file": _("Choose a file.")})
            chosen = services.begin(entity, request.actor, brought, brought.name or "file")
            return redirect(addresses.page_of(entity, "import_step", chosen.pk))
        except (FileRefused, Rejected) as refusal:
            errors = [str(refusal)]
    return page(
        request,
        "import_file",
        import_page.file_step(entity, request.actor, errors=errors),
        entity=entity,
        status=422 if errors else 200,
    )


@require_GET
@with_entity
def sample(request: Request, entity: Entity) -> HttpResponseBase:
    """A csv with the headings of every field, to be filled."""
    require_right(entity, request.actor)
    columns = [Column(key, str(field.label), CellKind.TEXT) for key, field in importable(entity, request.actor).items()]
    target = TemporaryFile()  # noqa: SIM115 -- the response closes it
    write_csv(target, columns, [])
    target.seek(0)
    return FileResponse(
        target, as_attachment=True, filename=f"{entity.name}.csv", content_type="text/csv; charset=utf-8"
    )


@require_GET
@with_entity
def step(request: Request, entity: Entity, pk: int) -> HttpResponseBase:
    """The import at the step it has reached."""
    chosen = _find(entity, request.actor, pk)
    now = import_page.step_of(chosen)
    if now == "file":
        context = import_page.file_step(entity, request.actor, errors=[render(chosen.error)], refused=chosen)
        return page(request, "import_file", context, entity=entity)
    if now == "run":
        context = import_page.run_step(entity, request.actor, chosen)
        if import_page.step_of(chosen) == "run":
            return page(request, "import_run", context, entity=entity)
        return redirect(addresses.page_of(entity, "import_step", chosen.pk))  # its job has ended meanwhile
    return redirect(addresses.page_of(entity, "import_columns" if now == "columns" else "import_check", chosen.pk))


@require_http_methods(["GET", "POST"])
@with_entity
def columns(request: Request, entity: Entity, pk: int) -> HttpResponseBase:
    """Step two: assign columns. Another sheet, heading or saved mapping shows the page again with its proposal."""
    actor, chosen = request.actor, _find(entity, request.actor, pk)
    if chosen.state not in services.OPEN:
        return redirect(addresses.page_of(entity, "import_step", chosen.pk))
    errors: dict[str, str] = {}
    template = request.POST.get("template", "")
    if request.method == "POST":
        try:
            if reading := import_reading.wanted(chosen, request.POST):
                services.reread(chosen, **reading)
                return redirect(addresses.page_of(entity, "import_step", chosen.pk))
            if _other_proposal(request, entity, chosen):
                pass
            elif "renew" in request.POST:
                chosen.mapping, chosen.options = _read(request, chosen)
            else:
                _choose(request, entity, chosen)
                return redirect(addresses.page_of(entity, "import_step", chosen.pk))
        except Rejected as refusal:
            errors = refusal.errors
            chosen.mapping, chosen.options = _read(request, chosen)
    context = import_page.columns_step(entity, actor, chosen, errors=errors, template=template)
    return page(request, "import_columns", context, entity=entity, status=422 if errors else 200)


def _choose(request: Request, entity: Entity, chosen: Import) -> None:
    """Keep the mapping of the form, also under a name where it gives one, and begin the check. Raises Rejected."""
    mapping, options = _read(request, chosen)
    services.choose(chosen, request.actor, mapping, options)
    if name := request.POST.get("save_as", "").strip():
        shared = bool(request.POST.get("save_shared"))
        saved_mappings.save_template(entity, request.actor, name, chosen, services.names_of(chosen), shared=shared)


@require_POST
@with_entity
def reread(request: Request, entity: Entity, pk: int) -> HttpResponseBase:
    """Try a file that could not be read in another encoding or with another separator."""
    chosen = _find(entity, request.actor, pk)
    services.reread(chosen, **(import_reading.wanted(chosen, request.POST) or {"encoding": "", "delimiter": ""}))
    return redirect(addresses.page_of(entity, "import_step", chosen.pk))


def _other_proposal(request: Request, entity: Entity, chosen: Import) -> bool:
    """Whether the form asks for another reading of the file; the import then holds its proposal."""
    sheet, header = _number(request, "sheet"), _number(request, "header")
    current = chosen.mapping.get("header")
    moved = (sheet is not None and sheet != chosen.mapping.get("sheet", 0)) or (
        header is not None and header != (current[1] if current else -1)
    )
    template = request.POST.get("template", "")
    picked = saved_mappings.templates(entity, request.actor).filter(pk=template).first() if template.isdigit() else None
    if not moved and picked is None:
        return False
    if moved:
        same_sheet = sheet is None or sheet == chosen.mapping.get("sheet", 0)
        services.propose(chosen, request.actor, sheet=sheet, header=header if same_sheet else None, reread=True)
    if picked is not None:
        chosen.mapping["columns"] = saved_mappings.apply_template(picked, services.names_of(chosen))
        chosen.mapping["constants"], chosen.options = dict(picked.constants), dict(picked.options)
    chosen.state = ImportState.MAPPING
    chosen.save(update_fields=["mapping", "options", "state"])
    return True


def _number(request: Request, name: str) -> int | None:
    text = request.POST.get(name, "")
    return int(text) if text.lstrip("-").isdigit() else None


def _read(request: Request, chosen: Import) -> tuple[dict[str, Any], dict[str, Any]]:
    """Mapping and options as the form gives them."""
    data = request.POST
    columns = {name.removeprefix("column-"): data[name] for name in data if name.startswith("column-") and data[name]}
    constants = {
        name.removeprefix("constant-"): data[name]
        for name in data
        if name.startswith("constant-") and data[name].strip()
    }
    columns = {position: target for position, target in columns.items() if position.isdigit()}
    options = {**chosen.options, "decisions": {}, "rest": "", "alike": ""}
    for name, allowed in _ALLOWED.items():
        if name in data and (not allowed or data[name] in allowed):
            options[name] = data[name]
    return {**chosen.mapping, "columns": columns, "constants": constants}, options


_ALLOWED: dict[str, set[str]] = {
    "key": set(),
    "existing": set(Existing.values),
    "empty": {"keep", "clear"},
    "missing": {"refuse", "create"},
}


@require_http_methods(["GET", "POST"])
@with_entity
def checked(request: Request, entity: Entity, pk: int) -> HttpResponseBase:
    """Step three: what would happen; its button runs the import."""
    actor, chosen = request.actor, _find(entity, request.actor, pk)
    errors: list[str] = []
    if request.method == "POST":
        try:
            if choice := request.POST.get("alike"):
                services.decide_alike(chosen, choice)
            services.start(chosen, actor)
            return redirect(addresses.page_of(entity, "import_step", chosen.pk))
        except Rejected as refusal:
            errors = list(refusal.errors.values())
    if chosen.state != ImportState.CHECKED:
        return redirect(addresses.page_of(entity, "import_step", chosen.pk))
    return page(
        request,
        "import_check",
        import_page.check_step(entity, actor, chosen, errors=errors),
        entity=entity,
        status=422 if errors else 200,
    )


@require_http_methods(["GET", "POST"])
@with_entity
def decide(request: Request, entity: Entity, pk: int) -> HttpResponseBase:
    """What happens to rows whose records exist: for all, and for the first of them one by one."""
    chosen = _find(entity, request.actor, pk)
    asked = chosen.found.get("asked", ())[:DECIDED_ONE_BY_ONE]
    errors = []
    if request.method == "POST":
        decisions = {one["row"]: request.POST.get(f"row-{one['row']}", "") for one in asked}
        try:
            services.decide(chosen, request.POST.get("rest", ""), decisions)
            return redirect(addresses.page_of(entity, "import_check", chosen.pk))
        except Rejected as refusal:
            errors = list(refusal.errors.values())
    fields = [_decision("rest", _("All rows"), chosen.options.get("rest", ""))]
    known = chosen.options.get("decisions", {})
    fields += [
        _decision(
            f"row-{one['row']}",
            _("Row %(row)s: %(record)s") % {"row": one["row"], "record": one["title"]},
            known.get(str(one["row"]), ""),
        )
        for one in asked
    ]
    context = FormPage(
        entity_key=entity.key, title=_("Rows whose records exist already"), action_url=addresses.page_of(entity, "import_decide", chosen.pk), errors=errors,
        sections=[FormSection(id="decisions", label="", fields=fields)], submit_label=_("Decide"), cancel_url=addresses.page_of(entity, "import_check", chosen.pk),
    )  # fmt: skip
    return page(request, "form", context, entity=entity, status=422 if errors else 200)


def _decision(name: str, label: str, value: str) -> FormField:
    choices = [
        Option(value=one.value, label=str(one.label), selected=one.value == value)
        for one in (Existing.UPDATE, Existing.SKIP, Existing.CREATE)
    ]
    return FormField(name=name, kind="choice", label=label, value=value, choices=choices)


@require_GET
@with_entity
def job_part(request: Request, entity: Entity, pk: int) -> HttpResponseBase:
    """The running job alone; when a step is over, the way to the next one."""
    chosen = _find(entity, request.actor, pk)
    view = import_page.job_view(entity, request.actor, chosen)
    if import_page.step_of(chosen) != "run":
        response = HttpResponse(status=204)
        response["HX-Redirect"] = addresses.page_of(entity, "import_step", chosen.pk)
        return response
    return part(request, "job_view", entity=entity, job=view)


@require_GET
@with_entity
def refused_rows(request: Request, entity: Entity, pk: int) -> HttpResponseBase:
    """The refused rows as a file to be corrected and brought again."""
    chosen = _find(entity, request.actor, pk)
    target = TemporaryFile()  # noqa: SIM115 -- the response closes it
    try:
        refused_file.write(target, chosen, request.actor)
        as_csv = refused_file.is_csv(chosen)
    except FileNotFoundError as error:
        target.close()
        raise gate.NotFound from error
    target.seek(0)
    name = (
        f"{chosen.file_name.rpartition('.')[0] or chosen.file_name}-{_('refused')}.{'csv' if as_csv else FileKind.XLSX}"
    )
    return FileResponse(target, as_attachment=True, filename=name)


@require_POST
@with_entity
def undo(request: Request, entity: Entity, pk: int) -> HttpResponseBase:
    """Take back what the import did."""
    chosen = _find(entity, request.actor, pk)
    services.undo(chosen, request.actor)
    return done(addresses.page_of(entity, "import_step", chosen.pk), _("The import is being undone."), request)


@require_POST
@with_entity
def cancel(request: Request, entity: Entity, pk: int) -> HttpResponseBase:
    """Give the import up: nothing that is not undone by bringing the file again."""
    services.cancel(_find(entity, request.actor, pk), request.actor)
    return done(addresses.list_of(entity), _("The import was given up. Nothing was stored."), request)
