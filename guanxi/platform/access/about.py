"""Records that are about kinds of record, such as reports: who may see no record of a kind sees nothing that is about it."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Model, Q, QuerySet

from guanxi.platform.bulk.prepared import Prepared, Subquery


@dataclass(frozen=True)
class AboutIds:
    """The ids of an entity's rows whose ``column``, a path through links too, names one of the kinds of record ``keys`` or
    none (``gate.Reached``)."""

    entity: str
    model: type[Model]
    column: str
    keys: tuple[str, ...]
    levels: tuple[str, ...] = ()
    of_customers: bool = False
    kind: str = "about"

    def rows(self) -> QuerySet:
        named, nothing = Q(**{f"{self.column}__in": self.keys}), Q(**{f"{self.column}__isnull": True})
        return self.model._default_manager.filter(named | nothing).order_by().values("pk")

    @cached_property
    def within(self) -> Subquery:
        """The same to stand behind ``…__in``."""
        return Prepared(self.rows).within({})
