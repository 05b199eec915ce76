"""The protection of fields, asked wherever a customer is changed."""

from collections.abc import Mapping
from typing import Any

from guanxi.modules.dossier import selectors, services
from guanxi.modules.dossier.choices import CUSTOMER
from guanxi.platform.access.actor import Actor
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.features import Feature, register_feature


class Protection(Feature):
    key = "dossier.protection"

    def refuses(self, entity: Entity) -> bool:
        return entity.key == CUSTOMER and bool(selectors.protected_fields())

    def protects(self, entity: Entity, record: Any, actor: Actor, changed: Mapping[str, bool]) -> dict[str, str]:
        return services.refused(record, actor, changed) if entity.key == CUSTOMER else {}


register_feature(Protection())
