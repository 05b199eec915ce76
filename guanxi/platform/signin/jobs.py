"""What the clock does for signing in."""

from datetime import timedelta

from django.utils import timezone

from guanxi.platform.jobs.registry import periodic
from guanxi.platform.signin import lockout


@periodic(every=timedelta(hours=1), name="signin.clean_up")
def clean_up() -> None:
    """Forget failures that no longer count."""
    lockout.forget_old(timezone.now())
