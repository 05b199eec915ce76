"""The latest figure of each kind as a field of the customer: filtered by, sorted by, a scope of rights."""

import re

from django.utils.functional import lazy

from guanxi.modules.customers.models import LatestMeasure
from guanxi.platform.access import kinds
from guanxi.platform.access.beside import Beside, SideTable, register_table
from guanxi.platform.access.fields import Field, in_side_table
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.features import Feature, register_feature
from guanxi.platform.refdata.fields import label_of
from guanxi.platform.refdata.models import Code

LATEST = register_table(SideTable("customers.latest", LatestMeasure, "customer_id", "kind", "value"))
CODES = "customers.measure"
#: More kinds of figures than this are no fields: lists could not offer them all.
MOST = 60
CURRENCY = "CNY"

_label_of = lazy(label_of, str)


class Measures(Feature):
    key = "customers.measures"

    def fields(self, entity: Entity) -> list[Field]:
        # Codes that were loaded have counted up the configuration; before the first there are none to ask for.
        if entity.key != "customers.customer" or not registry.configuration_version():
            return []
        return registry.cached(self.key, _fields)


def _fields() -> list[Field]:
    found: dict[str, Field] = {}
    for code in Code.objects.filter(table=CODES, active=True).order_by("pk")[:MOST]:
        found.setdefault(key_of(code.key), _field(code))  # of two keys that are written alike the older one
    return list(found.values())


def key_of(kind: str) -> str:
    """The key of the field: letters, digits and underscores, so that expressions can name it."""
    return f"measure_{re.sub('[^a-z0-9]+', '_', kind.lower())}"


def _field(code: Code) -> Field:
    unit = code.extra.get("unit", "")
    field = Field(
        key=key_of(code.key),
        kind=kinds.MONEY if unit == CURRENCY else kinds.DECIMAL,
        label=_label_of(code.labels, code.key),
        help="" if unit == CURRENCY else unit,
        decimals=4,
    )
    return in_side_table(field, Beside(LATEST, code.key), origin=(CODES, "value"))


register_feature(Measures())
