"""Protected fields and requirements, kept by administrators; change requests, kept by nobody: commands make and decide them."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guanxi.modules.dossier import jobs, selectors
from guanxi.modules.dossier.choices import CUSTOMER, DIRECTLY, STATE_COLORS, State
from guanxi.modules.dossier.models import ChangeRequest, ProtectedField, Requirement
from guanxi.modules.dossier.panels import FILE_PANEL, REQUEST_PANELS
from guanxi.platform.access import kinds
from guanxi.platform.access.actions import name_action
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Choice, Field, fixed
from guanxi.platform.access.scope import ScopeResolver
from guanxi.platform.customizing.configured import Configured, plain_key
from guanxi.platform.customizing.configured import fixed as fixed_names
from guanxi.platform.customizing.naming import give_key
from guanxi.platform.customizing.over_fields import WrongExpression
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity, entity
from guanxi.platform.entities.options import Menu, Related, Section
from guanxi.platform.entities.uses import Naming

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
    naming = Naming(CUSTOMER, parts=("field",))

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        fields["field"] = fields["field"].with_(kind=kinds.CHOICE, choices=protectable)
        name = Field("name", kinds.TEXT, _("Name"), readonly=True, get=lambda record: label_of(record.field))
        return fields | {"name": name}


def requirable() -> list[Choice]:
    """What a file can be asked for: fields of customers, and kinds of record that hang on them."""
    fields = [
        Choice(key, field.label)
        for key, field in registry.get(CUSTOMER).fields().items()
        if field.lookup or field.sealed
    ]
    return fields + [Choice(one.key, one.label_plural) for one in selectors.countable()]


@entity
class RequirementEntity(Configured):
    model = Requirement
    icon = "list-check"
    menu = Menu("settings", 47)
    help = _("What the file of a customer must hold to be complete, who keeps it, and how much it counts.")
    title = "label"
    hint = ("group",)
    columns = ("label", "group", "post", "part", "least", "condition", "weight", "position", "active")
    form = (
        Section(_("Requirement"), "label", "part", "least", "condition", key="requirement"),
        Section(_("Place"), "group", "post", "weight", "position", "active", "key", key="place"),
    )
    group_by = ("group", "post", "active")
    order = "position"
    naming = Naming(CUSTOMER, feel=("condition",), parts=("part",), stops=True)

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        fields["part"] = fields["part"].with_(kind=kinds.CHOICE, choices=requirable)
        fields["key"] = fields["key"].with_(check=plain_key)
        return fields

    def clean(self, record: Requirement, actor: Actor) -> dict[str, str]:
        before = Requirement.objects.filter(pk=record.pk).first() if record.pk else None
        if before and (wrong := fixed_names(before, record, ("key",))):
            return wrong
        if not 1 <= record.weight <= 100 or not 1 <= record.least <= 100:
            part = "least" if 1 <= record.weight <= 100 else "weight"
            return {part: gettext("Enter a whole number from 1 to 100.")}
        try:
            selectors.read(record)
        except WrongExpression as error:
            return {"condition": str(error) or gettext("Choose a field or a kind of record that customers have.")}
        return {}

    def prepare(self, records: Sequence[Requirement], actor: Actor, scopes: ScopeResolver) -> None:
        for record in records:
            give_key(record, Requirement.objects.all())

    def written(self, changes: Sequence[Any], actor: Actor) -> None:
        super().written(changes, actor)
        jobs.start(actor.user_id)


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
registry.extend(CUSTOMER, panel=FILE_PANEL)
