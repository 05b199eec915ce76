"""Many records of an entity: the list, its count, its groups, and the description of its fields."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from guanxi.platform.access import gate, kinds
from guanxi.platform.access.fields import Field
from guanxi.platform.api import rows
from guanxi.platform.api.bodies import body_of, inputs_of, key_of, parameters, query_of, whole
from guanxi.platform.api.descriptions import describe_command, describe_field
from guanxi.platform.api.errors import BadRequest
from guanxi.platform.api.schema import shapes
from guanxi.platform.api.schema.operations import Components, Operation
from guanxi.platform.api.views.base import EntityView
from guanxi.platform.commands.command import commands_of
from guanxi.platform.commands.executor import run
from guanxi.platform.entities import grouping, links, query
from guanxi.platform.entities.grouping import Group
from guanxi.platform.entities.query import PAGE_LIMIT, Page

NUMBERS = (kinds.INTEGER, kinds.DECIMAL, kinds.MONEY)


class ListView(EntityView):
    """GET: one page; POST: a new record."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.action = "create" if request.method == "POST" else "view"
        super().initial(request, *args, **kwargs)

    def get(self, request: Request) -> Response:
        found = parameters(request, ("filter", "q", "sort", "fields", "limit", "cursor"))
        fields = rows.chosen(self.entity, self.actor, found.get("fields"))
        limit = whole(found.get("limit", 50), "limit", 1, PAGE_LIMIT)
        side, _dash, cursor = found.get("cursor", "").partition("-")
        if "cursor" in found and not (cursor and side in ("next", "previous")):
            raise BadRequest(cursor=_("The link to this page is no longer valid. Go back to the start of the list."))
        place = {"before" if side == "previous" else "after": cursor}
        page = query.page(self.entity, self.actor, query_of(self.entity, self.actor, found), limit=limit, **place)
        items = rows.write(self.entity, fields, page.records, self.actor)
        return Response({"items": items, **self._neighbours(request, page)})

    def _neighbours(self, request: Request, page: Page) -> dict[str, str | None]:
        def link(name: str, cursor: str) -> str | None:
            if not cursor:
                return None
            parameters = request.query_params.copy()
            parameters["cursor"] = f"{name}-{cursor}"
            return f"{request.path}?{parameters.urlencode()}"

        return {"next": link("next", page.after), "previous": link("previous", page.before)}

    def post(self, request: Request) -> Response:
        command = self.command("create")
        inputs = inputs_of(body_of(request), command.inputs(self.actor), self.actor)
        return self.after(run(command, self.actor, inputs=inputs, key=key_of(request)))

    def operation(self, method: str, components: Components) -> Operation | None:
        record = components.record(self.entity)
        if method == "POST":
            if not gate.permits(components.actor, self.entity, "create"):
                return None
            body = components.inputs(self.entity, "create")
            return Operation(
                "create",
                _("Create"),
                body=body,
                answers={201: record, 202: components.shared("held")},
                refusals=(404,) if self.entity.attachable() or self.entity.parent_entity() else (),
            )
        parameters = (*shapes.QUERY, shapes.SORT, shapes.FIELDS, shapes.LIMIT, shapes.CURSOR)
        return Operation("list", _("List"), parameters=parameters, answers={200: shapes.page_of(record)})


class CountView(EntityView):
    """GET: how many records a filter finds."""

    def get(self, request: Request) -> Response:
        found = parameters(request, ("filter", "q", "count"))
        if found.get("count", "capped") not in ("capped", "exact"):
            raise BadRequest(count=_("“count” is either “capped” or “exact”."))
        number, exact = query.count(
            self.entity, self.actor, query_of(self.entity, self.actor, found), exact=found.get("count") == "exact"
        )
        return Response({"count": number, "exact": exact})

    def operation(self, method: str, components: Components) -> Operation | None:
        return Operation(
            "count",
            _("Count"),
            parameters=(*shapes.QUERY, shapes.COUNT),
            answers={200: shapes.COUNTED},
        )


class GroupsView(EntityView):
    """GET: records counted per value of a field, with the sum of a number field."""

    def get(self, request: Request) -> Response:
        found = parameters(request, ("by", "total", "filter", "q"))
        by, total = found.get("by", ""), found.get("total", "")
        fields = self.entity.readable(self.actor)
        if total and (total not in fields or fields[total].kind not in NUMBERS or not fields[total].lookup):
            raise BadRequest(total=_("“%(field)s” cannot be summed.") % {"field": total})
        groups = grouping.groups(self.entity, self.actor, query_of(self.entity, self.actor, found), by, total)
        return Response({"items": self._items(fields[by], groups, fields.get(total))})

    def _items(self, field: Field, groups: list[Group], total: Field | None) -> list[dict[str, Any]]:
        values = [self._value(field, group.value) for group in groups]
        labels = self._labels(field, values)
        return [
            {
                "value": field.exported(value),
                "label": labels(value),
                "count": group.count,
                "total": total.exported(group.total) if total else None,
            }
            for group, value in zip(groups, values, strict=True)
        ]

    @staticmethod
    def _value(field: Field, stored: Any) -> Any:
        """The value of a group: choices by their key, even those that are kept as numbers."""
        if field.json:
            return field.unstored(stored)
        return str(stored) if field.kind is kinds.CHOICE and isinstance(stored, int) else stored

    def _labels(self, field: Field, values: list[Any]) -> Any:
        if field.is_link:
            names = links.labels(field.target, {value for value in values if value}, self.actor)
            return lambda value: names.get(value, "")
        choices = field.choice_labels()
        zone = self.actor.zone
        return lambda value: (
            str(choices[value]) if isinstance(value, str) and value in choices else field.display(value, zone)
        )

    def operation(self, method: str, components: Components) -> Operation | None:
        parameters = (shapes.BY, shapes.TOTAL, *shapes.QUERY)
        return Operation("groups", _("Groups"), parameters=parameters, answers={200: shapes.items_of(shapes.GROUP)})


class FieldsView(EntityView):
    """GET: the fields this reader may see, as clients need them to build lists and forms."""

    def get(self, request: Request) -> Response:
        parameters(request, ())
        writable = self.entity.writable(self.actor)
        fields = self.entity.readable(self.actor).values()
        return Response({"items": [describe_field(field, writable=field.key in writable) for field in fields]})

    def operation(self, method: str, components: Components) -> Operation | None:
        return Operation("fields", _("Fields"), answers={200: shapes.items_of(components.shared("field"))})


class CommandsView(EntityView):
    """GET: the commands this caller may use at all, with their inputs."""

    def get(self, request: Request) -> Response:
        parameters(request, ())
        permitted = [command for command in commands_of(self.entity) if command.permits(self.actor)]
        return Response(
            {"items": [describe_command(command, command.inputs(self.actor).values()) for command in permitted]}
        )

    def operation(self, method: str, components: Components) -> Operation | None:
        return Operation("commands", _("Commands"), answers={200: shapes.items_of(components.shared("command"))})
