"""The four steps of an import as people see them: file, columns, check, run."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.entities import links
from guanxi.platform.entities.entity import Entity
from guanxi.platform.exchange import mapping as mappings
from guanxi.platform.exchange import saved_mappings, services
from guanxi.platform.exchange.cells import shown
from guanxi.platform.exchange.check import CHECKED
from guanxi.platform.exchange.choices import Empty, Existing, ImportState, Missing
from guanxi.platform.exchange.folders import folder_of, spool_of
from guanxi.platform.exchange.models import Import
from guanxi.platform.exchange.plan import importable, key_choices
from guanxi.platform.exchange.problems import REFUSED, Log, Problem
from guanxi.platform.exchange.work import ASK
from guanxi.platform.jobs import selectors as jobs
from guanxi.platform.jobs.choices import UNFINISHED
from guanxi.platform.jobs.sentences import render
from guanxi.platform.ui import addresses, import_alike, import_reading, job_page
from guanxi.platform.ui.contexts import (
    CommandButton,
    Count,
    FilePreview,
    FormField,
    ImportPage,
    ImportStep,
    JobView,
    Link,
    MappingRow,
    Option,
    Row,
    RowProblem,
)
from guanxi.platform.ui.contexts.lists import ColumnHead
from guanxi.platform.ui.counts import named
from guanxi.platform.ui.present import Presenter, page_kind

STEPS = ("file", "columns", "check", "run")
SHOWN_ROWS, SHOWN_PROBLEMS, SAMPLES = 6, 100, 3
FORMATS = "xlsx · xls · ods · csv · tsv · txt · vcf"


def step_of(chosen: Import) -> str:
    """The step an import stands at."""
    state = ImportState(chosen.state)
    if state is ImportState.REFUSED:
        return "file"
    return {ImportState.MAPPING: "columns", ImportState.CHECKED: "check"}.get(state, "run")


def _steps(entity: Entity, now: str, chosen: Import | None) -> list[ImportStep]:
    labels = {"file": _("File"), "columns": _("Columns"), "check": _("Check"), "run": _("Run")}
    place = STEPS.index(now)
    urls = {}
    if chosen is not None and chosen.state in services.OPEN:
        urls = {"columns": addresses.page_of(entity, "import_columns", chosen.pk)}
    found = []
    for number, key in enumerate(STEPS, 1):
        state: Any = "now" if key == now else "done" if number - 1 < place else "next"
        found.append(
            ImportStep(number=number, label=labels[key], state=state, url=urls.get(key, "") if state == "done" else "")
        )
    return found


def _title(entity: Entity) -> str:
    return _("Import %(entities)s") % {"entities": entity.label_plural}


def file_step(entity: Entity, actor: Actor, *, errors: Sequence[str] = (), refused: Import | None = None) -> ImportPage:
    """Bring a file. A text that could not be read may be tried again in another encoding or with another separator."""
    again = import_reading.guesses(refused) if refused is not None else []
    recent = [
        Link(
            label=_("%(file)s · %(state)s") % {"file": one.file_name, "state": ImportState(one.state).label},
            url=addresses.page_of(entity, "import_step", one.pk),
        )
        for one in services.recent(entity, actor)
    ]
    return ImportPage(
        entity_key=entity.key, title=_title(entity), step="file", steps=_steps(entity, "file", None), errors=errors, formats=FORMATS,
        action_url=addresses.page_of(entity, "import"), cancel_url=addresses.list_of(entity), recent=recent,
        limits=_("Workbooks up to 50 MB, delimited text up to 2 GB. Every encoding in use here is recognised."),
        sample_url=addresses.page_of(entity, "import_sample"), sheet_fields=again,
        reread_url=addresses.page_of(entity, "import_reread", refused.pk) if refused is not None and again else "",
    )  # fmt: skip


# --- columns --------------------------------------------------------------------------------------------
def preview(chosen: Import) -> FilePreview | None:
    """The first rows of the chosen sheet and what was found out about the file; None when the spool is gone."""
    try:
        spool, place = spool_of(chosen), int(chosen.mapping.get("sheet", 0))
        sheet = spool.info.sheets[place]
    except FileNotFoundError:
        return None
    header = chosen.mapping.get("header")
    start = header[1] + 1 if header else 0
    rows = list(spool.rows(place, start, start + SHOWN_ROWS))
    names = services.names_of(chosen)
    notes = [
        str(part)
        for part in (spool.info.kind, spool.info.encoding.upper(), sheet.name if len(spool.info.sheets) > 1 else "")
        if part
    ]
    if header and header[1]:
        heading = next(spool.rows(place, header[1], start))
        notes.append(_("heading in row %(row)s") % {"row": heading.number})
    notes += [notice.message for notice in (*spool.info.notices, *sheet.notices)]
    total = sheet.rows - start
    return FilePreview(
        name=chosen.file_name, size=filesizeformat(chosen.file_size), rows_total=ngettext("%(count)s row", "%(count)s rows", total) % {"count": f"{total:,}"},
        head=[name or f"{position + 1}" for position, name in enumerate(names)], notes=notes,
        rows=[[shown(cell)[:60] for cell in row.cells] + [""] * (len(names) - len(row.cells)) for row in rows],
    )  # fmt: skip


def columns_step(
    entity: Entity, actor: Actor, chosen: Import, *, errors: Mapping[str, str] | None = None, template: str = ""
) -> ImportPage:
    """Assign columns to fields, and say how rows are treated."""
    names, targets = services.names_of(chosen), mappings.targets(entity, actor)
    known = saved_mappings.templates(entity, actor)
    return ImportPage(
        entity_key=entity.key, title=_title(entity), step="columns", steps=_steps(entity, "columns", chosen),
        action_url=addresses.page_of(entity, "import_columns", chosen.pk), cancel_url=addresses.page_of(entity, "import_cancel", chosen.pk),
        back_url=addresses.page_of(entity, "import"), errors=list((errors or {}).values()), preview=preview(chosen),
        sheet_fields=import_reading.fields(chosen), mapping=_mapping_rows(entity, actor, chosen, names, targets),
        templates=[Option(value=str(one.pk), label=one.name, selected=str(one.pk) == template) for one in known],
        options=_options(entity, actor, chosen, targets),
    )  # fmt: skip


def _mapping_rows(
    entity: Entity, actor: Actor, chosen: Import, names: Sequence[str], targets: Sequence[mappings.Target]
) -> list[MappingRow]:
    scores = dict(enumerate(mappings.suggestions(entity, actor, names)))
    header = chosen.mapping.get("header")
    start = header[1] + 1 if header else 0
    rows = list(spool_of(chosen).rows(int(chosen.mapping.get("sheet", 0)), start, start + 50))
    found = []
    for position, name in enumerate(names):
        chosen_target = chosen.mapping.get("columns", {}).get(str(position), "")
        target, score = scores[position]
        sure = "" if not chosen_target else "sure" if chosen_target != target or score >= mappings.SURE else "guess"
        samples = [text for row in rows if position < len(row.cells) and (text := shown(row.cells[position]))][:SAMPLES]
        found.append(
            MappingRow(
                name=f"column-{position}", header=name or _("Column %(number)s") % {"number": position + 1}, samples=[text[:40] for text in samples],
                choices=[Option(value="", label=_("Leave out")), *(_target_option(one, entity, chosen_target) for one in targets)], confidence=sure,
                note=_("Guessed from the heading. Have a look.") if sure == "guess" else "",
            )
        )  # fmt: skip
    return found


def _target_option(target: mappings.Target, entity: Entity, current: str) -> Option:
    label = target.label if target.entity is entity else f"{target.entity.label} · {target.label}"
    return Option(
        value=target.value, label=f"{label} *" if target.field.required else label, selected=target.value == current
    )


def _options(entity: Entity, actor: Actor, chosen: Import, targets: Sequence[mappings.Target]) -> list[FormField]:
    fields = importable(entity, actor)
    options = chosen.options
    keys = [
        Option(value=field.key, label=str(field.label), selected=field.key == options.get("key"))
        for field in key_choices(entity, fields)
    ]
    found = []
    if keys:
        found.append(
            FormField(
                name="key",
                kind="choice",
                label=_("Existing records are recognised by"),
                value=options.get("key", ""),
                choices=keys,
                placeholder=_("Nothing: every row is new"),
                width="half",
            )
        )
        found.append(_choice("existing", _("If the record exists"), options.get("existing", Existing.UPDATE), Existing))
        found.append(_choice("empty", _("Empty cells of existing records"), options.get("empty", Empty.KEEP), Empty))
    if any(target.field.is_link for target in targets):
        found.append(
            _choice("missing", _("If a linked record is not found"), options.get("missing", Missing.REFUSE), Missing)
        )
    found += _constants(fields, chosen.mapping)
    found.append(FormField(name="save_as", kind="text", label=_("Save this mapping as"), width="half", max_length=60))
    found.append(
        FormField(name="save_shared", kind="boolean", label=_("Offer it to everybody"), value=False, width="half")
    )
    return found


def _constants(fields: Mapping[str, Field], mapping: Mapping[str, Any]) -> list[FormField]:
    """A fixed value for fields without a column, and for the record that rows must hang on where its cell is empty."""
    mapped = set(mapping.get("columns", {}).values())
    labels = {
        key: _("All rows: %(field)s") if key not in mapped else _("Where the file names none: %(field)s")
        for key, field in fields.items()
        if (_worth_a_constant(field) if key not in mapped else field.required and field.is_link)
    }
    return [
        FormField(
            name=f"constant-{key}", kind="text", label=label % {"field": fields[key].label},
            value=mapping.get("constants", {}).get(key, ""), width="half",
        )
        for key, label in list(labels.items())[:8]
    ]  # fmt: skip


def _worth_a_constant(field: Field) -> bool:
    return field.required or field.is_link or bool(field.choices()) or field.kind.key == "tags"


def _choice(name: str, label: str, value: str, enumeration: Any) -> FormField:
    choices = [Option(value=one.value, label=str(one.label), selected=one.value == value) for one in enumeration]
    return FormField(name=name, kind="choice", label=label, value=value, choices=choices, required=True, width="half")


# --- check ----------------------------------------------------------------------------------------------
def check_step(entity: Entity, actor: Actor, chosen: Import, *, errors: Sequence[str] = ()) -> ImportPage:
    """What a run would do, before it does anything."""
    counts = chosen.found.get("counts", {})
    found = problems(chosen, CHECKED, SHOWN_PROBLEMS)
    refused = counts.get("refused", 0)
    fields, rows = _examples(entity, actor, chosen)
    return ImportPage(
        entity_key=entity.key, title=_title(entity), step="check", steps=_steps(entity, "check", chosen), errors=errors,
        action_url=addresses.page_of(entity, "import_check", chosen.pk), back_url=addresses.page_of(entity, "import_columns", chosen.pk),
        cancel_url=addresses.page_of(entity, "import_cancel", chosen.pk), preview=preview(chosen), counts=counted(entity, chosen, counts),
        problems=found, problems_more=_("The first %(count)s are shown.") % {"count": SHOWN_PROBLEMS} if refused > SHOWN_PROBLEMS else "",
        error_file_url=addresses.page_of(entity, "import_refused", chosen.pk) if refused else "",
        examples=rows, columns=fields, blocked_reason=services.blocked(chosen), alike=import_alike.part(entity, actor, chosen),
    )  # fmt: skip


def counted(entity: Entity, chosen: Import, counts: Mapping[str, int]) -> list[Count]:
    """The numbers of a check or run, named; what is to be decided leads to where it is decided."""
    decide = addresses.page_of(entity, "import_decide", chosen.pk) if chosen.state == ImportState.CHECKED else ""
    return named(counts, {ASK: decide})


def problems(chosen: Import, log: str, limit: int) -> list[RowProblem]:
    """The first refused rows of a check or run: row, column, value, what to do."""
    names = services.names_of(chosen) if spool_of(chosen).is_complete(folder_of(chosen)) else ()
    found = []
    for _place, line in Log(folder_of(chosen), log).lines():
        problem = Problem(*line)
        column = names[problem.column] if problem.column is not None and problem.column < len(names) else ""
        found.append(
            RowProblem(
                row=str(problem.row),
                column=column,
                value=problem.value,
                message=problem.message,
                tone="warning" if problem.warning else "danger",
            )
        )
        if len(found) >= limit:
            break
    return found


def _examples(entity: Entity, actor: Actor, chosen: Import) -> tuple[list[ColumnHead], list[Row]]:
    fields = entity.readable(actor)
    shown_fields = [fields[key] for key in chosen.found.get("columns", ()) if key in fields]
    presenter = Presenter(entity, actor, shown_fields)
    examples = chosen.found.get("examples", ())
    values = [{field.key: field.imported(one["values"].get(field.key)) for field in shown_fields} for one in examples]
    for field in (one for one in shown_fields if one.is_link):
        presenter.labels[field.key] = links.labels(field.target, {value[field.key] for value in values} - {None}, actor)
    rows = [
        Row(id=one["row"], url="", cells=[presenter.show(field, value[field.key]) for field in shown_fields])
        for one, value in zip(examples, values, strict=True)
    ]
    heads = [ColumnHead(id=field.key, label=str(field.label), kind=page_kind(field)) for field in shown_fields]  # type: ignore[arg-type]
    return heads, rows


# --- run ------------------------------------------------------------------------------------------------
def run_step(entity: Entity, actor: Actor, chosen: Import) -> ImportPage:
    """The job, live; afterwards what came of it."""
    return ImportPage(
        entity_key=entity.key, title=_title(entity), step="run", steps=_steps(entity, "run", chosen), action_url="",
        cancel_url=addresses.list_of(entity), preview=preview(chosen), job=job_view(entity, actor, chosen),
    )  # fmt: skip


def job_view(entity: Entity, actor: Actor, chosen: Import) -> JobView:
    """The import's present job with named counts, downloads and what can be done next."""
    job = jobs.get(chosen.job_id or 0)
    if job and job.state not in UNFINISHED:
        chosen.refresh_from_db()  # a job writes its import before it ends: read before it, that may be the state of before
    (view,) = job_page.views(actor, [job]) if job else (_no_job(chosen),)
    ended = chosen.state in (ImportState.DONE, ImportState.STOPPED, ImportState.UNDONE)
    downloads, more = [], []
    if ended and (chosen.counters.get("refused") or chosen.counters.get("unlinked")):
        downloads = [
            Link(
                label=_("Refused rows, to be corrected"),
                url=addresses.page_of(entity, "import_refused", chosen.pk),
                icon="download",
            )
        ]
        more = problems(chosen, REFUSED, SHOWN_PROBLEMS)
    more += [
        RowProblem(row="", column="", value=f"#{pk}", message=reason, tone="warning")
        for pk, reason in chosen.left[:SHOWN_PROBLEMS]
    ]
    commands = [command for command in view.commands if command.id != "undo"]
    if ended and services.can_undo(chosen):
        commands.append(
            CommandButton(
                id="undo",
                label=_("Undo the import"),
                icon="arrow-back-up",
                url=addresses.page_of(entity, "import_undo", chosen.pk),
                direct=True,
                danger=True,
            )
        )
    return replace(
        view, url_part=addresses.page_of(entity, "import_job", chosen.pk) if view.alive else "", counts=counted(entity, chosen, job.counters if job else chosen.counters),
        downloads=downloads, problems=more, commands=commands, error=view.error or render(chosen.error),
    )  # fmt: skip


def _no_job(chosen: Import) -> JobView:
    """The job's row is gone; the import knows how it ended."""
    return JobView(
        id=f"import-{chosen.pk}",
        title=chosen.file_name,
        state="done",
        state_label=str(ImportState(chosen.state).label),
        percent=100,
        url="",
    )
