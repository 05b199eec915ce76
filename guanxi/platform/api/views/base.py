"""What every view of the interface shares: who asks, in which language, and how refusals are answered."""

from typing import Any, ClassVar

from django.urls import reverse
from django.utils import timezone, translation
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.api import rows
from guanxi.platform.api.authentication import SessionAuthentication, TokenAuthentication
from guanxi.platform.api.bodies import MAX_ID
from guanxi.platform.api.errors import handle
from guanxi.platform.api.limits import BucketThrottle
from guanxi.platform.api.schema.operations import Components, EntitySchema, Operation
from guanxi.platform.api.transport import JsonParser, JsonRenderer
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.command import Command
from guanxi.platform.commands.outcome import Outcome
from guanxi.platform.entities.entity import Entity


def list_of(entity: Entity) -> str:
    """The address of an entity's records. Not by its name: entities that are described by data have none."""
    return f"{reverse('api:index')}{entity.module}/{entity.name}/"


class ApiView(APIView):
    """``self.actor`` is the caller. ``operation`` describes a method for the OpenAPI document."""

    authentication_classes = [TokenAuthentication, SessionAuthentication]
    permission_classes = [IsAuthenticated]
    throttle_classes = [BucketThrottle]
    parser_classes = [JsonParser]
    renderer_classes = [JsonRenderer]
    schema = EntitySchema()
    actor: Actor

    def perform_authentication(self, request: Request) -> None:
        """Find out who calls, and speak their language from here on."""
        super().perform_authentication(request)
        actor = getattr(request._request, "actor", None)
        if request.user is not None and actor is not None:
            self.actor = actor.through("api")
            request._request.actor = self.actor  # type: ignore[attr-defined]
            translation.activate(self.actor.language)
            timezone.activate(self.actor.zone)

    def get_exception_handler(self) -> Any:
        return handle

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.setdefault("Cache-Control", "no-store")
        return response

    def operation(self, method: str, components: Components) -> Operation | None:
        """Hook: how the document describes a method; None leaves it out."""
        return None


class EntityView(ApiView):
    """A view of one entity. ``action`` is the right without which it does not answer at all."""

    entity: ClassVar[Entity]
    action: str = "view"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if kwargs.get("id", 1) > MAX_ID:
            raise gate.NotFound
        if self.action:
            gate.require(self.actor, self.entity, self.action)

    def command(self, name: str) -> Command:
        """A command of the entity. Raises NotFound."""
        try:
            return commands.get(f"{self.entity.key}.{name}")
        except LookupError as error:
            raise gate.NotFound from error

    def record(self, record_id: int) -> rows.Row:
        """One record as JSON. Raises NotFound."""
        return self.row(gate.get(self.actor, self.entity, record_id))

    def row(self, found: Any) -> rows.Row:
        """A record in hand as JSON."""
        return rows.write(self.entity, self.entity.readable(self.actor).values(), [found], self.actor)[0]

    def address(self, record_id: int) -> str:
        return f"{list_of(self.entity)}{record_id}/"

    def after(self, outcome: Outcome, on: int | None = None) -> Response:
        """What came of a command: the record as it is now, or what it waits for.

        :param on: the record that the command was called on, even if nothing of it differs; None if it made a new one
        """
        if outcome.held:
            return Response({"held": outcome.held}, status=status.HTTP_202_ACCEPTED)
        pk = on or outcome.ids[0]
        try:
            row = self.record(pk)
        except (gate.NotFound, gate.Forbidden):
            row = {"id": pk}  # the caller may write it but not see it (again)
        headers = {"ETag": f'"{row["version"]}"'} if row.get("version") else {}
        if not on:
            headers["Location"] = self.address(pk)
        return Response(row, status=status.HTTP_200_OK if on else status.HTTP_201_CREATED, headers=headers)
