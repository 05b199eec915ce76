"""One masked value of one record, for a reason."""

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from guanxi.platform.api.bodies import body_of
from guanxi.platform.api.schema import shapes
from guanxi.platform.api.schema.operations import Components, Operation
from guanxi.platform.api.views.base import EntityView
from guanxi.platform.commands.revealing import reveal


class RevealView(EntityView):
    """POST {"field", "reason"}: the value, once; who asked and why stays in the record's history."""

    def post(self, request: Request, id: int) -> Response:
        body = body_of(request, ("field", "reason"))
        key = str(body.get("field", ""))
        value = reveal(self.entity, self.actor, id, key, str(body.get("reason", "")))
        return Response({"field": key, "value": self.entity.fields()[key].exported(value)})

    def operation(self, method: str, components: Components) -> Operation | None:
        if not self.entity.field_rights(components.actor).masked:
            return None
        return Operation(
            "reveal",
            _("Reveal a masked value"),
            body=shapes.REVEAL,
            answers={200: shapes.REVEALED},
            refusals=(404,),
        )
