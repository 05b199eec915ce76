"""Human codes of records, from number series."""

from django.db import transaction
from django.db.models import F

from guanxi.platform.entities.models import NumberSeries


def reserve(key: str, count: int = 1) -> range:
    """``count`` numbers of a series that nobody else gets. Taken in the caller's transaction when there is
    one (a rolled-back number may then be used again) or in a short one of its own; gaps are allowed."""
    with transaction.atomic():
        if not NumberSeries.objects.filter(key=key).update(next=F("next") + count):
            NumberSeries.objects.bulk_create([NumberSeries(key=key, next=1)], ignore_conflicts=True)
            NumberSeries.objects.filter(key=key).update(next=F("next") + count)
        end = NumberSeries.objects.values_list("next", flat=True).get(key=key)
    return range(end - count, end)
