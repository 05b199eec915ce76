"""The protection of fields, asked wherever a customer is changed; the completeness of files, kept true by whatever writes."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.modules.dossier import selectors, services
from guanxi.modules.dossier.choices import CUSTOMER
from guanxi.modules.dossier.models import FileScore
from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.beside import Beside, SideTable, register_table
from guanxi.platform.access.fields import Field, in_side_table
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.features import Feature, register_feature

SCORES = register_table(SideTable("dossier.score", FileScore, "customer_id", "name", "value"))


class Protection(Feature):
    key = "dossier.protection"

    def refuses(self, entity: Entity) -> bool:
        return entity.key == CUSTOMER and bool(selectors.protected_fields())

    def protects(self, entity: Entity, record: Any, actor: Actor, changed: Mapping[str, bool]) -> dict[str, str]:
        return services.refused(record, actor, changed) if entity.key == CUSTOMER else {}


class Completeness(Feature):
    key = "dossier.completeness"

    def fields(self, entity: Entity) -> list[Field]:
        if entity.key != CUSTOMER:
            return []
        field = Field(
            services.COMPLETENESS,
            kinds.INTEGER,
            _("File complete"),
            help=_("Percent of what the file of the customer must hold."),
        )
        return [in_side_table(field, Beside(SCORES, services.COMPLETENESS))]

    def written(self, entity: Entity, changes: Sequence[Any], actor: Actor) -> None:
        if changes:
            services.note_scores(changes, entity, actor.now())


register_feature(Protection())
register_feature(Completeness())
