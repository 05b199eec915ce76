"""Every call leaves a trace: counted per connector, host, day and outcome, and for whoever measures."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from prometheus_client import Counter

from guanxi.platform.outbound.models import Traffic

CALLS = Counter("guanxi_outgoing_calls_total", "Outgoing calls", ["connector", "outcome"])
#: As long as the records of the audit trail.
KEEP = timedelta(days=3 * 366)
AT_ONCE = 1000


def count(connector: str, host: str, outcome: str, *, sent: int, received: int, at: datetime) -> None:
    """Note one call; ``sent`` and ``received`` are bytes of bodies."""
    CALLS.labels(connector, outcome).inc()
    with transaction.atomic(using=settings.SIDE_DATABASE):
        row, _made = Traffic.objects.get_or_create(
            connector=connector, host=host, day=timezone.localdate(at), outcome=outcome, defaults={"last_at": at}
        )
        Traffic.objects.filter(pk=row.pk).update(
            count=F("count") + 1, bytes_out=F("bytes_out") + sent, bytes_in=F("bytes_in") + received, last_at=at
        )


def forget_old(now: datetime) -> None:
    """Rows out of their time, AT_ONCE at a time."""
    old = Traffic.objects.filter(day__lt=timezone.localdate(now - KEEP)).order_by("day").values_list("pk", flat=True)
    Traffic.objects.filter(pk__in=list(old[:AT_ONCE])).delete()
