"""One record: read, edit, delete, its history."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from guanxi.platform.access import gate
from guanxi.platform.api.bodies import MAX_ID, body_of, inputs_of, key_of, parameters, version_of, whole
from guanxi.platform.api.schema import shapes
from guanxi.platform.api.schema.operations import Components, Operation
from guanxi.platform.api.views.base import EntityView
from guanxi.platform.audit import viewing
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.record_event import LINE
from guanxi.platform.entities import registry
from guanxi.platform.events.selectors import StoredEvent, history

HISTORY_LIMIT = 200


class RecordView(EntityView):
    """GET, PATCH (merge: what is not named stays) and DELETE."""

    def get(self, request: Request, id: int) -> Response:
        parameters(request, ())
        found = gate.get(self.actor, self.entity, id)
        viewing.saw(self.actor, self.entity, found)
        row = self.row(found)
        return Response(row, headers={"ETag": f'"{row["version"]}"'} if "version" in row else None)

    def patch(self, request: Request, id: int) -> Response:
        command, body = self.command("edit"), body_of(request)
        version = version_of(request, body)
        inputs = inputs_of(body, command.inputs(self.actor), self.actor)
        versions = {id: version} if version else None
        outcome = run(command, self.actor, ids=[id], inputs=inputs, versions=versions, key=key_of(request))
        return self.after(outcome, id)

    def delete(self, request: Request, id: int) -> Response:
        body = body_of(request, ("version",)) if request.data else {}
        version = version_of(request, body)
        outcome = run(
            self.command("delete"),
            self.actor,
            ids=[id],
            versions={id: version} if version else None,
            key=key_of(request),
        )
        return self.after(outcome) if outcome.held else Response(status=status.HTTP_204_NO_CONTENT)

    def operation(self, method: str, components: Components) -> Operation | None:
        record = components.record(self.entity)
        if method == "GET":
            return Operation("get", _("Read"), answers={200: record}, refusals=(404,))
        if not gate.permits(components.actor, self.entity, "edit" if method == "PATCH" else "delete"):
            return None
        refusals = (404, 409, 422)
        if method == "DELETE":
            return Operation(
                "delete",
                _("Delete"),
                parameters=(shapes.IF_MATCH,),
                answers={204: None, 202: components.shared("held")},
                refusals=(*refusals, 413, 415),  # it may have a body
            )
        body = components.inputs(self.entity, "edit")
        return Operation(
            "edit",
            _("Edit"),
            parameters=(shapes.IF_MATCH,),
            body=body,
            answers={200: record, 202: components.shared("held")},
            refusals=refusals,
        )


class HistoryView(EntityView):
    """GET: what happened to the record, newest first, by key."""

    def get(self, request: Request, id: int) -> Response:
        found = parameters(request, ("limit", "cursor"))
        limit = whole(found.get("limit", 50), "limit", 1, HISTORY_LIMIT)
        before = whole(found["cursor"], "cursor", 1, MAX_ID) if found.get("cursor") else None
        gate.get(self.actor, self.entity, id)
        events = history(self.entity.key, id, before_id=before, limit=limit + 1)
        more, events = len(events) > limit, events[:limit]
        following = f"{request.path}?limit={limit}&cursor={events[-1].id}" if more else None
        return Response({"items": [self._item(event) for event in events], "next": following, "previous": None})

    def _item(self, event: StoredEvent) -> dict[str, Any]:
        return {
            "id": str(event.id),
            "at": event.at.isoformat(),
            "kind": event.kind,
            "label": event.label,
            "actor": {"id": event.actor_id, "label": event.actor_name},
            "source": event.source,
            "batch": str(event.batch) if event.batch else None,
            "note": event.note,
            "changes": self._changes(event),
        }

    def _changes(self, event: StoredEvent) -> dict[str, list[Any]]:
        """The differences in fields this reader may see. A line's event carries fields of the line's entity."""
        diff = dict(event.diff or {})
        entity = registry.find(event.kind.rpartition(".")[0]) or (None if LINE in diff else self.entity)
        readable = entity.readable(self.actor) if entity else {}
        return {
            key: [readable[key].exported(readable[key].imported(value)) for value in change]
            if readable[key].is_masked
            else list(change)
            for key, change in diff.items()
            if key in readable
        }

    def operation(self, method: str, components: Components) -> Operation | None:
        answers = {200: shapes.page_of(components.shared("event"))}
        return Operation(
            "history", _("History"), parameters=(shapes.LIMIT, shapes.CURSOR), answers=answers, refusals=(404,)
        )
