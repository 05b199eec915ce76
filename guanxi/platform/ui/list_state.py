"""The state of a list as it stands in the address bar, and as it is saved in views."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from guanxi.platform.access import gate, kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import Department
from guanxi.platform.entities import layout
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.query import Query, Sort, read_filter
from guanxi.platform.feel.nodes import FilterError
from guanxi.platform.ui import addresses
from guanxi.platform.ui.models import SavedView

LAYOUTS = ("table", "kanban", "tree", "calendar", "group")
MAX_COLUMNS = 20
IN_BIN: dict[str, Any] = {"action": "restore", "deleted": True}


@dataclass(frozen=True)
class ListState:
    """``filter`` is the JSON tree; ``columns`` and ``sort`` empty mean the entity's own; ``view`` the id of
    the saved view it came from; ``month`` the one a calendar shows, as 2026-11; ``deleted`` shows the recycle bin,
    always as a table."""

    entity: Entity
    filter: Any = None
    text: str = ""
    sort: str = ""
    columns: tuple[str, ...] = ()
    layout: str = "table"
    group: str = ""
    view: str = ""
    after: str = ""
    before: str = ""
    deleted: bool = False
    month: str = ""

    @classmethod
    def read(cls, entity: Entity, actor: Actor, data: Mapping[str, Any]) -> "ListState":
        """From the query of a request; a named view gives what the query leaves out. Raises FilterError."""
        given = {
            name: str(data.get(name, "")).strip()
            for name in ("filter", "q", "sort", "columns", "layout", "group", "view", "after", "before")
        }
        if given["view"]:
            given = _from_view(entity, actor, given)
        try:
            tree = orjson.loads(given["filter"]) if given["filter"] else None  # bounds the depth of brackets
        except ValueError as error:
            raise FilterError(_("The filter cannot be read. Build it again with the filter button.")) from error
        deleted = data.get("deleted") == "1" and may_restore(entity, actor)
        layout = given["layout"] if given["layout"] in layouts_of(entity, actor) and not deleted else "table"
        columns = tuple(key for key in given["columns"].split(",") if key)[:MAX_COLUMNS]
        return cls(
            entity,
            tree,
            given["q"][:200],
            given["sort"],
            columns,
            layout,
            given["group"],
            given["view"],
            given["after"],
            given["before"],
            deleted,
            str(data.get("month", "")) if layout == "calendar" else "",
        )

    def query(self, actor: Actor) -> Query:
        """What to read. Raises FilterError."""
        sort = Sort.parse(self.sort) if self.sort else None
        return Query(
            filter=read_filter(self.entity, actor, self.filter),
            text=self.text,
            sort=sort,
            **IN_BIN if self.deleted else {},
        )

    def shown(self, actor: Actor) -> list[str]:
        """Keys of the columns to show, those the reader may see, title first."""
        fields = self.entity.readable(actor)
        wanted = [key for key in self.columns if key in fields] or [
            key for key in layout.columns(self.entity, actor) if key in fields
        ]
        return list(dict.fromkeys([*([self.entity.title_field] if self.entity.title_field in fields else []), *wanted]))

    def parameters(self) -> dict[str, str]:
        """The state as query parameters, without the place in the list."""
        return {
            "view": self.view,
            "filter": json.dumps(self.filter, ensure_ascii=False, separators=(",", ":")) if self.filter else "",
            "q": self.text,
            "sort": self.sort,
            "columns": ",".join(self.columns),
            "layout": "" if self.layout == "table" else self.layout,
            "group": self.group,
            "deleted": "1" if self.deleted else "",
        }

    def url(self, **changes: Any) -> str:
        """The list in this state with some parts changed; the place in the list is kept only if named, the month of a
        calendar as long as it is one."""
        moved = replace(self, **{"after": "", "before": "", **changes})
        month = moved.month if moved.layout == "calendar" else ""
        return addresses.list_of(self.entity, **moved.parameters(), after=moved.after, before=moved.before, month=month)

    def conditions(self) -> list[Any]:
        """The nodes of the top-level conjunction, one chip each."""
        if not self.filter:
            return []
        return list(self.filter[1:]) if self.filter[0] == "and" else [self.filter]

    def without(self, index: int) -> Any:
        """The filter without its n-th condition."""
        rest = [node for at, node in enumerate(self.conditions()) if at != index]
        return ["and", *rest] if rest else None

    def with_condition(self, node: Any) -> Any:
        """The filter with a further condition."""
        return ["and", *self.conditions(), node]


def may_restore(entity: Entity, actor: Actor) -> bool:
    """Whether the recycle bin of this kind of record is open to the actor."""
    return entity.is_record and "restore" in entity.commands and gate.permits(actor, entity, "restore")


def layouts_of(entity: Entity, actor: Actor) -> list[str]:
    """The layouts in which this actor can have the list."""
    found = ["table"]
    if layout.board(entity, actor):
        found.append("kanban")
    if entity.tree:
        found.append("tree")
    if entity.calendar:
        found.append("calendar")
    if groupable(entity):
        found.append("group")
    return found


def groupable(entity: Entity) -> list[str]:
    """Fields by which the list can be counted: the declared ones, else every choice and link in the list; and those that
    features add."""
    fields = entity.fields()
    wanted = (kinds.CHOICE, kinds.LINK, kinds.TREE, kinds.USER, kinds.BOOLEAN)
    offered = [*(() if entity.group_by else entity.list_columns()), *entity.added_keys()]
    found = [key for key in offered if fields[key].kind in wanted and fields[key].lookup]
    return list(dict.fromkeys([*entity.group_by, *found]))


def _from_view(entity: Entity, actor: Actor, given: dict[str, str]) -> dict[str, str]:
    view = visible_views(entity, actor).filter(pk=given["view"]).first() if given["view"].isdigit() else None
    if view is None:
        return {**given, "view": ""}
    return {name: given[name] or str(view.state.get(name, "")) for name in given}


def visible_views(entity: Entity, actor: Actor) -> Any:
    """The reader's own views of a list, those of their department and of the ones above it, those for everybody."""
    return offered_views(actor).filter(entity=entity.key).order_by("position", "pk")


def offered_views(actor: Actor) -> QuerySet[SavedView]:
    """The same of all lists, also of those that the reader may not open."""
    audience = SavedView.Audience
    within = Department.objects.filter(pk=actor.department_id or 0, path__startswith=OuterRef("department__path"))
    offered = Q(audience=audience.EVERYBODY) | Q(Exists(within), audience=audience.DEPARTMENT)
    return SavedView.objects.filter(Q(owner=actor.user_id) | offered)
