"""Emptying the queue: one mail after the other, each claimed for itself, so that two workers never share one.

A worker killed between sending and noting leaves a mail that says "being sent"; when its time is over it is sent again
under the same Message-ID."""

import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext_noop

from guanxi.platform.jobs.crash import crash_point
from guanxi.platform.messages.choices import MailKind, MailState
from guanxi.platform.messages.mail import breaker, outbox, rendering
from guanxi.platform.messages.mail.conf import MailSettings, mail_settings
from guanxi.platform.messages.mail.transport import MailFailure, PutOff, Refused, ServerAway, Transport, message_of
from guanxi.platform.messages.models import Mail

logger = logging.getLogger("guanxi.mail")
#: How long a mail may be under way before another worker takes it up.
LEASE = timedelta(minutes=3)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=4)
AWAY_PAUSE = timedelta(seconds=30)
NO_SERVER = gettext_noop("No mail server is set up (GUANXI_MAIL_HOST).")

Clock = Callable[[], datetime]


def send_due(clock: Clock, *, between: Callable[[], bool] = lambda: True) -> int:
    """Send what is due until nothing is, the server goes away or the minute is full; returns how many left. ``between``
    is asked after each mail whether to go on."""
    conf, sent = mail_settings(), 0
    with Transport(conf) as transport:
        while outbox.ready(clock()):
            mail = _claim(clock())
            if mail is None:
                break
            sent += _attempt(mail, transport, conf, clock)
            if not between():
                break
    return sent


def _claim(now: datetime) -> Mail | None:
    """Take the next mail; None when there is none or another worker was faster."""
    mail = outbox.due(now).select_related("user").first()
    if mail is None:
        return None
    taken = Mail.objects.filter(pk=mail.pk, state=mail.state, next_try=mail.next_try).update(
        state=MailState.SENDING, next_try=now + LEASE, attempts=F("attempts") + 1
    )
    if not taken:
        return None
    mail.attempts += 1
    return mail


def _attempt(mail: Mail, transport: Transport, conf: MailSettings, clock: Clock) -> int:
    """One attempt, written down whatever its end."""
    now = clock()
    try:
        if not mail.user.is_active:
            raise rendering.NothingToTell(gettext_noop("The account is not active."))
        rendering.write(mail, now)
        if not conf.host:
            raise rendering.NothingToTell(NO_SERVER)
        transport.send(message_of(mail, conf), mail.address)
        crash_point("mail sent, not noted")
    except rendering.NothingToTell as reason:
        _end(mail, MailState.SUPPRESSED, error=str(reason))
    except ServerAway as failure:
        breaker.failed(str(failure), now=clock())
        _later(mail, str(failure), conf, now=clock(), pause=AWAY_PAUSE, attempts=mail.attempts - 1)
    except PutOff as failure:
        pause = min(FIRST_PAUSE * 2 ** (mail.attempts - 1), LONGEST_PAUSE)
        _later(mail, str(failure), conf, now=clock(), pause=pause, attempts=mail.attempts)
    except Refused as failure:
        breaker.worked()
        _end(mail, MailState.FAILED, error=str(failure))
    except Exception as problem:  # a fault of ours in one mail must not hold up the others
        logger.exception("mail %s could not be written", mail.pk)
        _end(mail, MailState.FAILED, error=str(MailFailure(problem)))
    else:
        breaker.worked()
        _end(mail, MailState.SENT, sent_at=clock())
        return 1
    return 0


def _later(mail: Mail, error: str, conf: MailSettings, *, now: datetime, pause: timedelta, attempts: int) -> None:
    """Back into the queue, after a pause that differs from mail to mail; given up when it has been tried enough."""
    if attempts >= conf.attempts or now - mail.created_at > conf.give_up_after:
        _end(mail, MailState.FAILED, error=error)
        return
    Mail.objects.filter(pk=mail.pk).update(
        state=MailState.QUEUED, next_try=now + pause * random.uniform(0.8, 1.2), attempts=attempts, error=error
    )


def _end(mail: Mail, state: MailState, *, error: str = "", sent_at: datetime | None = None) -> None:
    """Done with. A link that recovers an account is not kept: it is worth as much as a password."""
    secret = mail.kind == MailKind.ACCOUNT and not settings.DEMO
    Mail.objects.filter(pk=mail.pk).update(
        state=state, error=error, sent_at=sent_at, next_try=None, subject=mail.subject,
        text="" if secret else mail.text, html="" if secret else mail.html,
    )  # fmt: skip
