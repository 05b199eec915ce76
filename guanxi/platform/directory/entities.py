"""The entities of the ground rooms: people, departments, roles, reference data; notes, files and tags."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access import kinds, sessions
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.kinds import Choice
from guanxi.platform.access.models import Department, FieldRule, Role, RoleGrant, User, UserRole
from guanxi.platform.access.models.role import Scope
from guanxi.platform.access.scope import ScopeResolver
from guanxi.platform.directory import rights
from guanxi.platform.directory.duties import refuse_joined_duties
from guanxi.platform.directory.models import Attachment, Note, Tag
from guanxi.platform.directory.rescoping import start_rescoping
from guanxi.platform.directory.tree import place, problem
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity, entity
from guanxi.platform.entities.options import Menu, Related, Section, Sensitive, Timeline, Tree
from guanxi.platform.files import services as files
from guanxi.platform.files.models import File
from guanxi.platform.outbound import connectors
from guanxi.platform.outbound.models import Recipient
from guanxi.platform.refdata.models import Code, Industry, Region


@entity
class UserEntity(Entity):
    model = User
    icon = "user"
    menu = Menu("settings", 10)
    title = "name"
    hint = ("staff_no", "title")
    columns = ("name", "username", "staff_no", "title", "department", "region", "is_active", "last_active_on")
    form = (
        Section(_("Person"), "name", "staff_no", "title", "department", "region", "phone", "email"),
        Section(_("Account"), "username", "language", "time_zone"),
    )
    group_by = ("department", "is_active")
    related = (Related("access.userrole", "user", columns=("role", "created_at"), label=_("Roles")),)
    #: Whoever changes the address of an account can recover its password.
    confirmed = ("create", "edit", "activate")
    sensitive = Sensitive("phone", "email", kind="staff", purpose=_("working together"))

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        for key in ("is_active", "date_joined"):
            fields[key] = fields[key].with_(readonly=True)
        fields["language"] = fields["language"].with_(kind=kinds.CHOICE, choices=language_choices)
        return fields

    def written(self, changes: Sequence[Any], actor: Actor) -> None:
        switched = [change.record for change in changes if change.touches("is_active")]
        if left := [user.pk for user in switched if not user.is_active]:
            sessions.end_all(left, actor.now())
        if back := [user.pk for user in switched if user.is_active]:  # unused from now on, not from long ago
            User.objects.filter(pk__in=back).update(last_active_on=actor.today(), dormant_warned_on=None)


def language_choices() -> list[Choice]:
    """The languages of the installation, each by its own name."""
    return [Choice(code, get_language_info(code)["name_local"]) for code, _label in settings.LANGUAGES]


@entity
class DepartmentEntity(Entity):
    model = Department
    icon = "sitemap"
    menu = Menu("settings", 20)
    columns = ("name", "code", "parent", "manager", "region", "active")
    form = (Section(_("Department"), "name", "code", "parent", "manager", "region", "position"),)
    tree = Tree()

    def clean(self, record: Any, actor: Actor) -> dict[str, str]:
        wrong = problem(record)
        return {"parent": wrong} if wrong else {}

    def written(self, changes: Sequence[Any], actor: Actor) -> None:
        for change in changes:
            if change.created or change.touches("parent"):
                above = change.record.ancestors()
                if moved := place(change.record):
                    start_rescoping(change.record, moved, above, actor)


@entity
class RoleEntity(Entity):
    model = Role
    icon = "shield-lock"
    menu = Menu("settings", 30)
    columns = ("label", "key", "duty", "active")
    group_by = ("duty",)
    related = (
        Related("access.rolegrant", "role", columns=("entity", "actions", "scope", "record_set")),
        Related("access.fieldrule", "role", columns=("entity", "field", "rule")),
        Related("access.userrole", "role", columns=("user", "created_at"), label=_("Held by")),
    )

    def written(self, changes: Sequence[Any], actor: Actor) -> None:
        changed = [change.record.pk for change in changes if change.touches("duty") and not change.created]
        if changed:
            refuse_joined_duties(UserRole.objects.filter(role__in=changed).values_list("user_id", flat=True))


@entity
class UserRoleEntity(Entity):
    model = UserRole
    icon = "user-shield"
    parent = "user"
    title = "role"
    columns = ("user", "role", "created_at")
    confirmed = ("create", "edit", "delete")

    def written(self, changes: Sequence[Any], actor: Actor) -> None:
        refuse_joined_duties(change.record.user_id for change in changes)


class RightsEntity(Entity):
    """What roles consist of: lines of the role, whoever changes one marks the role as edited."""

    parent = "role"
    title = "entity"
    confirmed = ("create", "edit", "delete")

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        fields["entity"] = fields["entity"].with_(kind=kinds.CHOICE, choices=rights.entity_choices)
        return fields

    def written(self, changes: Sequence[Any], actor: Actor) -> None:
        Role.objects.filter(pk__in={change.record.role_id for change in changes}).update(edited=True)


@entity
class RoleGrantEntity(RightsEntity):
    model = RoleGrant
    icon = "lock-open"
    columns = ("role", "entity", "actions", "scope", "record_set")
    form = (Section(_("Grant"), "role", "entity", "actions", "scope", "record_set"),)

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        fields["actions"] = fields["actions"].with_(kind=kinds.MULTICHOICE, choices=rights.action_choices)
        return super().shape(fields)

    def clean(self, record: Any, actor: Actor) -> dict[str, str]:
        if misfit := rights.misfit_of_grant(record):
            return {"actions": misfit}
        if (record.scope == Scope.SET) != bool(record.record_set_id):
            return {"record_set": gettext("A set goes with the scope “a set of records”, and only with it.")}
        return {}


@entity
class FieldRuleEntity(RightsEntity):
    model = FieldRule
    icon = "eye-off"
    columns = ("role", "entity", "field", "rule")
    form = (Section(_("Field rule"), "role", "entity", "field", "rule"),)

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        fields["field"] = fields["field"].with_(kind=kinds.CHOICE, choices=rights.field_choices)
        return super().shape(fields)

    def clean(self, record: Any, actor: Actor) -> dict[str, str]:
        misfit = rights.misfit_of_rule(record)
        return {"field": misfit} if misfit else {}


class PlacedEntity(Entity):
    """A published classification: a row keeps its code and place, as records and codes of other rows follow from them."""

    def clean(self, record: Any, actor: Actor) -> dict[str, str]:
        if record.pk is None or not record.path:
            return {}
        above = record.parent.path if record.parent_id else ""
        if record.path == above + record.path_step():
            return {}
        key = "parent" if record.path.endswith(record.path_step()) else "code"
        return {
            key: gettext(
                "It keeps its place and code, because records carry them. Make a new one and take this one out of use."
            )
        }


@entity
class RegionEntity(PlacedEntity):
    model = Region
    icon = "map-pin"
    menu = Menu("settings", 40)
    columns = ("label", "code", "parent", "since", "until", "active")
    tree = Tree()
    order = "id"


@entity
class IndustryEntity(PlacedEntity):
    model = Industry
    icon = "building-factory-2"
    menu = Menu("settings", 50)
    columns = ("label", "code", "parent", "year", "active")
    tree = Tree()
    order = "id"


@entity
class CodeEntity(Entity):
    model = Code
    icon = "list-details"
    menu = Menu("settings", 60)
    columns = ("label", "table", "key", "position", "active")
    group_by = ("table",)
    order = "id"

    def written(self, changes: Sequence[Any], actor: Actor) -> None:
        registry.configuration_changed()  # there are fields made of codes


@entity
class RecipientEntity(Entity):
    """Never deleted: who has had data stays known."""

    model = Recipient
    icon = "plug"
    menu = Menu("settings", 37)
    help = _("Whom Guanxi calls over the network, with the record that must exist before data goes there.")
    columns = ("name", "connector", "host", "purpose", "basis", "abroad", "assessed_on", "active")
    form = (
        Section(_("Recipient of data"), "name", "connector", "host"),
        Section(_("What and why"), "purpose", "sent", "basis"),
        Section(_("Outside the country"), "abroad", "country", "contract"),
        Section(_("Assessment"), "assessed_on", "assessment"),
    )
    group_by = ("connector", "basis", "abroad", "active")
    commands = ("create", "edit")
    confirmed = ("create", "edit", "activate")

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        fields["connector"] = fields["connector"].with_(kind=kinds.CHOICE, choices=connector_choices)
        return fields

    def clean(self, record: Recipient, actor: Actor) -> dict[str, str]:
        wrong = {}
        if record.basis != Recipient.Basis.NONE and not (record.assessed_on and record.assessment):
            wrong["assessed_on"] = gettext(
                "Say when it was assessed what giving personal data away means, and the result."
            )
        if record.assessed_on and record.assessed_on > actor.today():
            wrong["assessed_on"] = gettext("Choose a day that has come already.")
        if record.abroad and not (record.country and record.contract):
            wrong["country"] = gettext(
                "For a recipient outside the country name the country and the contract or clearance."
            )
        return wrong


def connector_choices() -> list[Choice]:
    """What may call out at all."""
    return [Choice(one.key, one.label) for one in connectors.declared()]


@entity
class TagEntity(Entity):
    model = Tag
    icon = "tags"
    menu = Menu("settings", 70)


@entity
class NoteEntity(Entity):
    model = Note
    icon = "note"
    title = "text"
    columns = ("text", "pinned", "created_by", "created_at")
    form = (Section(_("Note"), "text", "pinned"),)
    timeline = Timeline(at="created_at", body="text")

    def initial(self, actor: Actor) -> dict[str, Any]:
        return {}


@entity
class AttachmentEntity(Entity):
    """A file is never exchanged for another one: delete it and upload the new one."""

    model = Attachment
    icon = "paperclip"
    columns = ("name", "size", "entity", "created_by", "created_at")
    form = (Section(_("File"), "file", "tags", "remarks"),)
    commands = ("create", "delete", "restore", "tag")
    timeline = Timeline(at="created_at")

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        return fields | {"file": fields["file"].with_(required=True)}

    def initial(self, actor: Actor) -> dict[str, Any]:
        return {}

    def prepare(self, records: Sequence[Any], actor: Actor, scopes: ScopeResolver) -> None:
        super().prepare(records, actor, scopes)
        new = {record.file_id: record for record in records if not record.name}
        for stored in File.objects.filter(pk__in=new):
            record = new[stored.pk]
            record.name, record.size, record.content_type = stored.name, stored.size, stored.content_type

    def written(self, changes: Sequence[Any], actor: Actor) -> None:
        gone = {change.record.file_id for change in changes if change.record.deleted_at}
        files.delete_all(gone - {None}, by=actor.user_id)
        files.restore_all({change.record.file_id for change in changes} - gone - {None})
