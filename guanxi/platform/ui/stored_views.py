"""Saved views name fields of their list: whoever takes a field out of use is told which (entities.uses)."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.entities import registry
from guanxi.platform.entities.uses import Naming, declare
from guanxi.platform.ui.list_state import offered_views
from guanxi.platform.ui.models import SavedView


def _seen(actor: Actor) -> QuerySet[SavedView]:
    """The views that the actor is offered, of lists that they may open."""
    opened = [one.key for one in registry.entities() if gate.permits(actor, one, "view")]
    return offered_views(actor).filter(entity__in=opened)


declare(
    SavedView, Naming("entity", parts=("state",)), label=_("Saved views"), seen=_seen,
    address=lambda view: (view.entity, 0, f"view={view.pk}"),
)  # fmt: skip
