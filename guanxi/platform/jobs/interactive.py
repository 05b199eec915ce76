"""Is somebody using the pages right now?

SQLite has one writer, and a job that begins its next transaction at once starves everybody else. So
web processes leave a trace when somebody opens a page or saves, and jobs pause after each commit while
that trace is fresh. PostgreSQL needs none of this.
"""

import logging
import threading
from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.utils import timezone

from guanxi.platform.jobs.conf import JobSettings
from guanxi.platform.jobs.models import InteractiveUse

logger = logging.getLogger("guanxi.jobs")
NOTE_EVERY = timedelta(seconds=2)
_lock = threading.Lock()
_noted: dict[str, datetime] = {}


def single_writer() -> bool:
    return connection.vendor == "sqlite"


def note_interactive_use(now: datetime | None = None) -> None:
    """Leave the trace, at most every two seconds per process. Never fails: it is only a courtesy."""
    if not single_writer():
        return
    now = now or timezone.now()
    with _lock:
        if "web" in _noted and timedelta(0) <= now - _noted["web"] < NOTE_EVERY:
            return
        _noted["web"] = now
    try:
        InteractiveUse.objects.update_or_create(name="web", defaults={"seen_at": now})
    except DatabaseError:
        logger.warning("the trace of interactive use could not be written", exc_info=True)


def beside_people(conf: JobSettings, *, now: datetime) -> bool:
    """Whether people work on the same SQLite file: then transactions stay small, with a pause after each."""
    return single_writer() and used_within(timedelta(seconds=conf.shared_window), now=now)


def used_within(window: timedelta, *, now: datetime) -> bool:
    return InteractiveUse.objects.filter(seen_at__gt=now - window, seen_at__lte=now + window).exists()
