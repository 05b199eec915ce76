"""What the live poller reads: new notifications, changes of jobs, and whether the sessions still hold.

All of it in sets, so that the number of queries per second does not grow with the number of streams.
"""

import time
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.db import close_old_connections, transaction
from django.db.models import Max, Q
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare

from guanxi.platform.access import sessions
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import User
from guanxi.platform.jobs import selectors as job_selectors
from guanxi.platform.jobs.choices import UNFINISHED
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.selectors import JobView
from guanxi.platform.messages import selectors
from guanxi.platform.messages.hub import RECHECK, Hub, LiveEvent, Poller, Stream
from guanxi.platform.messages.models import Notification

#: Polls for which an id is looked at again: on PostgreSQL a lower id may be committed after a higher one.
LOOK_BACK = 10
REPLAY = 20
ENDED_WITHIN = timedelta(seconds=15)
PAGE_STATE = {"queued": "waiting", "waiting": "waiting"}


@dataclass(frozen=True)
class Addresses:
    """Where things open, given by the pages: of a notification, of a job, and the words of the link."""

    notice: Callable[[selectors.NoticeView], str]
    job: Callable[[int], str]
    open_label: Callable[[], str]


class Reader:
    """``tick(hub)`` is one look. Used by one thread."""

    def __init__(self, addresses: Addresses, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._addresses, self._clock = addresses, clock
        self._highest: deque[int] = deque(maxlen=LOOK_BACK)
        self._seen: set[int] = set()
        self._jobs: dict[int, tuple] = {}

    def tick(self, hub: Hub) -> None:
        self._check_sessions(hub)
        streams = hub.streams()
        users = User.objects.in_bulk({stream.user_id for stream in streams})
        fresh = [stream for stream in streams if not stream.greeted]
        jobs = self._job_changes(users, {stream.user_id for stream in fresh})
        hub.publish(jobs)
        if not self._highest:
            self._highest.append(Notification.objects.aggregate(top=Max("pk"))["top"] or 0)
        self._greet([stream for stream in fresh if stream.user_id in users], users, jobs)
        hub.publish(self._notices(users))

    # --- notifications ---------------------------------------------------------------------------------
    def _notices(self, users: dict[int, User]) -> dict[int, list[LiveEvent]]:
        """New notifications as toasts, followed by the number of unread ones."""
        floor = self._highest[0]
        rows = [
            row
            for row in Notification.objects.filter(pk__gt=floor, user__in=users, read_at=None).order_by("pk")
            if row.pk not in self._seen
        ]
        self._highest.append(max([self._highest[-1], *(row.pk for row in rows)]))
        self._seen = {pk for pk in self._seen if pk > self._highest[0]} | {row.pk for row in rows}
        found = self._toasts(rows, users)
        for user, badge in self._badges(found).items():
            found[user].append(badge)
        return found

    def _toasts(self, rows: Iterable[Notification], users: dict[int, User]) -> dict[int, list[LiveEvent]]:
        by_user: dict[int, list[Notification]] = defaultdict(list)
        for row in rows:
            by_user[row.user_id].append(row)
        found = {}
        for user, own in by_user.items():
            with translation.override(users[user].language):
                found[user] = [self._toast(view) for view in selectors.views(own, Actor.for_user(users[user]))]
        return found

    def _toast(self, view: selectors.NoticeView) -> LiveEvent:
        data = {
            "message": view.title,
            "tone": view.tone,
            "url": self._addresses.notice(view),
            "url_label": self._addresses.open_label(),
        }
        return LiveEvent("toast", data, view.id)

    def _badges(self, users: Collection[int]) -> dict[int, LiveEvent]:
        counts = selectors.unread_counts(users) if users else {}
        return {user: LiveEvent("badge", {"counter": "inbox", "count": count}) for user, count in counts.items()}

    def _greet(self, streams: Sequence[Stream], users: dict[int, User], jobs: dict[int, list[LiveEvent]]) -> None:
        """What a stream begins with: missed notifications, the badge, the running jobs."""
        badges = self._badges({stream.user_id for stream in streams})
        for stream in streams:
            missed: list[LiveEvent] = []
            if stream.since is not None:
                rows = list(
                    Notification.objects.filter(user=stream.user_id, pk__gt=stream.since).order_by("-pk")[:REPLAY]
                )
                missed = self._toasts(reversed(rows), users).get(stream.user_id, [])
                self._seen.update(row.pk for row in rows)
            stream.greeted, stream.since = True, None
            stream.put([*missed, badges[stream.user_id], *jobs.get(stream.user_id, ())])

    # --- jobs ------------------------------------------------------------------------------------------
    def _job_changes(self, users: dict[int, User], everything_for: Collection[int]) -> dict[int, list[LiveEvent]]:
        """Unfinished and just ended jobs that look different from the last look."""
        ended = Q(finished_at__gte=timezone.now() - ENDED_WITHIN)
        rows = Job.objects.filter(Q(state__in=UNFINISHED) | ended, owner_id__in=users).order_by("pk")
        found: dict[int, list[LiveEvent]] = defaultdict(list)
        looks = {}
        for view in self._job_views(rows, users):
            owner = view.owner_id or 0
            look = looks[view.id] = (view.state, view.percent, view.stage, view.done)
            alive = view.state in UNFINISHED
            if self._jobs.get(view.id) != look or (alive and owner in everything_for):
                found[owner].append(self._job(view))
        self._jobs = looks
        return found

    def _job_views(self, rows: Iterable[Job], users: dict[int, User]) -> Iterator[JobView]:
        """Each in the language of its owner: a query per language in use."""
        by_language: dict[str, list[Job]] = defaultdict(list)
        for row in rows:
            by_language[users[row.owner_id or 0].language].append(row)
        for language, own in by_language.items():
            with translation.override(language):
                yield from job_selectors.views(own)

    def _job(self, view: JobView) -> LiveEvent:
        data = {
            "id": view.id,
            "label": view.label,
            "percent": view.percent or 0,
            "state": PAGE_STATE.get(view.state, view.state),
        }
        return LiveEvent("job", {**data, "url": self._addresses.job(view.id)})

    # --- sessions --------------------------------------------------------------------------------------
    def _check_sessions(self, hub: Hub) -> None:
        """End the streams whose session is over, 30 seconds after they were last looked at. Reading a session
        does not prolong it."""
        now = self._clock()
        due = [stream for stream in hub.streams() if stream.check_at <= now]
        users = User.objects.filter(is_active=True).in_bulk({stream.user_id for stream in due}) if due else {}
        for stream in due:
            if session_holds(stream.session_key, users.get(stream.user_id)):
                stream.check_at = now + RECHECK
            else:
                stream.put([LiveEvent("signed_out", {})])
                stream.close()
                hub.leave(stream)


def session_holds(session_key: str, user: User | None) -> bool:
    """Whether the session exists, is not over, belongs to the active user and was made with today's password."""
    if user is None or not user.is_active:
        return False
    stored = import_module(settings.SESSION_ENGINE).SessionStore(session_key).load()
    if sessions.ended_because(stored, user, timezone.now()):
        return False
    same_user = str(stored.get(SESSION_KEY)) == str(user.pk)
    return same_user and constant_time_compare(stored.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())


def give_back_connections() -> None:
    """Between two looks the poller holds no connection either."""
    if not transaction.get_connection().in_atomic_block:
        close_old_connections()


hub = Hub()


def poller_for(addresses: Addresses) -> Poller:
    """The poller of this process."""
    return Poller(hub, Reader(addresses).tick, after=give_back_connections)
