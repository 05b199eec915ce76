"""Files: uploads that fields of kind FILE take, and the bytes behind such a field."""

from collections.abc import Mapping
from typing import Any

from django.http import FileResponse
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from guanxi.platform.access import gate, kinds
from guanxi.platform.api.bodies import parameters
from guanxi.platform.api.errors import BadRequest
from guanxi.platform.api.schema import shapes
from guanxi.platform.api.schema.operations import Components, Operation
from guanxi.platform.api.views.base import ApiView, EntityView
from guanxi.platform.commands.outcome import Blocked
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.source import ModelSource
from guanxi.platform.files import selectors as files
from guanxi.platform.files.errors import FileGone, FileHeld, FileRefused
from guanxi.platform.files.services import receive
from guanxi.platform.files.serving import file_response


def file_fields(entity: Entity) -> list[str]:
    """Keys of the columns that hold a file."""
    if not isinstance(entity.source, ModelSource):
        return []
    return [key for key, field in entity.source.fields().items() if field.kind is kinds.FILE]


class UploadView(ApiView):
    """POST multipart/form-data with one “file”: the id that a field of kind “file” takes within a day."""

    parser_classes = [MultiPartParser]

    def post(self, request: Request) -> Response:
        parameters(request, ())
        takers = [entity for entity in registry.entities() if file_fields(entity)]
        if not any(gate.permits(self.actor, entity, "create") for entity in takers):
            raise gate.Forbidden(_("Your roles do not allow this. Ask your administrator for the right to add files."))
        sent = request.FILES.getlist("file")
        if len(sent) != 1:
            raise BadRequest(file=_("Send one file as the part “file” of a multipart/form-data body."))
        try:
            stored = receive(sent[0], sent[0].name, by=self.actor.user_id)
        except FileRefused as refusal:
            raise BadRequest(file=str(refusal)) from refusal
        body = {"id": stored.pk, "label": stored.name, "size": stored.size, "content_type": stored.content_type}
        return Response(body, status=status.HTTP_201_CREATED)

    def operation(self, method: str, components: Components) -> Operation | None:
        return Operation(
            "upload",
            _("Upload a file"),
            body=shapes.UPLOAD,
            body_type="multipart/form-data",
            answers={201: shapes.UPLOADED},
        )


class RecordFileView(EntityView):
    """GET: the bytes of the file that the field ``key`` of the record names."""

    key: str

    def get(self, request: Request, id: int) -> FileResponse:
        parameters(request, ())
        record = gate.get(self.actor, self.entity, id)
        field = self.entity.readable(self.actor).get(self.key)
        stored = files.get(field.get(record) or 0) if field else None
        if stored is None:
            raise gate.NotFound
        try:
            return file_response(stored)
        except FileHeld as error:
            raise Blocked(
                {id: _("The virus scanner has not looked at this file yet. Try again in a few minutes.")}
            ) from error
        except FileGone as error:
            raise gate.NotFound from error

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Mapping[str, Any]) -> Any:
        """The bytes are no JSON answer; refusals are."""
        if isinstance(response, FileResponse):
            return response
        return super().finalize_response(request, response, *args, **kwargs)

    def operation(self, method: str, components: Components) -> Operation | None:
        if self.key not in self.entity.readable(components.actor):
            return None
        return Operation(
            f"file_{self.key}",
            _("Download the file"),
            answers={200: shapes.BYTES},
            answer_type="application/octet-stream",
            refusals=(404, 422),
        )
