"""Failures are counted before the secret is looked at, so that no number of attempts at once gets more than its share.

The rows stand in the side database: the limit holds over all processes and over a restart. A success gives back what it
took. While locked, the right password is refused like a wrong one, without being hashed.
"""

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from guanxi.platform.access.conf import signin_settings
from guanxi.platform.signin.models import Lock

KEEP = timedelta(days=1)
AT_ONCE = 1000


def key_of(text: str) -> str:
    """The key of a name however it is written, or of an address."""
    return hashlib.sha256(text.strip().casefold().encode(errors="replace")).hexdigest()


def limit_of(kind: str) -> int:
    conf = signin_settings()
    return conf.address_failures if kind == Lock.Kind.ADDRESS else conf.failures


def take(kind: str, text: str, now: datetime) -> int:
    """Use one attempt: how many are left after it, or -1 if it is refused because there were too many."""
    conf, limit = signin_settings(), limit_of(kind)
    with transaction.atomic(using=settings.SIDE_DATABASE):
        row, _made = Lock.objects.select_for_update().get_or_create(
            kind=kind, key=key_of(text), defaults={"first_at": now, "last_at": now}
        )
        if row.until and row.until > now:
            return -1
        if row.until or now - row.last_at > conf.lock:
            row.failures, row.first_at, row.until = 0, now, None
        row.failures, row.last_at = row.failures + 1, now
        if row.failures >= limit:
            row.until = now + conf.lock
        row.save()
        return limit - row.failures


def succeeded(kind: str, text: str) -> None:
    """Give back what a right attempt took. An account begins anew; an address loses one failure only, because whoever
    has one account could otherwise try the others from it for ever."""
    with transaction.atomic(using=settings.SIDE_DATABASE):
        row = Lock.objects.select_for_update().filter(kind=kind, key=key_of(text)).first()
        if row is None:
            return
        row.failures = max(row.failures - 1, 0) if kind == Lock.Kind.ADDRESS else 0
        if row.failures < limit_of(kind):
            row.until = None
        row.save()


def locked_until(kind: str, text: str, now: datetime) -> datetime | None:
    row = Lock.objects.filter(kind=kind, key=key_of(text), until__gt=now).first()
    return row.until if row else None


def unlock(kind: str, text: str, *, by: int | None, now: datetime) -> bool:
    """End a lock by hand; False if there was none."""
    changed = Lock.objects.filter(kind=kind, key=key_of(text), until__gt=now).update(
        until=None, failures=0, unlocked_by_id=by, unlocked_at=now
    )
    return bool(changed)


def forget_old(now: datetime) -> None:
    """Rows that count no more, AT_ONCE at a time: names that somebody made up must not fill the table."""
    old = Lock.objects.filter(last_at__lt=now - KEEP).order_by("last_at").values_list("pk", flat=True)[:AT_ONCE]
    Lock.objects.filter(pk__in=list(old)).delete()
