"""Whatever gives a customer an owner ends its stay in a pool, and a stay shows its customer as it is now."""

from collections.abc import Sequence
from typing import Any

from guanxi.modules.pools import services
from guanxi.modules.pools.models import COPIED
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.features import Feature, register_feature

_SHOWN = tuple(name.removesuffix("_id") for name in COPIED)


class Stays(Feature):
    key = "pools.stays"

    def written(self, entity: Entity, changes: Sequence[Any], actor: Any) -> None:
        if entity.key != "customers.customer":
            return
        older = [change for change in changes if not change.created]
        owned = [one.record for one in older if one.touches("owner") and one.record.owner_id]
        if owned:
            services.settle(owned, actor)
        shown = [one.record.pk for one in older if one.touches(*_SHOWN)]
        if shown:
            services.renew_known(shown)


register_feature(Stays())
