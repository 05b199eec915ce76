"""House-keeping of the counts."""

from datetime import timedelta

from django.utils import timezone

from guanxi.platform.jobs.registry import periodic
from guanxi.platform.outbound import traffic


@periodic(every=timedelta(days=1), name="outbound.forget")
def forget() -> None:
    """Forget counts that are out of their time."""
    traffic.forget_old(timezone.now())
