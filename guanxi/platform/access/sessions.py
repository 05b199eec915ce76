"""How long a session holds, and ending all of a person's at once.

A session carries three moments (seconds since 1970): ``at``, its beginning; ``seen``, its last use, noted once a minute;
``since``, from when it counts. ``User.sessions_from`` ends every session that counts from before, in the same
transaction as whatever is the reason: whoever asks later finds it ended, in this process and in every other.
"""

from collections.abc import Collection, Mapping, MutableMapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from guanxi.platform.access.conf import signin_settings
from guanxi.platform.access.models import ApiToken, User

KEY = "gx_signin"
#: A session's last use is written at most so often: reading pages must not mean writing to the database.
NOTED_EVERY = timedelta(minutes=1)


def begin(session: MutableMapping[str, Any], now: datetime) -> None:
    """Stamp a new session."""
    moment = now.timestamp()
    session[KEY] = {"at": moment, "seen": moment, "since": moment}


def renew(session: MutableMapping[str, Any], now: datetime) -> None:
    """Let this session outlive the ending of all others. Its beginning stays."""
    moment = now.timestamp()
    session[KEY] = {"at": moment, **(session.get(KEY) or {}), "seen": moment, "since": moment}


def ended_because(session: Mapping[str, Any], user: User, now: datetime) -> str:
    """Why a session no longer holds: "idle", "age", "ended"; empty while it does."""
    stamp, conf = session.get(KEY) or {}, signin_settings()
    if user.sessions_from and stamp.get("since", 0) < user.sessions_from.timestamp():
        return "ended"
    if now.timestamp() - stamp.get("at", 0) > conf.absolute.total_seconds():
        return "age"
    return "idle" if now.timestamp() - stamp.get("seen", 0) > conf.idle.total_seconds() else ""


def note_use(session: MutableMapping[str, Any], now: datetime) -> None:
    """Prolong the session; writes once a minute."""
    stamp = session.get(KEY) or {}
    if now.timestamp() - stamp.get("seen", 0) > NOTED_EVERY.total_seconds():
        session[KEY] = {**stamp, "seen": now.timestamp()}


def last_use(session: Mapping[str, Any]) -> datetime | None:
    seen = (session.get(KEY) or {}).get("seen")
    return datetime.fromtimestamp(seen, tz=timezone.get_default_timezone()) if seen else None


def end_all(users: Collection[int], now: datetime) -> None:
    """End every session and every token of the users, in the transaction of the caller."""
    User.objects.filter(pk__in=users).update(sessions_from=now)
    ApiToken.objects.filter(user__in=users, revoked_at=None).update(revoked_at=now)


@receiver(user_logged_in, dispatch_uid="access.sessions.begin")
def _begin(sender: type, request: HttpRequest, **_more: Any) -> None:
    """Whichever way somebody signs in, the session begins now."""
    begin(request.session, timezone.now())
