"""Incidents and their clocks: what must be reported until when, and who is told before a clock runs out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from guanxi.platform.jobs.sentences import as_sentence
from guanxi.platform.messages.choices import Kind
from guanxi.platform.messages.services import Notice, notify_each
from guanxi.platform.privacy.choices import IncidentState, Told
from guanxi.platform.privacy.conf import privacy_settings
from guanxi.platform.privacy.models import Incident

#: GDPR, article 33.
GDPR = timedelta(hours=72)
#: The responsible are told when half of the time is over, but no sooner than this before its end.
SOONEST = timedelta(hours=12)
#: So many open incidents are looked at.
MOST = 1_000
_NAMES = {
    Told.AUTHORITY: _("Report to the authority"),
    Told.GDPR: _("Report under the GDPR"),
    Told.PEOPLE: _("Tell the people concerned"),
}


@dataclass(frozen=True)
class Clock:
    """One report: until when, since when it is counted, and when it was made."""

    told: Told
    start: datetime
    due_at: datetime
    told_at: datetime | None

    @property
    def warn_at(self) -> datetime:
        return max(self.due_at - (self.due_at - self.start) / 2, self.due_at - SOONEST)


def set_clocks(incident: Incident) -> None:
    """What follows from when it was found out. PIPL asks for a report at once: the shortest time there is counts, and for
    the people too, unless no harm to them is possible."""
    found, shortest = incident.found_at, privacy_settings().incident_within
    assert found is not None
    incident.authority_due_at = found + shortest
    incident.gdpr_due_at = found + GDPR if incident.european else None
    incident.people_due_at = None if incident.harmless else found + shortest


def clocks(incident: Incident) -> Iterator[Clock]:
    """The clocks that the law has set."""
    for told in Told:
        due_at = getattr(incident, f"{told}_due_at")
        if due_at is not None and incident.found_at is not None:
            yield Clock(told, incident.found_at, due_at, getattr(incident, f"{told}_told_at"))


def running(incident: Incident) -> list[Clock]:
    """Those whose report has not been made, the next one first."""
    left = (clock for clock in clocks(incident) if clock.told_at is None)
    return sorted(left, key=lambda clock: clock.due_at)


def remind(now: datetime) -> int:
    """Tell the responsible of clocks that will end, and of those that have: each once. Returns how many were told."""
    notices = [
        (incident.handler_id, notice)
        for incident in Incident.objects.filter(state=IncidentState.OPEN).order_by("pk")[:MOST]
        for clock in running(incident)
        if incident.handler_id and (notice := _notice(incident, clock, now))
    ]
    return notify_each(notices, at=now)


def _notice(incident: Incident, clock: Clock, now: datetime) -> Notice | None:
    late = now >= clock.due_at
    if not late and now < clock.warn_at:
        return None
    template = (
        gettext_noop("%(report)s: the time is over. Report it now and say why it is late. %(record)s")
        if late
        else gettext_noop("%(report)s soon: the time ends before long. %(record)s")
    )
    return Notice(
        # Who takes over is told as well; a clock that was set anew rings again.
        key=f"incident:{incident.pk}:{clock.told}:{clock.due_at:%Y%m%d%H%M}:{'late' if late else 'soon'}",
        kind=Kind.ALARM,
        sentence={"text": template, "values": {"report": as_sentence(_NAMES[clock.told])}},
        failed=late,
        entity="privacy.incident",
        record_id=incident.pk,
    )
