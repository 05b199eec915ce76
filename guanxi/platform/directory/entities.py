"""The entities of the ground rooms: people, departments, roles, reference data; notes and tags."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.models import Department, Role, User
from guanxi.platform.directory.models import Note, Tag
from guanxi.platform.directory.tree import place, problem
from guanxi.platform.entities.entity import Entity, entity
from guanxi.platform.entities.options import Menu, Section, Timeline, Tree
from guanxi.platform.refdata.models import Code, Industry, Region


@entity
class UserEntity(Entity):
    model = User
    icon = "user"
    menu = Menu("settings", 10)
    title = "name"
    columns = ("name", "username", "staff_no", "title", "department", "region", "is_active")
    form = (
        Section(_("Person"), "name", "staff_no", "title", "department", "region", "phone", "email"),
        Section(_("Account"), "username", "language", "time_zone"),
    )
    group_by = ("department", "is_active")

    def hint_of(self, record: Any) -> str:
        return " ".join(part for part in (record.staff_no, record.title) if part)

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        for key in ("is_active", "date_joined"):
            fields[key] = fields[key].with_(readonly=True)
        return fields


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
                place(change.record)


@entity
class RoleEntity(Entity):
    model = Role
    icon = "shield-lock"
    menu = Menu("settings", 30)
    columns = ("label", "key", "active")


@entity
class RegionEntity(Entity):
    model = Region
    icon = "map-pin"
    menu = Menu("settings", 40)
    columns = ("label", "code", "parent", "since", "until", "active")
    tree = Tree()
    order = "id"


@entity
class IndustryEntity(Entity):
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
