"""The register, requests of persons and legal holds as records."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field, fixed
from guanxi.platform.access.kinds import Choice, Invalid
from guanxi.platform.access.scope import ScopeResolver
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity, entity
from guanxi.platform.entities.options import Menu, Section, Sensitive
from guanxi.platform.privacy import register
from guanxi.platform.privacy.choices import REQUEST_COLORS, DataClass, RequestState
from guanxi.platform.privacy.conf import privacy_settings
from guanxi.platform.privacy.deadlines import after_working_days
from guanxi.platform.privacy.declared import NAMING, days_of
from guanxi.platform.privacy.models import LegalHold, RegisterEntry, SubjectRequest
from guanxi.platform.privacy.persons import values_of_request


def all_entities() -> list[Choice]:
    return [Choice(one.key, one.label_plural) for one in registry.entities()]


def _period(value: str) -> str:
    value = value.strip().upper()
    if days_of(value) is None:
        raise Invalid(_("Write a period as P3Y (years), P6M (months) or P90D (days)."))
    return value


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
    title = "field"
    hint = ()
    order = "id"
    columns = ("entity", "label", "data", "purpose", "basis", "retention", "note")
    form = (Section(gettext_lazy("Legal basis"), "basis", "retention", "note"),)
    group_by = ("entity", "data", "basis")
    commands = ("edit",)

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        fields["entity"] = fields["entity"].with_(kind=kinds.CHOICE, choices=all_entities)
        fields["retention"] = fields["retention"].with_(check=_period)
        told = {"label": (gettext_lazy("Data"), _label), "purpose": (gettext_lazy("Purpose"), _purpose)}
        for key, (label, get) in told.items():
            fields[key] = Field(key, kinds.TEXT, label, readonly=True, get=get)
        return fields


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
            gettext_lazy("Request"), "kind", "asker", "verified", "received_on", "due_on", "handler", key="request"
        ),
        Section(gettext_lazy("Who it is about"), "name", "phone", "email", "number", "code", key="person"),
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
        return fields

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
