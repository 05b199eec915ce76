"""The sessions of a person: which there are, and ending them, by oneself, by an administrator, by the limit."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from guanxi.platform.access import sessions
from guanxi.platform.access.conf import signin_settings
from guanxi.platform.access.models import User
from guanxi.platform.signin import second_factor
from guanxi.platform.signin.events import SessionEnded, SignedIn
from guanxi.platform.signin.origin import origin_of
from guanxi.platform.signin.telling import tell

#: No page lists more; the limit on sessions keeps far below it.
SHOWN = 50


@dataclass(frozen=True)
class Device:
    """A session that holds. ``agent`` is the program as it calls itself."""

    pk: int
    key: str
    agent: str
    address: str
    began_at: datetime
    seen_at: datetime


def _store() -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore


def devices_of(user: User, now: datetime) -> list[Device]:
    """Where the person is signed in, the newest first."""
    store, found = _store(), []
    for row in UserSession.objects.filter(user=user).order_by("-created_at")[:SHOWN]:
        data = store(row.session_key).load()
        if data and not sessions.ended_because(data, user, now):
            seen = sessions.last_use(data) or row.created_at
            found.append(Device(row.pk, row.session_key, row.user_agent, row.ip, row.created_at, seen))
    return found


def entered(request: HttpRequest, user: User, told: SignedIn) -> None:
    """Somebody has just signed in: list the device, end the oldest beyond the limit, remember the day."""
    now = timezone.now()
    UserSession.objects.create_from_request(request)
    second_factor.note(request, user)
    User.objects.filter(pk=user.pk).update(last_active_on=timezone.localdate(now), dormant_warned_on=None)
    tell(told, user.pk, request=request)
    conf, current = signin_settings(), request.session.session_key
    others = [device for device in devices_of(user, now) if device.key != current]
    beyond = others[max(conf.sessions - 1, 0) :]
    if beyond:
        end(beyond, user, reason="limit", request=request)


def end(ended: Iterable[Device], user: User, *, reason: str, request: HttpRequest | None) -> None:
    """End some sessions at once; one event each, with the address and program of the device."""
    for device in ended:
        _store()().delete(device.key)
        UserSession.objects.filter(pk=device.pk).delete()
        tell(SessionEnded(device.address, device.agent, reason), user.pk, request=request)


def end_all(users: Collection[int], now: datetime) -> None:
    """End every session and token of the users, in the transaction of whatever is the reason, which leaves the event."""
    with transaction.atomic():
        sessions.end_all(users, now)
        UserSession.objects.filter(user__in=users).delete()


def end_others(request: HttpRequest, user: User) -> None:
    """Everywhere but here, tokens included; this session goes on under a new key."""
    end_all([user.pk], timezone.now())
    user.refresh_from_db(fields=["sessions_from"])
    request.session.cycle_key()
    sessions.renew(request.session, timezone.now())
    UserSession.objects.create_from_request(request)


def went(request: HttpRequest, user: User, reason: str) -> None:
    """This session is over by a rule: forget it and remember why."""
    listed = UserSession.objects.filter(session_key=request.session.session_key)
    known = listed.exists()
    listed.delete()
    request.session.flush()
    if known:  # ended by a command or another rule, it was told of then
        tell(SessionEnded(**origin_of(request).fields, reason=reason), user.pk, request=request)
