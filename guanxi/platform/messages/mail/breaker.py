"""Leaving a mail server alone that does not answer, so that neither the queue nor the worker hangs on it."""

from datetime import datetime, timedelta

from django.db.models import F

from guanxi.platform.messages.models import MailServer

#: So many failures in a row are taken for a hiccup.
BORNE = 3
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=15)


def state() -> MailServer:
    """What is known of the server; blank if nothing ever went wrong."""
    return MailServer.objects.filter(pk=1).first() or MailServer(pk=1)


def closed_until(now: datetime) -> datetime | None:
    """Until when nothing is sent; None if the next mail may try."""
    until = state().closed_until
    return until if until is not None and until > now else None


def failed(error: str, *, now: datetime) -> None:
    """The server could not be reached. From the third time on it is left alone, each time longer."""
    MailServer.objects.get_or_create(pk=1)
    MailServer.objects.filter(pk=1).update(failures=F("failures") + 1, error=error, failed_at=now)
    failures = state().failures
    if failures >= BORNE:
        pause = min(FIRST_PAUSE * 2 ** min(failures - BORNE, 10), LONGEST_PAUSE)
        MailServer.objects.filter(pk=1).update(closed_until=now + pause)


def worked() -> None:
    """The server took a mail."""
    MailServer.objects.filter(pk=1, failures__gt=0).update(failures=0, closed_until=None)


def try_now() -> None:
    """Let the next mail try, whatever happened before; for whoever has just mended the server."""
    MailServer.objects.filter(pk=1).update(closed_until=None)
