"""The OpenAPI description of one view, put together from its entity instead of serializers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.api.schema import shapes, values
from guanxi.platform.api.schema.shapes import Schema
from guanxi.platform.commands import command as commands
from guanxi.platform.entities.entity import Entity

_REFUSALS = {
    400: gettext_lazy("The request is wrong; “errors” says where."),
    401: gettext_lazy("No token, no session, or one that has ended."),
    403: gettext_lazy("The right is missing."),
    404: gettext_lazy("No such record, or not within reach."),
    409: gettext_lazy("Somebody else changed the record meanwhile."),
    413: gettext_lazy("The body is too large."),
    415: gettext_lazy("The body is not JSON."),
    422: gettext_lazy("The state of the record does not allow it."),
    429: gettext_lazy("Too many requests; “Retry-After” says how long to wait."),
}
#: Schemas, refusals and parameters that every document names once.
SHARED: dict[str, Schema] = {
    "command": shapes.COMMAND, "error": shapes.ERROR, "event": shapes.EVENT, "field": shapes.FIELD, "held": shapes.HELD,
    "job_started": shapes.JOB_STARTED, "link": shapes.LINK, "link_input": shapes.LINK_INPUT, "preview": shapes.PREVIEW,
    "result": shapes.RESULT, "selection": shapes.SELECTION, "seen": shapes.object_of({"version": shapes.VERSION}, required=()),
}  # fmt: skip
_ANSWERS = {
    200: gettext_lazy("Done."),
    201: gettext_lazy("Created."),
    202: gettext_lazy("Accepted, not done yet."),
    204: gettext_lazy("Deleted."),
}


JSON = "application/json"
#: Every address refuses parameters that it does not take, and callers without right or with too many calls; every address
#: with a body refuses what cannot be read.
_ALWAYS, _WITH_BODY = frozenset({400, 401, 403, 429}), frozenset({413, 415})


@dataclass(frozen=True)
class Operation:
    """One method of one address. ``answers``: status → JSON Schema of the body (None: no body); ``refusals``:
    statuses beyond those that every address may answer with."""

    name: str
    summary: str
    answers: Mapping[int, Schema | None]
    parameters: Sequence[Schema] = ()
    body: Schema | None = None
    refusals: Sequence[int] = ()
    description: str = ""
    body_type: str = JSON
    answer_type: str = JSON


@dataclass
class Components:
    """The named schemas of one document, made on first use, as ``actor`` may see them."""

    registry: ComponentRegistry
    actor: Actor
    _named: dict[str, Schema] = field(default_factory=dict)

    def record(self, entity: Entity) -> Schema:
        """A record of the entity."""
        versioned = any(name == "edit" for name in entity.commands) and hasattr(entity.source.new(), "version")
        return self._ref(
            entity.key, lambda: values.record(entity.readable(self.actor), entity.label, versioned=versioned)
        )

    def inputs(self, entity: Entity, name: str) -> Schema:
        """What a command of the entity takes."""
        command = commands.get(f"{entity.key}.{name}")
        partial = command.takes_fields and not command.new
        return self._ref(
            f"{entity.key}.{name}",
            lambda: values.inputs(command.inputs(self.actor), partial=partial, version=name == "edit"),
        )

    def shared(self, name: str) -> Schema:
        """A schema that is the same for every entity (a key of SHARED)."""
        return values.named(name)

    def body(self, inputs: Schema, *more: str) -> Schema:
        """The body of a command: its inputs beside the keys of shared schemas."""
        own = shapes.object_of({"inputs": inputs}, required=())
        return {"allOf": [own, *map(values.named, more)]} if more else own

    def _ref(self, name: str, make: Callable[[], Schema]) -> Schema:
        component = ResolvedComponent(name, ResolvedComponent.SCHEMA, object=name)
        if component not in self.registry:
            component.schema = make()
            self.registry.register(component)
        return values.named(name)


class EntitySchema(AutoSchema):
    """Asks the view instead of a serializer. Works within document.Generator, which knows the reader."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> Schema | None:
        view: Any = self.view
        actor, entity = view.actor, getattr(view, "entity", None)
        if entity is not None and not gate.permits(actor, entity, "view"):
            return None
        components = Components(registry, actor)
        operation = view.operation(method, components)
        return self._described(operation, entity, path, method, components) if operation else None

    def _described(
        self, operation: Operation, entity: Entity | None, path: str, method: str, components: Components
    ) -> Schema:
        parameters = list(operation.parameters)
        if "{id}" in path:
            parameters.insert(0, shapes.RECORD_ID)
        if method in ("POST", "PATCH", "DELETE") and entity is not None:
            parameters.append(shapes.IDEMPOTENCY_KEY)
        described: Schema = {
            "operationId": f"{entity.key.replace('.', '_') if entity else 'guanxi'}_{operation.name}",
            "summary": operation.summary,
            "tags": [str(entity.label_plural) if entity else _("General")],
            "responses": {
                str(status): _answer(text, operation.answers[status], operation.answer_type)
                for status, text in _ANSWERS.items()
                if status in operation.answers
            },
        }
        if operation.description:
            described["description"] = operation.description
        if parameters:
            described["parameters"] = [{"$ref": f"#/components/parameters/{one['name']}"} for one in parameters]
        if operation.body is not None:
            described["requestBody"] = {"required": True, "content": {operation.body_type: {"schema": operation.body}}}
        refusals = _ALWAYS | (frozenset() if operation.body is None else _WITH_BODY) | frozenset(operation.refusals)
        for status in sorted(refusals):
            described["responses"][str(status)] = {"$ref": f"#/components/responses/{status}"}
        return described


def _answer(text: Any, schema: Schema | None, media_type: str = JSON) -> Schema:
    content = {} if schema is None else {"content": {media_type: {"schema": schema}}}
    return {"description": text, **content}


def shared_components() -> Schema:
    """What the operations of every document refer to."""
    parameters = (
        *shapes.QUERY, shapes.SORT, shapes.FIELDS, shapes.LIMIT, shapes.CURSOR, shapes.COUNT, shapes.BY, shapes.TOTAL,
        shapes.KIND, *shapes.REPORT_PARTS, shapes.IF_MATCH, shapes.IDEMPOTENCY_KEY, shapes.RECORD_ID,
    )  # fmt: skip
    return {
        "schemas": SHARED,
        "parameters": {one["name"]: one for one in parameters},
        "responses": {str(status): _answer(text, values.named("error")) for status, text in _REFUSALS.items()},
    }
