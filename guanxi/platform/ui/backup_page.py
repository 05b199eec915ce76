"""Backups as administrators see them: what there is, how whole it is, what can be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.platform.access.actor import Actor
from guanxi.platform.jobs.choices import UNFINISHED
from guanxi.platform.jobs.models import Job
from guanxi.platform.keeping import catalogue, rights, services
from guanxi.platform.keeping import jobs as keeping_jobs
from guanxi.platform.keeping.catalogue import Backup
from guanxi.platform.keeping.conf import keeping_settings
from guanxi.platform.ui import job_page
from guanxi.platform.ui.contexts import CommandButton, FormField, FormPage, FormSection, JobView, Tone
from guanxi.platform.ui.present import ago

SHOWN = 100
REASONS = {
    "daily": gettext_lazy("made by itself"),
    "asked": gettext_lazy("made on request"),
    "before-restore": gettext_lazy("kept before a restore"),
    "uploaded": gettext_lazy("uploaded"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupLine:
    name: str
    made: str
    reason: str
    size: str
    holds: str
    sealed: bool
    state: str
    tone: Tone
    download_url: str = ""
    commands: Sequence[CommandButton] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupsPage:
    """``warnings`` are what an administrator should put right; ``upload_url`` is empty where nothing may be brought."""

    title: str
    backups: Sequence[BackupLine]
    jobs: Sequence[JobView]
    rule: str
    last: str = ""
    warnings: Sequence[str] = ()
    make_url: str = ""
    upload_url: str = ""
    entity_key: str = ""


def page(actor: Actor) -> BackupsPage:
    conf = keeping_settings()
    found = catalogue.backups()
    running = Job.objects.filter(
        kind__in=(keeping_jobs.MAKE, keeping_jobs.VERIFY, services.RESTORE), state__in=UNFINISHED
    ).order_by("pk")[:5]
    rule = _("The newest %(keep)d are kept, and the last of each of %(months)d months.") % {
        "keep": conf.keep,
        "months": conf.keep_months,
    }
    if conf.hour >= 0:
        rule = _("One is made every day after %(hour)d:00 and restored for a trial.") % {"hour": conf.hour} + " " + rule
    return BackupsPage(
        title=_("Backups"), backups=[_line(actor, one) for one in found[:SHOWN]], jobs=job_page.views(actor, running), rule=rule,
        last=_last(actor), warnings=_warnings(found), make_url=reverse("backup_make") if rights.permits(actor, "make") else "",
        upload_url=reverse("backup_upload") if conf.key and rights.permits(actor, "upload") else "",
    )  # fmt: skip


def _warnings(found: Sequence[Backup]) -> list[str]:
    warnings = []
    if not keeping_settings().key:
        warnings.append(
            _(
                "Backups are not sealed: whoever gets hold of a file can read it. Set GUANXI_BACKUP_KEY and keep the key apart."
            )
        )
    if not any(one.verified_at and not one.problem for one in found):
        warnings.append(_("No backup has been verified yet. Make one now: it is restored for a trial and compared."))
    return warnings


def _last(actor: Actor) -> str:
    last: dict[str, Any] = services.last_restored()
    if not last:
        return ""
    return _("Last restored: %(name)s by %(by)s; what stood before is in %(before)s.") % last


def _line(actor: Actor, one: Backup) -> BackupLine:
    state, tone = _state(actor, one)
    return BackupLine(
        name=one.name, made=date_format(one.made_at.astimezone(actor.zone), "SHORT_DATETIME_FORMAT"),
        reason=str(REASONS.get(one.reason, "")), size=filesizeformat(one.size), sealed=one.sealed, state=state, tone=tone,
        holds=_("%(rows)s rows, %(files)s files") % {"rows": f"{one.rows:,}", "files": f"{one.files:,}"} if one.rows else "",
        download_url=reverse("backup_download", args=[one.name]) if rights.permits(actor, "download") else "",
        commands=_commands(actor, one),
    )  # fmt: skip


def _state(actor: Actor, one: Backup) -> tuple[str, Tone]:
    if one.problem:
        return _("not whole: %(problem)s") % {"problem": one.problem}, "danger"
    if one.verified_at:
        return _("verified %(when)s") % {"when": ago(one.verified_at, actor.now(), actor.zone)}, "success"
    return _("not verified"), "warning"


def _commands(actor: Actor, one: Backup) -> list[CommandButton]:
    found = []
    if rights.permits(actor, "verify"):
        found.append(_button("verify", one, _("Verify"), "shield-check", direct=True))
    if rights.permits(actor, "restore"):
        found.append(_button("restore", one, _("Restore"), "restore"))
    if rights.permits(actor, "delete"):
        found.append(_button("delete", one, _("Delete"), "trash", danger=True))
    return found


def _button(
    action: str, one: Backup, label: str, icon: str, *, direct: bool = False, danger: bool = False
) -> CommandButton:
    return CommandButton(
        id=f"{action}-{one.name}", label=label, icon=icon, url=reverse(f"backup_{action}", args=[one.name]), direct=direct,
        danger=danger,
    )  # fmt: skip


def restore_form(one: Backup, said: dict[str, Any], error: str = "") -> FormPage:
    """The dialog that asks for the name of the file, so that nobody restores by a slip of the hand."""
    holds = _("Made %(made)s on %(database)s, with everything up to event %(seq)s.") % {
        "made": str(said["made_at"])[:16].replace("T", " "),
        "database": said["database"],
        "seq": f"{said['seq']:,}",
    }
    warning = _(
        "Everything that stands now is replaced by what this backup holds. What stands now is kept as a backup first. "
        "Everybody is signed out, you too."
    )
    phrase = FormField(
        name="phrase", kind="text", label=_("Type the name of the file to go on: %(name)s") % {"name": one.name}, required=True,
        error=error, autofocus=True, max_length=200,
    )  # fmt: skip
    return FormPage(
        entity_key="", title=_("Restore a backup"), subtitle=holds, note=warning, danger=True, submit_label=_("Restore"),
        action_url=reverse("backup_restore", args=[one.name]), sections=[FormSection(id="restore", label="", fields=[phrase])],
    )  # fmt: skip


def delete_form(one: Backup) -> FormPage:
    return FormPage(
        entity_key="", title=_("Delete a backup"), subtitle=one.name, danger=True, submit_label=_("Delete"),
        note=_("The file is removed for good."), action_url=reverse("backup_delete", args=[one.name]), sections=[],
    )  # fmt: skip
