"""The option ``search`` of an entity, checked at start-up."""

from django.core.checks import CheckMessage, Error

from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.features import Feature, register_feature
from guanxi.platform.search.options import Search, can_be_searched


class Searching(Feature):
    key = "search.search"
    options = ("search",)

    def check(self, entity: Entity) -> list[CheckMessage]:
        declared = getattr(entity, "search", None)
        if declared is None:
            return []
        if not isinstance(declared, Search):
            return [Error(f"{entity.key}.search is no Search", obj=entity, id="search.E001")]
        fields = entity.fields()
        wrong = [key for key in declared.fields if key not in fields or not can_be_searched(fields[key])]
        return [
            Error(f"{entity.key}.search names “{key}”, which is no field with a text", obj=entity, id="search.E001")
            for key in wrong
        ]


register_feature(Searching())
