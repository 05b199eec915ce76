"""Keeps the one memory in order: events get their number soon after they are committed."""

from datetime import timedelta

from guanxi.platform.events import followers, sealer
from guanxi.platform.jobs.registry import periodic

BATCH = 500


@periodic(every=timedelta(seconds=2), name="audit.seal")
def seal() -> None:
    """Number what was committed and let the followers read on; small steps, because others write too."""
    sealer.seal(limit=BATCH)
    followers.advance_all()
