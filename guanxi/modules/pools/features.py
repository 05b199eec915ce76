"""Whatever gives a customer an owner ends its stay in a pool, a stay shows its customer as it is now, and customers show when
they go back."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.modules.pools import services
from guanxi.modules.pools.models import COPIED, DueReturn
from guanxi.platform.access import kinds
from guanxi.platform.access.beside import Beside, SideTable, register_table
from guanxi.platform.access.fields import Field, in_side_table
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.features import Feature, register_feature

_SHOWN = tuple(name.removesuffix("_id") for name in COPIED)


RETURNS = register_table(SideTable("pools.due", DueReturn, "customer_id", "name", "value"))


class Stays(Feature):
    key = "pools.stays"

    def fields(self, entity: Entity) -> list[Field]:
        if entity.key != "customers.customer":
            return []
        field = Field(
            services.RETURNS_ON,
            kinds.DATE,
            _("Goes back to the pool on"),
            help=_("Unless somebody cares for the customer before, by a rule of the public pool."),
        )
        return [in_side_table(field, Beside(RETURNS, services.RETURNS_ON))]

    def written(self, entity: Entity, changes: Sequence[Any], actor: Any) -> None:
        if entity.key != "customers.customer":
            return
        older = [change for change in changes if not change.created]
        if moved := [one.record.pk for one in older if one.touches("owner")]:
            services.forget_due(moved)
        owned = [one.record for one in older if one.touches("owner") and one.record.owner_id]
        if owned:
            services.settle(owned, actor)
        left = [one for one in older if one.touches("owner") and not one.record.owner_id]
        if left:
            services.reopen({one.record.pk: one.diff["owner"][0] for one in left}, actor)
        shown = [one.record.pk for one in older if one.touches(*_SHOWN)]
        if shown:
            services.renew_known(shown)


register_feature(Stays())
