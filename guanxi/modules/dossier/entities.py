"""Protected fields, kept by administrators; change requests, kept by nobody: commands make and decide them."""

from django.utils.translation import gettext_lazy as _

from guanxi.modules.dossier.choices import CUSTOMER, DIRECTLY, STATE_COLORS, State
from guanxi.modules.dossier.models import ChangeRequest, ProtectedField
from guanxi.modules.dossier.panels import REQUEST_PANELS
from guanxi.platform.access import kinds
from guanxi.platform.access.actions import name_action
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Choice, Field, fixed
from guanxi.platform.customizing.configured import Configured
from guanxi.platform.customizing.configured import fixed as fixed_names
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity, entity
from guanxi.platform.entities.options import Menu, Related, Section

name_action(CUSTOMER, DIRECTLY, _("Change protected fields directly"))


def protectable() -> list[Choice]:
    """The fields of customers that can be protected. Files and the owner, who is given by a command of its own, cannot."""
    return [
        Choice(key, field.label)
        for key, field in registry.get(CUSTOMER).fields().items()
        if field.set
        and not field.readonly
        and field.kind is not kinds.FILE
        and key not in ("code", "owner", "department")
    ]


def label_of(key: str) -> str:
    """The name of a field of customers; its key where there is none any more."""
    field = registry.get(CUSTOMER).fields().get(key)
    return str(field.label) if field else key


@entity
class ProtectedFieldEntity(Configured):
    model = ProtectedField
    icon = "lock"
    menu = Menu("settings", 46)
    help = _(
        "Fields of customers that are changed by a request with a site check only, unless a role may do so directly."
    )
    title = "name"
    hint = ("since",)
    columns = ("name", "since", "empty_too", "site_check", "active")
    form = (Section(_("Protection"), "field", "since", "empty_too", "site_check", "active", key="protection"),)
    order = "id"

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        fields["field"] = fields["field"].with_(kind=kinds.CHOICE, choices=protectable)
        name = Field("name", kinds.TEXT, _("Name"), readonly=True, get=lambda record: label_of(record.field))
        return fields | {"name": name}

    def clean(self, record: ProtectedField, actor: Actor) -> dict[str, str]:
        before = ProtectedField.objects.filter(pk=record.pk).first() if record.pk else None
        return fixed_names(before, record, ("field",)) if before else {}


@entity
class ChangeRequestEntity(Entity):
    model = ChangeRequest
    icon = "clipboard-list"
    menu = Menu("customers", 60)
    help = _("Changes of protected fields that somebody asked for, with the site check that shows why.")
    code_format = "BG{:06d}"
    hangs_on = "customer"
    goes_with_host = True
    title = "what"
    badges = ("state",)
    columns = ("code", "customer", "what", "state", "requested_by", "created_at", "decided_by", "decided_at")
    form = (
        Section(_("Request"), "customer", "what", "reason", "requested_by", "on_behalf_of", key="request"),
        Section(_("Site check"), "checked_by", "checked_on", "evidence", key="check"),
        Section(_("Decision"), "state", "decided_by", "decided_at", "answer", key="decision"),
    )
    group_by = ("state", "requested_by", "customer")
    internal = ("changes", "seen")
    commands = ()
    panels = REQUEST_PANELS

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        fields["state"] = fields["state"].with_(choices=fixed(State, STATE_COLORS))
        fields["what"] = Field("what", kinds.TEXT, _("Fields"), get=what)
        return {key: field.with_(readonly=True) for key, field in fields.items()}


def what(request: ChangeRequest) -> str:
    """The names of the fields that are to change; never their values, which only some may see."""
    return ", ".join(label_of(key) for key in request.changes)


registry.extend(
    CUSTOMER,
    related=Related(
        "dossier.changerequest", "customer", columns=("what", "state", "requested_by", "created_at"), place="side"
    ),
)
