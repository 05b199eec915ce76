"""What records are called."""

from django.utils.translation import override

from guanxi.modules.customers.tests.factories import MeasureFactory, system
from guanxi.platform.access.actor import System
from guanxi.platform.entities import links, registry


def test_a_measure_is_called_by_the_label_of_its_kind(codes):
    measure = MeasureFactory(kind="revenue")
    entity = registry.get("customers.measure")
    with override("en"):
        label = str(entity.fields()["kind"].choice_labels()["revenue"])
        assert label != "revenue"
        assert entity.title_of(measure, System("tests")) == label
        assert links.labels("customers.measure", [measure.pk], system()) == {measure.pk: label}
