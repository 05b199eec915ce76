"""Measures."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.modules.customers import policies, services
from guanxi.modules.customers.models import Measure
from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.entities.entity import Entity, entity
from guanxi.platform.entities.options import Menu


@entity
class MeasureEntity(Entity):
    model = Measure
    icon = "chart-line"
    menu = Menu("customers", 40)
    help = _(
        "Figures about customers month by month: revenue, usage, satisfaction. A correction is a new row; the latest counts."
    )
    parent = "customer"
    title = "kind"
    columns = ("customer", "kind", "period", "value", "source", "created_at")
    group_by = ("kind", "period", "source")

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        fields["value"] = fields["value"].with_(kind=kinds.DECIMAL, decimals=4)
        fields["period"] = fields["period"].with_(rewrite=policies.month_text, check=policies.month_value)
        return fields

    def written(self, changes: Sequence[Any], actor: Actor) -> None:
        services.note_latest([change.record for change in changes if change.created])
        # A figure is never changed: what was not made now has been taken back.
        services.find_latest_again([change.record for change in changes if not change.created])
