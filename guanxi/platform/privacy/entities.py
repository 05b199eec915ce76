"""The register, requests of persons, legal holds and incidents as records."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field, fixed
from guanxi.platform.access.kinds import Choice, Invalid
from guanxi.platform.access.scope import ScopeResolver
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity, entity
from guanxi.platform.entities.options import Menu, Section, Sensitive
from guanxi.platform.privacy import incidents, register
from guanxi.platform.privacy.choices import INCIDENT_COLORS, REQUEST_COLORS, DataClass, IncidentState, RequestState
from guanxi.platform.privacy.conf import privacy_settings
from guanxi.platform.privacy.deadlines import after_working_days
from guanxi.platform.privacy.declared import NAMING, all_declared, days_of, words_of
from guanxi.platform.privacy.models import Incident, LegalHold, RegisterEntry, SubjectRequest
from guanxi.platform.privacy.persons import values_of_request


def all_entities() -> list[Choice]:
    return [Choice(one.key, one.label_plural) for one in registry.entities()]


def _period(value: str) -> str:
    value = value.strip().upper()
    if days_of(value) is None:
        raise Invalid(_("Write a period as P3Y (years), P6M (months) or P90D (days)."))
    return value


#: A text for whom it is typed, words for whom it is shown.
PERIOD = replace(kinds.TEXT, display=lambda value, spec, zone: words_of(value), worded=True)


def _labelled(operator: str, values: tuple[Any, ...]) -> Q:
    """Entries by the name of their field in the reader's language, which no column holds."""
    found = Q(pk__in=[])
    for one in all_declared():
        field = registry.get(one.entity).fields()[one.field]
        if str(values[0]).casefold() in str(field.label).casefold():
            found |= Q(entity=one.entity, field=one.field)
    return found


def _label(row: RegisterEntry) -> str:
    field = register.field_of(row)
    return str(field.label) if field else row.field


def _purpose(row: RegisterEntry) -> str:
    field = register.field_of(row)
    if field is None:
        return ""
    return str(field.purpose or (NAMING if row.data == DataClass.NAME else ""))


@entity
class RegisterEntryEntity(Entity):
    """Its rows follow the declarations; what the organisation may say is how long and on which basis."""

    model = RegisterEntry
    icon = "list-details"
    menu = Menu("settings", 96)
    help = gettext_lazy("Every field that holds personal data: why, on which legal basis and how long it is kept.")
    title = "label"
    hint = ()
    order = "id"
    columns = ("label", "entity", "data", "purpose", "basis", "retention", "note")
    form = (Section(gettext_lazy("Legal basis"), "basis", "retention", "note"),)
    group_by = ("entity", "data", "basis")
    commands = ("edit",)

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        fields["entity"] = fields["entity"].with_(kind=kinds.CHOICE, choices=all_entities)
        fields["retention"] = fields["retention"].with_(kind=PERIOD, check=_period)
        told = {"label": (gettext_lazy("Data"), _label), "purpose": (gettext_lazy("Purpose"), _purpose)}
        for key, (label, get) in told.items():
            fields[key] = Field(key, kinds.TEXT, label, readonly=True, get=get)
        fields["label"] = fields["label"].with_(conditions=_labelled)
        return fields

    def title_of(self, record: RegisterEntry, actor: Actor) -> str:
        host = registry.find(record.entity)
        return f"{host.label if host else record.entity} · {_label(record)}"


@entity
class SubjectRequestEntity(Entity):
    """What is looked for, and what became of it. An erasure also empties the request that asked for it."""

    model = SubjectRequest
    icon = "user-circle"
    menu = Menu("settings", 97)
    help = gettext_lazy("People who ask what is kept about them, or want it corrected or erased.")
    title = "name"
    hint = ()
    badges = ("state", "kind")
    columns = ("name", "kind", "state", "received_on", "due_on", "handler", "closed_at")
    form = (
        Section(
            pgettext_lazy("of a person", "Request"),
            "kind",
            "asker",
            "received_on",
            "due_on",
            "handler",
            "verified",
            key="request",
        ),
        Section(gettext_lazy("Who it is about"), "name", "phone", "code", "email", "number", key="person"),
        Section(gettext_lazy("Outcome"), "state", "outcome", "closed_at", key="outcome"),
    )
    group_by = ("kind", "state", "handler")
    commands = ("create", "edit")
    sensitive = (
        Sensitive("phone", "email", kind="contact", purpose=gettext_lazy("answering requests of persons"), basis="law"),
        Sensitive("name", kind="name", purpose=gettext_lazy("answering requests of persons"), basis="law"),
        Sensitive(
            "number",
            kind="identity",
            purpose=gettext_lazy("answering requests of persons"),
            retention="P3Y",
            mask="identity",
        ),
    )

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        fields["state"] = fields["state"].with_(choices=fixed(RequestState, REQUEST_COLORS))
        fields["due_on"] = fields["due_on"].with_(help=gettext_lazy("Empty: as soon as the law asks for it."))
        fields["name"] = fields["name"].with_(
            label=pgettext_lazy("kind of data", "Name"),
            help=gettext_lazy("With at least one of the following: namesakes are not one person."),
        )
        return fields

    def initial(self, actor: Actor) -> dict[str, Any]:
        return {"received_on": actor.today(), "handler": actor.user_id}

    def clean(self, record: SubjectRequest, actor: Actor) -> dict[str, str]:
        if record.state in (RequestState.ERASING, RequestState.DONE, RequestState.REFUSED):
            return {}
        if not values_of_request(record):
            return {"phone": _("A name alone is not enough: give a phone number, e-mail, document number or code.")}
        return {}

    def prepare(self, records: Sequence[Any], actor: Actor, scopes: ScopeResolver) -> None:
        for record in records:
            record.received_on = record.received_on or actor.today()
            record.due_on = record.due_on or after_working_days(record.received_on, privacy_settings().due_days)


@entity
class LegalHoldEntity(Entity):
    model = LegalHold
    icon = "lock"
    menu = Menu("settings", 98)
    help = gettext_lazy(
        "What must not be erased or removed for good, because a court, an authority or a dispute needs it."
    )
    title = "reason"
    columns = ("reason", "entity", "record_id", "until", "lifted_at", "created_by", "created_at")
    form = (Section(gettext_lazy("Legal hold"), "reason", "until", "remarks"),)
    commands = ("create", "edit")
    attachments = False

    def initial(self, actor: Actor) -> dict[str, Any]:
        return {}


@entity
class IncidentEntity(Entity):
    """Begun here or from the incident report, which says how many are concerned."""

    model = Incident
    icon = "alert-triangle"
    menu = Menu("settings", 99)
    help = gettext_lazy("Data that came into wrong hands: what must be reported to whom until when.")
    title = "title"
    hint = ()
    badges = ("state",)
    columns = ("title", "state", "found_at", "people", "handler", "authority_due_at", "authority_told_at")
    form = (
        Section(gettext_lazy("Incident"), "title", "found_at", "since", "until", "handler", key="incident"),
        Section(gettext_lazy("Whom it concerns"), "people", "data", "european", "harmless", key="people"),
        Section(gettext_lazy("Measures"), "measures", key="measures"),
        Section(
            gettext_lazy("Reports"), "authority_due_at", "authority_told_at", "gdpr_due_at", "gdpr_told_at",
            "people_due_at", "people_told_at", "state", "outcome", key="reports",
        ),
    )  # fmt: skip
    group_by = ("state", "handler", "european")
    commands = ("create", "edit")

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        fields["state"] = fields["state"].with_(choices=fixed(IncidentState, INCIDENT_COLORS))
        told = gettext_lazy("The clocks run from this moment. Empty: now.")
        fields["found_at"] = fields["found_at"].with_(help=told)
        return fields

    def initial(self, actor: Actor) -> dict[str, Any]:
        return {"handler": actor.user_id}

    def clean(self, record: Incident, actor: Actor) -> dict[str, str]:
        if record.found_at is not None and record.found_at > actor.now():
            return {"found_at": _("Choose a moment that has come already.")}
        if record.since and record.until and record.since > record.until:
            return {"until": _("The first day lies after the last one.")}
        return {}

    def prepare(self, records: Sequence[Any], actor: Actor, scopes: ScopeResolver) -> None:
        for record in records:
            record.found_at = record.found_at or actor.now()
            incidents.set_clocks(record)
