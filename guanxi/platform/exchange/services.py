"""The doors of imports: bring a file, choose what its columns mean, check, run, undo.

All take the actor first and find only the actor's own imports. They raise gate.NotFound, gate.Forbidden, Rejected
({field: message}) and, for an upload, files' FileRefused.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import IO, Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.exchange.choices import Alike, Existing, ImportState
from guanxi.platform.exchange.folders import spool_of
from guanxi.platform.exchange.mapping import order_of_parts, suggestions
from guanxi.platform.exchange.models import Import
from guanxi.platform.exchange.plan import compile_plan, importable, key_choices, require_right
from guanxi.platform.exchange.reading import DELIMITERS, ENCODINGS, Refusal, sniff
from guanxi.platform.exchange.reading.texts import REFUSALS
from guanxi.platform.exchange.work import ASK
from guanxi.platform.files import services as files
from guanxi.platform.files.errors import FileRefused
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.sentences import sentence
from guanxi.platform.jobs.services import enqueue

OPEN = (ImportState.MAPPING, ImportState.CHECKED, ImportState.CHECKING)


def begin(entity: Entity, actor: Actor, stream: IO[bytes], name: str) -> Import:
    """Store an uploaded file and queue its reading."""
    require_right(entity, actor)
    if actor.user_id is None:
        raise gate.NotFound
    stored = files.store(
        stream, name, by=actor.user_id, purpose="import", entity="exchange.import", judge=partial(_judge, name)
    )
    with transaction.atomic():
        chosen = Import.objects.create(
            entity=entity.key,
            owner_id=actor.user_id,
            on_behalf_of_id=actor.on_behalf_of_id,
            file_id=stored.pk,
            file_name=stored.name,
            file_size=stored.size,
            created_at=actor.now(),
        )
        _queue(chosen, "exchange.read", sentence(gettext_noop("Reading %(file)s"), file=chosen.file_name))
    return chosen


def _judge(name: str, path: Path) -> None:
    """What no reader would take is refused at the door, with the reader's own words."""
    try:
        sniff(path, name)
    except Refusal as refusal:
        raise FileRefused(REFUSALS[refusal.code], code=refusal.code, **refusal.params) from refusal


def find(pk: int, actor: Actor) -> Import:
    """The actor's own import. Raises NotFound."""
    found = _own(actor).filter(pk=pk).first()
    if found is None or registry.find(found.entity) is None:
        raise gate.NotFound
    return found


def recent(entity: Entity, actor: Actor, limit: int = 8) -> list[Import]:
    """The actor's latest imports into an entity."""
    return list(_own(actor).filter(entity=entity.key).order_by("-pk")[:limit])


def _own(actor: Actor) -> QuerySet[Import]:
    """What a deputy imports for somebody is theirs while they act for them, not in their own name."""
    return Import.objects.filter(owner_id=actor.user_id or 0, on_behalf_of_id=actor.on_behalf_of_id)


def names_of(chosen: Import) -> tuple[str, ...]:
    """The headings of the chosen sheet, one per column."""
    spool = spool_of(chosen)
    sheet, header = int(chosen.mapping.get("sheet", 0)), chosen.mapping.get("header")
    info = spool.info.sheets[sheet]
    if header is None:
        return ("",) * info.columns
    return info.names if tuple(header) == info.header else spool.names(sheet, *header)


def propose(
    chosen: Import, actor: Actor, *, sheet: int | None = None, header: int | None = None, reread: bool = False
) -> None:
    """Fill mapping and options with what the file suggests. ``header`` is the position of the header row, -1 for
    none; without it the reader's own guess counts. ``reread`` marks that another sheet or header was chosen."""
    info = spool_of(chosen).info
    if sheet is None:
        sheet = next((index for index, one in enumerate(info.sheets) if one.rows and not one.hidden), 0)
    if not 0 <= sheet < len(info.sheets):
        raise Rejected({"sheet": _("The file has no such sheet.")})
    rows = info.sheets[sheet].header if header is None else (None if header < 0 else (header, header))
    if rows is not None and rows[1] >= info.sheets[sheet].rows:
        raise Rejected({"header": _("The sheet has no such row.")})
    chosen.mapping = {"sheet": sheet, "header": list(rows) if rows else None, "columns": {}, "constants": {}}
    entity = registry.get(chosen.entity)
    names = names_of(chosen)
    found = suggestions(entity, actor, names)
    chosen.mapping["order"] = order_of_parts(entity, actor, names)
    chosen.mapping["columns"] = {str(position): target for position, (target, _score) in enumerate(found) if target}
    if not chosen.options or reread:
        chosen.options = {
            "key": default_key(entity, actor, chosen.mapping["columns"]),
            "existing": Existing.UPDATE,
            "empty": "keep",
            "missing": "refuse",
        }


def reread(chosen: Import, *, encoding: str, delimiter: str) -> None:
    """Read the file anew in another encoding or with another separator; "" leaves either to be found out. Raises
    Rejected."""
    if chosen.state not in (*OPEN, ImportState.REFUSED):
        raise Rejected({"": _("This import has already run. Begin a new one.")})
    if encoding not in ("", *ENCODINGS) or delimiter not in ("", *DELIMITERS):
        raise Rejected({"": _("Choose an encoding and a separator from the list.")})
    with transaction.atomic():
        chosen.options = {"read": {"encoding": encoding or None, "delimiter": delimiter or None}}
        chosen.mapping, chosen.found, chosen.error, chosen.state = {}, {}, {}, ImportState.READING
        chosen.save(update_fields=["options", "mapping", "found", "error", "state"])
        _queue(chosen, "exchange.read", sentence(gettext_noop("Reading %(file)s"), file=chosen.file_name))


def default_key(entity: Entity, actor: Actor, columns: Mapping[str, str]) -> str:
    """The first telling field that a column fills."""
    mapped = set(columns.values())
    return next((field.key for field in key_choices(entity, importable(entity, actor)) if field.key in mapped), "")


def choose(chosen: Import, actor: Actor, mapping: Mapping[str, Any], options: Mapping[str, Any]) -> None:
    """Keep a mapping and its options, and queue the check. Raises Rejected for a mapping that cannot work."""
    if chosen.state not in OPEN:
        raise Rejected({"": _("This import has already run. Begin a new one.")})
    compile_plan(registry.get(chosen.entity), actor, mapping, options)
    with transaction.atomic():
        chosen.mapping, chosen.options, chosen.found = dict(mapping), dict(options), {}
        chosen.state = ImportState.CHECKING
        chosen.save(update_fields=["mapping", "options", "found", "state"])
        _queue(chosen, "exchange.check", sentence(gettext_noop("Checking %(file)s"), file=chosen.file_name))


def decide(chosen: Import, rest: str, decisions: Mapping[int, str]) -> None:
    """Say what happens to rows whose records exist: row by row, and for all others."""
    allowed = {Existing.SKIP, Existing.UPDATE, Existing.CREATE}
    if chosen.state != ImportState.CHECKED or not {*decisions.values(), rest} <= {*allowed, ""}:
        raise Rejected({"": _("Choose what happens to the rows.")})
    chosen.options = {
        **chosen.options,
        "rest": rest,
        "decisions": {str(row): choice for row, choice in decisions.items() if choice},
    }
    chosen.save(update_fields=["options"])


def decide_alike(chosen: Import, choice: str) -> None:
    """Say what happens to new rows that resemble records."""
    if chosen.state != ImportState.CHECKED or choice not in Alike.values:
        raise Rejected({"": _("Choose what happens to the rows.")})
    chosen.options = {**chosen.options, "alike": choice}
    chosen.save(update_fields=["options"])


def blocked(chosen: Import) -> str:
    """Why the import cannot run now; empty if it can."""
    counts = chosen.found.get("counts", {})
    if chosen.state != ImportState.CHECKED:
        return _("Check the file first.")
    if not counts.get("rows"):
        return _("The sheet has no rows below its heading.")
    if counts.get("refused", 0) >= counts["rows"]:
        return _("No row can be stored. Correct the file or assign the columns anew.")
    undecided = counts.get(ASK, 0) - len(chosen.options.get("decisions", {}))
    if undecided > 0 and not chosen.options.get("rest"):
        return _("Decide first what happens to the rows whose records exist already.")
    return ""


def start(chosen: Import, actor: Actor) -> Job:
    """Queue the run of a checked import; asking twice gives the same job."""
    with transaction.atomic():
        row = Import.objects.select_for_update().get(pk=chosen.pk)
        if row.state == ImportState.RUNNING and row.job_id:
            return Job.objects.get(pk=row.job_id)
        if reason := blocked(row):
            raise Rejected({"": reason})
        compile_plan(registry.get(row.entity), actor, row.mapping, row.options)
        row.state = ImportState.RUNNING
        row.save(update_fields=["state"])
        job = _queue(
            row,
            "exchange.import",
            sentence(gettext_noop("Import of %(file)s"), file=row.file_name),
            key=f"import:{row.pk}",
        )
    chosen.refresh_from_db()
    return job


def can_undo(chosen: Import) -> bool:
    """Whether there is something to take back."""
    return chosen.state in (ImportState.DONE, ImportState.STOPPED, ImportState.UNDONE) and bool(
        chosen.counters or chosen.left
    )


def undo(chosen: Import, actor: Actor) -> Job:
    """Queue the undo of what the import created and changed. It may be repeated."""
    entity = registry.get(chosen.entity)
    gate.require(actor, entity, "edit")
    with transaction.atomic():
        row = Import.objects.select_for_update().get(pk=chosen.pk)
        if row.state == ImportState.UNDOING and row.job_id:
            return Job.objects.get(pk=row.job_id)
        if not can_undo(row):
            raise Rejected({"": _("There is nothing to undo.")})
        row.state, row.left = ImportState.UNDOING, []
        row.save(update_fields=["state", "left"])
        job = _queue(row, "exchange.undo", sentence(gettext_noop("Undo of the import of %(file)s"), file=row.file_name))
    chosen.refresh_from_db()
    return job


def cancel(chosen: Import, actor: Actor) -> None:
    """Give up an import that has not run; its file is deleted."""
    if chosen.state in (*OPEN, ImportState.READING, ImportState.REFUSED):
        if stored := files_of(chosen):
            files.delete(stored, by=actor.user_id)
        chosen.delete()


def files_of(chosen: Import) -> Any:
    """The uploaded file, None if it is gone."""
    from guanxi.platform.files import selectors

    return selectors.get(chosen.file_id)


def _queue(chosen: Import, kind: str, label: Any, *, key: str | None = None) -> Job:
    payload = {"import": chosen.pk, "for": chosen.on_behalf_of_id}
    job = enqueue(kind, payload, owner_id=chosen.owner_id, label=label, key=key)
    chosen.job_id = job.pk
    chosen.save(update_fields=["job_id"])
    return job
