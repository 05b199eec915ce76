"""What reports must do on every entity: each group that can be chosen counts exactly what the list behind it shows."""

import pytest

from guanxi.platform.entities import registry
from guanxi.platform.entities.query import Query, count, read_filter
from guanxi.platform.reports import naming
from guanxi.platform.reports.choices import Bucket
from guanxi.platform.reports.definition import DATES, MEASURES, Definition, groupable, measurable
from guanxi.platform.reports.reading import read
from tests.contract.factories import MAKER, factory_for

KEYS = [entity.key for entity in registry.declared()]
pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.mark.parametrize("key", KEYS)
def test_every_group_counts_what_its_list_shows(key):
    entity = registry.get(key)
    factory_for(key).create_many(3)
    fields = entity.readable(MAKER)
    sums = [f"sum:{field.key}" for field in measurable(fields)][: MEASURES - 1]
    for field in groupable(fields):
        group = f"{field.key}:{Bucket.MONTH}" if field.kind in DATES else field.key
        report = read(Definition.read(entity, {"rows": group, "measures": ",".join(["count", *sums])}), MAKER)
        assert report.total.total[0] == entity.rows(MAKER).count() > 0
        for line in report.lines[:3]:
            tree = naming.behind(report.definition, report.checked.dimensions, line.key)
            found = count(entity, MAKER, Query(filter=read_filter(entity, MAKER, tree)), exact=True)
            assert found == (line.total[0], True), (field.key, tree)
