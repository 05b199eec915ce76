"""What is done with a person's request, a legal hold and an incident."""

from collections.abc import Sequence
from typing import Annotated, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.commands.command import Answer, Input, command
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.privacy import holding, incidents, jobs, persons
from guanxi.platform.privacy.choices import CLOSED, IncidentState, RequestKind, RequestState, Told
from guanxi.platform.privacy.models import Incident, LegalHold, SubjectRequest


@command(
    SubjectRequest, label=_("Look up"), past="looked_up", past_label=_("Look-up asked for"), icon="search", primary=True,
    undo=None, many=False, beside=True,
)  # fmt: skip
def look_up(request: SubjectRequest, actor: Actor) -> None:
    """Find everything about the person, in the background."""
    jobs.start(jobs.FIND, request, actor)


@command(
    SubjectRequest, label=_("Make the report"), past="report_asked", past_label=_("Report asked for"), icon="file-export",
    undo=None, many=False, beside=True, confirm=True,
)  # fmt: skip
def report(request: SubjectRequest, actor: Actor, *, note: Annotated[str, Input(_("Reason"))]) -> None:
    """Put everything about the person into one file that opens once. A second person must agree."""
    jobs.start(jobs.REPORT, request, actor)


@command(
    SubjectRequest, label=_("Erase"), past="erasure_asked", past_label=_("Erasure begun"), icon="trash", undo=None,
    many=False, danger=True, confirm=True, beside=True,
)  # fmt: skip
def erase(request: SubjectRequest, actor: Actor, *, note: Annotated[str, Input(_("Reason"))]) -> None:
    """Remove the person from records, histories, texts and files. It cannot be undone, and a second person must agree."""
    jobs.start(jobs.ERASE, request, actor)


@command(
    SubjectRequest, label=_("Close"), past="closed", past_label=_("Closed"), icon="circle-check", undo=None, many=False,
)  # fmt: skip
def close(
    request: SubjectRequest, actor: Actor, *,
    outcome: Annotated[str, Input(_("Outcome"), kind=kinds.LONGTEXT, help=_("What the person was told. Do not name them here."))],
    refuse: Annotated[bool, Input(_("It is refused"))] = False,
) -> None:  # fmt: skip
    """Say what became of it."""
    request.outcome = outcome
    request.state = RequestState.REFUSED if refuse else RequestState.DONE
    request.closed_at = actor.now()


def _is_open(request: SubjectRequest, actor: Actor) -> Answer:
    if request.state in CLOSED:
        return gettext("The request is closed.")
    return request.state != RequestState.ERASING or gettext("The person is being erased.")


def _is_proven(request: SubjectRequest, actor: Actor) -> Answer:
    if (answer := _is_open(request, actor)) is not True:
        return answer
    return request.verified or gettext("Check who is asking, and note it in the request, before anything is done.")


def _may_be_erased(request: SubjectRequest, actor: Actor) -> Answer:
    if (answer := _is_proven(request, actor)) is not True:
        return answer
    if request.kind != RequestKind.ERASE:
        return gettext("The person has not asked to be erased.")
    if request.state != RequestState.FOUND or not request.persons:
        return gettext("Look the person up first. Nobody has been found yet.")
    if request.found.get("of") != persons.asked_for(request):
        return gettext("The request has been changed since the person was looked up. Look up again.")
    hindrances = holding.hindrances(persons.from_pairs(request.persons), actor.today())
    return hindrances[0] if hindrances else True


look_up.allowed(_is_open)
close.allowed(_is_open)
report.allowed(_is_proven)
erase.allowed(_may_be_erased)


def _always(actor: Actor, records: Sequence[Any], values: dict[str, Any]) -> bool:
    return True


report.held_when(_always)
erase.held_when(_always)


@command(LegalHold, label=_("Lift"), past="lifted", past_label=_("Lifted"), icon="lock-open", undo="diff")
def lift(hold: LegalHold, actor: Actor, *, note: Annotated[str, Input(_("Reason"))]) -> None:
    """What was held may be erased again."""
    hold.lifted_at = actor.now()


@lift.allowed
def _holds(hold: LegalHold, actor: Actor) -> Answer:
    return hold.lifted_at is None or gettext("It has been lifted.")


@command(
    Incident, label=_("Reported"), past="reported", past_label=_("Reported"), icon="speakerphone", undo=None, many=False,
    primary=True,
)  # fmt: skip
def reported(
    incident: Incident, actor: Actor, *, to: Annotated[Told, Input(_("To"))],
    note: Annotated[str, Input(_("Reference and what was said"), kind=kinds.LONGTEXT)],
) -> None:  # fmt: skip
    """Stop the clock of a report that has been made."""
    if to not in {clock.told for clock in incidents.running(incident)}:
        raise Rejected({"to": gettext("This report has been made already, or nothing asks for it.")})
    setattr(incident, f"{to}_told_at", actor.now())


@command(
    Incident, label=_("Close"), past="closed", past_label=_("Closed"), icon="circle-check", undo="diff", many=False,
)  # fmt: skip
def close_incident(
    incident: Incident, actor: Actor, *, outcome: Annotated[str, Input(_("Outcome"), kind=kinds.LONGTEXT)]
) -> None:
    """Say what became of it and what was learned."""
    incident.outcome, incident.state = outcome, IncidentState.CLOSED


@reported.allowed
def _may_be_reported(incident: Incident, actor: Actor) -> Answer:
    if incident.state == IncidentState.CLOSED:
        return gettext("The incident is closed.")
    return bool(incidents.running(incident)) or gettext("All reports have been made.")


@close_incident.allowed
def _may_be_closed(incident: Incident, actor: Actor) -> Answer:
    if incident.state == IncidentState.CLOSED:
        return gettext("The incident is closed.")
    return not incidents.running(incident) or gettext(
        "Make the reports that are due first, and note them with “Reported”."
    )
