"""What the clock does for signing in."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from guanxi.platform.access.actor import System
from guanxi.platform.jobs.context import JobContext
from guanxi.platform.jobs.registry import job, periodic
from guanxi.platform.jobs.services import enqueue
from guanxi.platform.signin import dormant, lockout, reviews

DORMANT = "signin.dormant"


@periodic(every=timedelta(hours=1), name="signin.clean_up")
def clean_up() -> None:
    """Forget failures that no longer count."""
    lockout.forget_old(timezone.now())


@periodic(every=timedelta(hours=6), name="signin.daily")
def daily() -> None:
    """Once a day look for unused accounts; once a quarter begin a review. The demonstration needs neither."""
    if settings.DEMO:
        return
    today = timezone.localdate()
    enqueue(DORMANT, {}, owner_id=None, label=gettext_noop("Look for unused accounts"), key=today.isoformat())
    reviews.begin_if_due(System("quarterly access review"))


@job(DORMANT, label=_("Look for unused accounts"))
def look_for_dormant(context: JobContext) -> None:
    """Take out of use, then warn; each chunk marks its own people, so that going on means looking again."""
    for step in (dormant.disable, dormant.warn):
        while step(context.now()) and not context.cancelled():
            context.pause()
