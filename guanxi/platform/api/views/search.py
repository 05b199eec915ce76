"""The search over all kinds of record."""

from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from guanxi.platform.api.bodies import parameters, whole
from guanxi.platform.api.schema import shapes
from guanxi.platform.api.schema.operations import Components, Operation
from guanxi.platform.api.views.base import ApiView
from guanxi.platform.entities.query import PAGE_LIMIT
from guanxi.platform.search.hits import Hit, hits_of
from guanxi.platform.search.selectors import behind, search


class SearchView(ApiView):
    """GET ?q=: the best records of every kind, or of one (?kind=)."""

    def get(self, request: Request) -> Response:
        found = parameters(request, ("q", "kind", "limit"))
        limit = whole(found.get("limit", 50), "limit", 1, PAGE_LIMIT)
        result = search(self.actor, found.get("q", ""), only=found.get("kind", ""), limit=limit, whole_values=True)
        items = [_item(hit) for hits in hits_of(result.groups, self.actor).values() for hit in hits]
        return Response({"items": items, "nearly": result.nearly, "refused": result.refused, "behind": behind().events})

    def operation(self, method: str, components: Components) -> Operation | None:
        return Operation(
            "search",
            _("Search"),
            description=_(
                "Records by name, pinyin, code or part of a number. Masked values are found whole or by their last four; "
                "such searches are counted, and “refused” says when there were too many. “nearly”: nothing holds all of it. "
                "“behind” is how many changes are still to be indexed."
            ),
            parameters=(shapes.QUERY[1], shapes.KIND, shapes.LIMIT),
            answers={200: shapes.HITS},
        )


def _item(hit: Hit) -> dict[str, object]:
    # By hand: kinds of record that are described by data have no names among the addresses.
    url = f"{reverse('api:index')}{hit.entity.module}/{hit.entity.name}/{hit.pk}/"
    return {"entity": hit.entity.key, "id": hit.pk, "label": hit.title, "hint": hit.hint, "url": url}
