"""The long work of imports and exports."""

from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, override

from guanxi.platform.access import deputies, gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.entities import registry
from guanxi.platform.exchange import approval, exporting, services, undoing
from guanxi.platform.exchange.check import Check
from guanxi.platform.exchange.choices import ImportState
from guanxi.platform.exchange.folders import folder_of, throw_away
from guanxi.platform.exchange.models import Import
from guanxi.platform.exchange.reading import Cancelled, ReadOptions, Refusal, spool
from guanxi.platform.exchange.reading.texts import REFUSALS
from guanxi.platform.exchange.run import Run
from guanxi.platform.files import selectors as files
from guanxi.platform.files.errors import FileGone, FileHeld
from guanxi.platform.jobs.context import JobContext
from guanxi.platform.jobs.errors import JobError
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.registry import job, on_finished, periodic
from guanxi.platform.jobs.sentences import sentence

_GONE: dict[type, str] = {
    FileGone: gettext_noop("The file is gone. Upload it again."),
    FileHeld: gettext_noop(
        "The virus scanner could not look at the file: it is away, or the file is larger than it takes. Try again in a few "
        "minutes, or ask your administrator."
    ),
}


def _owner(context: JobContext) -> Actor:
    """The person whose rights count, as they are now."""
    return deputies.at_work(context.owner_id, context.payload.get("for"), source="import", clock=context.now)


def _import(context: JobContext) -> Import:
    return Import.objects.get(pk=context.payload["import"])


@job("exchange.read", label=_("Reading a file"))
def read(context: JobContext) -> None:
    """The file into a spool, in a limited process, and a first mapping. Reading again does no harm."""
    actor, chosen = _owner(context), _import(context)
    context.stage("read", gettext_noop("Reading the file"))
    stored = files.get(chosen.file_id)
    try:
        if stored is None:
            raise FileGone
        options = ReadOptions(**{name: chosen.options.get("read", {}).get(name) for name in ("encoding", "delimiter")})
        info = spool(
            files.local_path(stored), chosen.file_name, folder_of(chosen), options=options,
            on_progress=lambda rows: context.progress(done=rows), cancelled=context.cancelled,
        )  # fmt: skip
    except Cancelled:
        return
    except (Refusal, FileGone) as refusal:
        error = (
            sentence(REFUSALS[refusal.code], **refusal.params)
            if isinstance(refusal, Refusal)
            else sentence(_GONE[type(refusal)])
        )
        Import.objects.filter(pk=chosen.pk).update(state=ImportState.REFUSED, error=error)
        raise JobError(error["text"], code="refused", **error.get("values", {})) from refusal
    chosen.options = {}
    with override(actor.language):
        services.propose(chosen, actor)
    with transaction.atomic():
        chosen.state, chosen.error = ImportState.MAPPING, {}
        chosen.save(update_fields=["mapping", "options", "state", "error"])
        context.checkpoint(done=sum(sheet.rows for sheet in info.sheets))


@job("exchange.check", label=_("Check of an import"))
def check(context: JobContext) -> None:
    """The dry run."""
    actor, chosen = _owner(context), _import(context)
    with override(actor.language), _readable():
        found = Check(chosen, actor, context).go()
    with transaction.atomic():
        if found is not None:
            values = {"found": found, "state": ImportState.CHECKED}
            Import.objects.filter(pk=chosen.pk, state=ImportState.CHECKING, job_id=context.id).update(**values)
        context.checkpoint()


@job("exchange.import", label=_("Import"))
def run(context: JobContext) -> None:
    """The run itself."""
    actor, chosen = _owner(context), _import(context)
    with override(actor.language), _readable():
        Run(chosen, actor, context).go()
    entity = registry.get(chosen.entity)
    context.result(link=reverse("import_step", args=[entity.module, entity.name, chosen.pk]))


@job("exchange.undo", label=_("Undo of an import"))
def undo(context: JobContext) -> None:
    """Take back what an import did, newest first."""
    actor, chosen = _owner(context), _import(context)
    with override(actor.language), _readable():
        undoing.undo(chosen, actor, context)


@job("exchange.export", label=_("Export"))
def export(context: JobContext) -> None:
    """A large export into a file."""
    actor = _owner(context).through("export")
    with override(actor.language), _readable():
        wanted, approved = exporting.request_of(context.payload), bool(context.payload.get("held"))
        if not approved and approval.needed(wanted, actor):
            raise JobError(gettext_noop("This export needs the approval of a second person. Ask for it in the list."))
        stored = exporting.write_file(wanted, actor, context, once=approved)
    if stored is not None:
        context.result(files=[{"label": stored.name, "url": reverse("export_file", args=[stored.pk])}])


class _readable:
    """Refusals of rights and rules end a job with their own sentence instead of a new try."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Rejected):
            raise JobError("%(reason)s", code="rejected", reason=" ".join(error.errors.values())) from error
        if isinstance(error, (gate.Forbidden, gate.NotFound)):
            raise JobError("%(reason)s", code="forbidden", reason=str(error)) from error


@on_finished
def after_job(ended: Job) -> None:
    """An import whose job failed or was cancelled stops where it is, to be gone on with or undone."""
    if ended.kind not in ("exchange.check", "exchange.import", "exchange.undo") or ended.state == "done":
        return
    state = {
        "exchange.check": ImportState.MAPPING,
        "exchange.import": ImportState.STOPPED,
        "exchange.undo": ImportState.DONE,
    }[ended.kind]
    values = {"state": state, **({"counters": ended.counters} if ended.kind == "exchange.import" else {})}
    Import.objects.filter(pk=ended.payload["import"], job_id=ended.pk).exclude(state=ImportState.DONE).update(**values)


@periodic(every=timedelta(hours=1), name="exchange.spools")
def throw_spools_away() -> None:
    """Spools of old imports and what killed readers left are of no use to anybody."""
    throw_away(now=timezone.now())
