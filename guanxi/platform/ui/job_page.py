"""Jobs as people watch them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import User
from guanxi.platform.jobs import selectors
from guanxi.platform.jobs.choices import UNFINISHED
from guanxi.platform.jobs.models import Job
from guanxi.platform.ui.contexts import (
    CommandButton,
    EmptyState,
    JobListPage,
    JobPage,
    JobStage,
    JobView,
    Link,
    Option,
)
from guanxi.platform.ui.counts import named

PAGE = 30
STATES = {"queued": "waiting", "waiting": "waiting"}


def list_page(actor: Actor, show: str = "", before: int | None = None) -> JobListPage:
    """The acting user's own jobs, newest first."""
    rows = selectors.for_owner(actor.user_id or 0)
    if show == "open":
        rows = rows.filter(state__in=UNFINISHED)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    base = reverse("jobs")
    return JobListPage(
        title=_("Jobs"), jobs=views(actor, shown),
        filters=[
            Option(value="", label=_("All"), selected=not show, url=base),
            Option(value="open", label=_("Under way"), selected=show == "open", url=f"{base}?show=open"),
        ],
        next_url=f"{base}?show={show}&before={shown[-1].pk}" if len(found) > PAGE else "",
        empty=None if shown else EmptyState(
            title=_("Nothing has run yet"), icon="loader",
            text=_("Imports, exports and changes of many records run here while you go on working. You are told when they end."),
        ),
    )  # fmt: skip


def page(actor: Actor, job: Job) -> JobPage:
    found = views(actor, [job])[0]
    return JobPage(title=found.title, job=found, breadcrumb=[Link(label=_("Jobs"), url=reverse("jobs"))])


def views(actor: Actor, jobs: Iterable[Job]) -> list[JobView]:
    """Jobs with the progress made since their last checkpoint; three queries for any number."""
    seen = selectors.views(jobs)
    names = dict(
        User.objects.filter(pk__in={view.owner_id for view in seen if view.owner_id}).values_list("pk", "name")
    )
    return [view_of(actor, view, names.get(view.owner_id or 0, "")) for view in seen]


def view_of(actor: Actor, job: selectors.JobView, started_by: str) -> JobView:
    state: Any = STATES.get(job.state, job.state)
    began = job.started_at or job.created_at
    alive = state in ("waiting", "running")
    return JobView(
        id=str(job.id), title=job.label, state=state, state_label=_("Stopping") if job.cancelling else job.state_label,
        percent=-1 if job.percent is None else job.percent, url=reverse("job", args=[job.id]), url_part=reverse("job_view", args=[job.id]) if alive else "",
        stages=_stages(job, state), counts=named(job.counters), rate=_rate(job), remaining=_remaining(job.remaining_seconds),
        started=date_format(began.astimezone(actor.zone), "SHORT_DATETIME_FORMAT"), started_by=started_by, duration=_duration(job.started_at, job.finished_at),
        error=job.error, commands=_commands(job), downloads=_downloads(job),
    )  # fmt: skip


def _stages(job: selectors.JobView, state: str) -> list[JobStage]:
    if not job.stage_label:
        return []
    now: Any = {"running": "now", "waiting": "next", "done": "done"}.get(state, "failed")
    amount = f"{job.done:,} / {job.total:,}" if job.total else f"{job.done:,}" if job.done else ""
    return [JobStage(label=job.stage_label, state=now, note=job.note or amount)]


def _rate(job: selectors.JobView) -> str:
    return _("%(rate)s per second") % {"rate": f"{job.rate:,.0f}"} if job.rate and job.state == "running" else ""


def _remaining(seconds: int | None) -> str:
    if seconds is None:
        return ""
    if seconds < 60:
        return _("less than a minute left")
    minutes = round(seconds / 60)
    return ngettext("about %(count)d minute left", "about %(count)d minutes left", minutes) % {"count": minutes}


def _duration(started: datetime | None, finished: datetime | None) -> str:
    if started is None or finished is None:
        return ""
    took = finished - started
    if took < timedelta(minutes=1):
        seconds = max(round(took.total_seconds()), 1)
        return ngettext("took %(count)d second", "took %(count)d seconds", seconds) % {"count": seconds}
    minutes = round(took.total_seconds() / 60)
    return ngettext("took %(count)d minute", "took %(count)d minutes", minutes) % {"count": minutes}


def _commands(job: selectors.JobView) -> list[CommandButton]:
    found = []
    if job.can_cancel:
        found.append(
            CommandButton(
                id="cancel",
                label=_("Cancel"),
                icon="player-stop",
                url=reverse("job_cancel", args=[job.id]),
                direct=True,
                danger=True,
            )
        )
    if job.can_retry:
        found.append(
            CommandButton(
                id="retry",
                label=_("Go on"),
                icon="reload",
                url=reverse("job_retry", args=[job.id]),
                direct=True,
                primary=True,
            )
        )
    if job.state == "done" and (batch := job.result.get("batch")):
        found.append(
            CommandButton(
                id="undo", label=_("Undo"), icon="arrow-back-up", url=reverse("undo", args=[batch]), direct=True
            )
        )
    return found


def _downloads(job: selectors.JobView) -> list[Link]:
    """``link`` leads to the result's page; ``files`` is [{label, url}] of what can be downloaded."""
    result = job.result
    found = (
        [Link(label=_("Open the result"), url=result["link"], icon="arrow-right")]
        if local(result.get("link", ""))
        else []
    )
    return found + [
        Link(label=str(file["label"]), url=file["url"], icon="download")
        for file in result.get("files", ())
        if local(file["url"])
    ]


def local(url: str) -> bool:
    """Whether the address stays within this installation."""
    return url.startswith("/") and not url.startswith(("//", "/\\"))
