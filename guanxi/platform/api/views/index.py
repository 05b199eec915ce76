"""The way in: what there is, its description, undo, one's own jobs, and an answer for every other address."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.mixins import LoginRequiredMixin
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response

from guanxi.platform.access import gate
from guanxi.platform.api.bodies import body_of, parameters
from guanxi.platform.api.errors import BadRequest
from guanxi.platform.api.schema import shapes
from guanxi.platform.api.schema.document import document, operations
from guanxi.platform.api.schema.operations import Components, Operation
from guanxi.platform.api.views.base import ApiView, list_of
from guanxi.platform.commands.jobs import UNDO_JOB_ABOVE, start_undo
from guanxi.platform.commands.undo import undo_batch
from guanxi.platform.entities import registry
from guanxi.platform.events.selectors import of_batch
from guanxi.platform.jobs import selectors as jobs

ACTIONS = ("view", "create", "edit", "delete", "export")


class IndexView(ApiView):
    """GET: who is asking and which entities are open to them."""

    def get(self, request: Request) -> Response:
        parameters(request, ())
        visible = [entity for entity in registry.entities() if gate.permits(self.actor, entity, "view")]
        return Response(
            {
                "user": {"id": self.actor.user_id, "label": self.actor.name},
                "read_only": self.actor.read_only,
                "schema": reverse("api:schema"),
                "documentation": reverse("api:documentation"),
                "entities": [
                    {
                        "key": entity.key,
                        "label": str(entity.label_plural),
                        "url": list_of(entity),
                        "actions": [action for action in ACTIONS if gate.permits(self.actor, entity, action)],
                    }
                    for entity in visible
                ],
            }
        )

    def operation(self, method: str, components: Components) -> Operation | None:
        return Operation("index", _("Index"), answers={200: shapes.INDEX})


class SchemaView(ApiView):
    """GET: the OpenAPI document of what this caller may use, in their language."""

    def get(self, request: Request) -> Response:
        parameters(request, ())
        return Response(document(self.actor))


class DocumentationView(LoginRequiredMixin, TemplateView):
    """The same document as a page to read, without scripts and without another host."""

    template_name = "api/documentation.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        described = document(self.request.actor.through("api"))  # type: ignore[attr-defined]
        return super().get_context_data(
            groups=operations(described),
            title=described["info"]["title"],
            version=described["info"]["version"],
            site=settings.SITE_URL,
            **kwargs,
        )


class UndoView(ApiView):
    """POST {"batch": …}: take back what a bulk command or an import did, as far as nobody changed it since."""

    def post(self, request: Request) -> Response:
        batch = self._batch(body_of(request, ("batch",)).get("batch"))
        events = of_batch(batch, limit=UNDO_JOB_ABOVE + 1)
        if not events or not self._reaches(events):
            raise gate.NotFound
        if len(events) > UNDO_JOB_ABOVE:
            return Response({"job": start_undo(batch, self.actor).pk}, status=status.HTTP_202_ACCEPTED)
        undone = undo_batch(batch, self.actor)
        return Response({"done": undone.done, "left": {str(pk): reason for pk, reason in undone.left.items()}})

    @staticmethod
    def _batch(raw: Any) -> uuid.UUID:
        try:
            return uuid.UUID(raw)
        except (TypeError, ValueError, AttributeError) as error:
            raise BadRequest(batch=_("“batch” is the id that the bulk command answered with.")) from error

    def _reaches(self, events: list[Any]) -> bool:
        """Whether the caller may edit at least one of the records: a foreign batch does not exist for them."""
        ids: dict[str, set[int]] = {}
        for event in events:
            ids.setdefault(event.entity, set()).add(event.record_id)
        for key, wanted in ids.items():
            entity = registry.find(key)
            if entity is None:
                continue
            gate.require(self.actor, entity, "edit")
            reach = gate.narrow(entity.every_row(), gate.sources(self.actor, entity, "edit"), entity.every_row())
            if reach.filter(pk__in=list(wanted)[:500]).exists():
                return True
        return False

    def operation(self, method: str, components: Components) -> Operation | None:
        answers = {200: shapes.UNDONE, 202: components.shared("job_started")}
        return Operation("undo", _("Undo a batch"), body=shapes.UNDO, answers=answers, refusals=(404,))


class JobView(ApiView):
    """GET: one of the caller's own jobs, as started by a bulk command or an undo."""

    def get(self, request: Request, id: int) -> Response:
        parameters(request, ())
        job = jobs.get(id) if id < 2**63 else None
        if job is None or job.owner_id != self.actor.user_id:
            raise gate.NotFound
        return Response(jobs.views([job])[0].as_dict())

    def operation(self, method: str, components: Components) -> Operation | None:
        return Operation("job", _("Job"), answers={200: shapes.JOB}, refusals=(404,))


class NowhereView(ApiView):
    """Every other address below the interface: 404 in the form of its other refusals."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise exceptions.NotFound
