"""The pages of the auditor: the state of the trail, and who came upon some customers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.kinds import Invalid
from guanxi.platform.audit import verifying
from guanxi.platform.audit.entities import customers_named
from guanxi.platform.audit.incident import MOST_CUSTOMERS, Contact
from guanxi.platform.audit.models import Anchor, AuditEvent, Verification
from guanxi.platform.entities import registry
from guanxi.platform.events.selectors import last_seq
from guanxi.platform.exchange.writing import Column, Kind
from guanxi.platform.ui import addresses
from guanxi.platform.ui.contexts import Count, EmptyState, FormField
from guanxi.platform.ui.contexts.audit import ContactRow, IncidentPage, TrailPage, TrailRow

SHOWN = 20
SHOWN_CONTACTS = 500
DAYS = 30


# --- the state of the trail -----------------------------------------------------------------------------
def trail(actor: Actor) -> TrailPage:
    """The last verdict, and the anchors it rests on."""
    results = list(Verification.objects.order_by("-id")[:SHOWN])
    anchors = list(Anchor.objects.order_by("-id")[:SHOWN])
    last = results[0] if results else None
    waiting = AuditEvent.objects.filter(seq__isnull=True).order_by()[:1_000].count()
    return TrailPage(
        title=_("State of the audit trail"),
        verdict=_verdict(last) if last else _("It has not been verified yet. It is verified every day, or now."),
        tone="info" if last is None else "danger" if last.fault else "success",
        counts=[
            Count(label=_("events sealed"), value=f"{last_seq():,}"),
            Count(label=_("waiting for their seal"), value=f"{waiting:,}"),
            Count(label=_("anchors"), value=f"{Anchor.objects.count():,}"),
        ],
        verifications=[
            TrailRow(
                at=_moment(one.at, actor), iso=one.at.isoformat(), text=_verdict(one), tone="danger" if one.fault else "success",
                note=_("%(events)s events, %(anchors)s anchors, %(views)s viewings in %(seconds)s s")
                % {"events": f"{one.events:,}", "anchors": f"{one.anchors:,}", "views": f"{one.views:,}", "seconds": one.seconds},
            )
            for one in results
        ],
        anchors=[
            TrailRow(
                at=_moment(one.at, actor), iso=one.at.isoformat(), text=_("up to event %(seq)s") % {"seq": f"{one.seq:,}"},
                note=one.hash[:16],
            )
            for one in anchors
        ],
        verify_url=reverse("audit_verify"),
    )  # fmt: skip


def _verdict(result: Verification) -> str:
    return verifying.message_of(result.fault, result.seq) if result.fault else _("The audit trail is whole.")


def _moment(moment: datetime, actor: Actor) -> str:
    return date_format(moment.astimezone(actor.zone), "SHORT_DATETIME_FORMAT")


# --- who came upon some customers -----------------------------------------------------------------------
@dataclass(frozen=True)
class Question:
    """``names`` is id → code as asked for; ``unknown`` are texts that name no customer."""

    names: Mapping[int, str]
    unknown: tuple[str, ...]
    since: date
    until: date

    def bounds(self, actor: Actor) -> tuple[datetime, datetime]:
        """From the beginning of the first day to the end of the last, in the reader's zone."""
        start, end = (
            datetime.combine(day, time.min, actor.zone) for day in (self.since, self.until + timedelta(days=1))
        )
        return start, end


def read_question(data: Mapping[str, str]) -> Question:
    """The question of the form. Raises Invalid."""
    texts = list(dict.fromkeys(data.get("customers", "").replace(",", " ").replace(";", " ").split()))
    if not texts:
        raise Invalid(_("Name at least one customer, by its code or by # and its number."))
    if len(texts) > MOST_CUSTOMERS:
        raise Invalid(_("At most %(count)s customers can be asked for at once.") % {"count": f"{MOST_CUSTOMERS:,}"})
    try:
        since, until = (date.fromisoformat(data.get(name, "")) for name in ("since", "until"))
    except ValueError as error:
        raise Invalid(_("Say from which day to which day.")) from error
    if since > until:
        raise Invalid(_("The first day lies after the last one."))
    known = customers_named(texts)
    names = {pk: text for text, pk in known.items()}
    return Question(names, tuple(text for text in texts if text not in known), since, until)


def incident(
    actor: Actor,
    data: Mapping[str, str],
    question: Question | None = None,
    found: Iterable[Contact] = (),
    error: str = "",
) -> IncidentPage:
    """The form, with the answer if something was asked."""
    today = actor.today()
    fields = [
        FormField(
            name="customers", kind="long_text", label=_("Customers"), value=data.get("customers", ""), required=True,
            help=_("Codes, or # and a number, one below the other or with blanks between."), error=error,
        ),
        FormField(name="since", kind="date", label=_("First day"), value=data.get("since") or (today - timedelta(days=DAYS)).isoformat(), required=True, width="half"),
        FormField(name="until", kind="date", label=_("Last day"), value=data.get("until") or today.isoformat(), required=True, width="half"),
    ]  # fmt: skip
    title, url = _("Incident report"), reverse("audit_incident")
    if question is None:
        return IncidentPage(title=title, fields=fields, action_url=url)
    contacts = list(found)
    people = len({one.actor_id for one in contacts})
    return IncidentPage(
        title=title, fields=fields, action_url=url, asked=True,
        summary=ngettext("%(count)d person came upon them", "%(count)d people came upon them", people) % {"count": people},
        unknown=", ".join(question.unknown[:50]),
        counts=_counts(contacts), record_url=_record_url(actor, question),
        rows=[_row(one, question, actor) for one in contacts[:SHOWN_CONTACTS]],
        empty=None if contacts else EmptyState(
            title=_("Nobody"), icon="eye-off", text=_("Nobody saw, exported or printed these customers in this time."),
        ),
    )  # fmt: skip


def _record_url(actor: Actor, question: Question) -> str:
    """Where the incident itself is begun, with what was asked here; empty for who may not."""
    record = registry.get("privacy.incident")
    if not gate.permits(actor, record, "create"):
        return ""
    days = {"since": question.since.isoformat(), "until": question.until.isoformat()}
    return addresses.page_of(record, "create", people=len(question.names), **days)


def _counts(contacts: list[Contact]) -> list[Count]:
    by_label: dict[str, int] = {}
    for one in contacts:
        label = one.label or _("Looked at")
        by_label[label] = by_label.get(label, 0) + one.times
    return [Count(label=label, value=f"{number:,}") for label, number in by_label.items()]


def _row(one: Contact, question: Question, actor: Actor) -> ContactRow:
    first, last = _moment(one.first, actor), _moment(one.last, actor)
    url = addresses.record(registry.get("audit.event"), one.event_id) if one.event_id else ""
    return ContactRow(
        person=one.actor_name, what=one.label or _("Looked at"), customers=_named(one, question),
        when=first if first == last else _("%(first)s to %(last)s") % {"first": first, "last": last},
        times=f"{one.times:,}", address=one.address, url=url,
    )  # fmt: skip


def _named(one: Contact, question: Question) -> str:
    return ", ".join(question.names[pk] for pk in one.customers)


def columns() -> list[Column]:
    """The report as a table."""
    return [
        Column("person", _("Who"), Kind.TEXT), Column("what", _("What"), Kind.TEXT), Column("customers", _("Customers"), Kind.LONGTEXT),
        Column("first", _("First time"), Kind.DATETIME), Column("last", _("Last time"), Kind.DATETIME),
        Column("times", _("Times"), Kind.INTEGER), Column("address", _("Network address"), Kind.TEXT),
    ]  # fmt: skip


def table(found: Iterable[Contact], question: Question) -> Iterable[tuple[Any, ...]]:
    """The rows of the report."""
    for one in found:
        what = one.label or _("Looked at")
        yield one.actor_name, what, _named(one, question), one.first, one.last, one.times, one.address
