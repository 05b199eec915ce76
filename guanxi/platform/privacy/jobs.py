"""The long work for a person's request: looking everywhere, the report, the erasure; and what a restore brought back."""

from collections import Counter
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, override

from guanxi.platform.access import deputies
from guanxi.platform.access.actor import Actor, System
from guanxi.platform.commands.record_event import by
from guanxi.platform.events.sealer import seal
from guanxi.platform.events.services import NewEvent, append
from guanxi.platform.exchange.exporting import OPENS_ONCE
from guanxi.platform.files.choices import Purpose
from guanxi.platform.files.services import new_file
from guanxi.platform.jobs.choices import UNFINISHED
from guanxi.platform.jobs.context import JobContext
from guanxi.platform.jobs.errors import JobError
from guanxi.platform.jobs.maintenance import on_restored
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.registry import job, periodic
from guanxi.platform.jobs.services import enqueue
from guanxi.platform.privacy import erasing, finding, holding, incidents, persons, register, reporting
from guanxi.platform.privacy.choices import RequestState
from guanxi.platform.privacy.conf import privacy_settings
from guanxi.platform.privacy.events import Found, Reported
from guanxi.platform.privacy.models import SubjectRequest

FIND, REPORT, ERASE = "privacy.find", "privacy.report", "privacy.erase"
_LABELS = {
    FIND: _("Look up a person's data"),
    REPORT: _("Report of a person's data"),
    ERASE: _("Erase a person's data"),
}
TOO_MANY = gettext_noop("More records than one person can have answer to this. Give the name and number more exactly.")


def start(kind: str, request: SubjectRequest, actor: Actor) -> Job:
    """Queue work for a request, in the transaction of the command. The name of the person is not in it."""
    payload = {"request": request.pk, "for": actor.on_behalf_of_id}
    return enqueue(kind, payload, owner_id=actor.user_id, label=_LABELS[kind])


def _owner(context: JobContext) -> Actor:
    return deputies.at_work(context.owner_id, context.payload.get("for"), source="job", clock=context.now)


def _request(context: JobContext) -> SubjectRequest:
    return SubjectRequest.objects.get(pk=context.payload["request"])


def _look(context: JobContext, request: SubjectRequest) -> finding.Found:
    context.stage("look", gettext_noop("Looking everywhere"))
    while seal():  # what has just happened is looked through as well
        context.pause()
    try:
        return finding.find(request)
    except persons.TooMany as error:
        raise JobError(TOO_MANY, code="too_many") from error


@job(FIND, label=_LABELS[FIND])
def find(context: JobContext) -> None:
    """Where the person is named. Looking again does no harm."""
    actor, request = _owner(context), _request(context)
    found = _look(context, request)
    with transaction.atomic():
        summary = found.summary() | {"of": persons.asked_for(request)}
        values = {"found": summary, "persons": persons.as_pairs(found.persons), "state": RequestState.FOUND}
        open_ones = SubjectRequest.objects.filter(pk=request.pk, state__in=(RequestState.OPEN, RequestState.FOUND))
        open_ones.update(**values)
        told = Found(request_id=request.pk, places=found.count)
        append([NewEvent(kind=Found.kind.key, payload=told, **_place(request), **by(actor))])
        context.checkpoint(done=found.count, counters={"places": found.count})
    context.result(link=_link(request))


def _place(request: SubjectRequest) -> dict[str, Any]:
    return {"entity": "privacy.subjectrequest", "record_id": request.pk}


def _link(request: SubjectRequest) -> str:
    return reverse("record", args=["privacy", "subjectrequest", request.pk])


@job(REPORT, label=_LABELS[REPORT])
def report(context: JobContext) -> None:
    """The report as a file that its owner opens once, within some days. A killed job writes it anew."""
    actor, request = _owner(context).through("export"), _request(context)
    found = _look(context, request)
    context.stage("write", gettext_noop("Writing the report"))
    until = context.now() + privacy_settings().report_kept
    with (
        override(actor.language),
        new_file(
            f"request-{request.pk}.zip", by=actor.user_id, purpose=Purpose.EXPORT, expires_at=until, entity=OPENS_ONCE
        ) as new,
    ):
        reporting.write(new, request, found, actor)  # type: ignore[arg-type]
    assert new.file is not None
    with transaction.atomic():
        told = Reported(request_id=request.pk, places=found.count, file_id=new.file.pk)
        append([NewEvent(kind=Reported.kind.key, payload=told, **_place(request), **by(actor))])
        context.checkpoint(done=found.count, counters={"places": found.count})
    context.result(files=[{"label": new.file.name, "url": reverse("export_file", args=[new.file.pk])}])


@job(ERASE, label=_LABELS[ERASE])
def erase(context: JobContext) -> None:
    """Steps may be repeated: what a killed worker has erased is not found a second time."""
    request = _request(context)
    left_over = context.owner_id is None
    actor = System("an erasure is brought to its end", clock=context.now) if left_over else _owner(context)
    if request.state == RequestState.DONE:
        erasing.leave_nothing()
        return
    if request.state != RequestState.ERASING and holding.hindrances(persons.from_pairs(request.persons), actor.today()):
        raise JobError(
            gettext_noop("Something speaks against it since it was agreed on. Look it up again."), code="held"
        )
    context.stage("erase", gettext_noop("Erasing"))
    place, done = context.cursor or 0, Counter(context.counters)

    def confirm(more: erasing.Done) -> None:
        nonlocal place
        place += 1
        context.checkpoint(place, done=place, counters=more)
        done.update(more)

    erasure = erasing.Erasure(request, actor, confirm)
    for _step in erasure.steps():
        context.pause()
    with transaction.atomic():
        erasure.finish(done)
        context.checkpoint(place + 1)
    erasing.leave_nothing()
    context.result(link=_link(request))


@periodic(every=timedelta(hours=1), name="privacy.resume")
def resume() -> None:
    """An erasure that has begun is brought to its end, whatever became of its job and of whoever asked for it."""
    under_way = Job.objects.filter(kind=ERASE, state__in=UNFINISHED).values_list("payload__request", flat=True)
    for request in SubjectRequest.objects.filter(state=RequestState.ERASING).exclude(pk__in=list(under_way)):
        enqueue(ERASE, {"request": request.pk}, owner_id=None, label=_LABELS[ERASE])


@periodic(every=timedelta(minutes=5), name="privacy.incidents")
def remind() -> None:
    """Nobody forgets a report while its clock runs."""
    incidents.remind(timezone.now())


@periodic(every=timedelta(days=1), name="privacy.register")
def follow_declarations() -> None:
    """The register follows fields that were added while the program ran."""
    register.refresh()


@on_restored
def erase_again() -> None:
    """A backup knows nothing of erasures that came after it: they are done again before anybody sees the data."""
    erasing.repeat(System("erasures are repeated after a restore", clock=timezone.now))
