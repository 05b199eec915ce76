"""Putting mail into the queue, in the transaction of what it tells of."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Count, QuerySet
from django.utils import timezone

from guanxi.platform.access.models import User
from guanxi.platform.messages.choices import MailKind, MailState
from guanxi.platform.messages.mail import breaker
from guanxi.platform.messages.mail.conf import mail_settings
from guanxi.platform.messages.models import Mail

SUBJECT_LENGTH = 200
#: What is left of the name of an occasion, see Notification.key.
NOTICE, DIGEST = "notice:", "digest:"
AT_ONCE = 500


def deliverable(address: str) -> bool:
    """Whether this is one address and nothing else."""
    try:
        validate_email(address)
    except ValidationError:
        return False
    return True


def one_line(subject: str) -> str:
    """A subject without line breaks, of a length that fits."""
    return " ".join(subject.split())[:SUBJECT_LENGTH]


def queue(
    user: User, kind: MailKind, *, subject: str = "", text: str = "", html: str = "", at: datetime | None = None
) -> Mail | None:
    """Put one mail to the user's stored address into the queue; None without a usable address."""
    if not deliverable(user.email):
        return None
    now = at or timezone.now()
    return Mail.objects.create(
        kind=kind, user=user, address=user.email, language=user.language, subject=one_line(subject), text=text, html=html,
        created_at=now, next_try=now,
    )  # fmt: skip


def queue_notices(wanted: Iterable[tuple[User, str, datetime]], *, at: datetime) -> None:
    """Mails that tell of notifications: (user, key of the occasion, not before). They are written when they are sent, so
    that they say what their reader may see then. The same occasion is mailed once."""
    mails = [
        Mail(
            kind=MailKind.DIGEST if key.startswith(DIGEST) else MailKind.NOTICE, user=user, key=key, address=user.email,
            language=user.language, created_at=at, next_try=moment,
        )
        for user, key, moment in wanted
        if deliverable(user.email)
    ]  # fmt: skip
    Mail.objects.bulk_create(mails, batch_size=AT_ONCE, ignore_conflicts=True)


def ready(now: datetime) -> bool:
    """Whether a mail could leave now: one is due, the server is not known to be away, the minute has room."""
    if not due(now).exists() or breaker.closed_until(now) is not None:
        return False
    return room(now) > 0


def due(now: datetime) -> QuerySet[Mail]:
    """Mails to send, the oldest first; those of a killed worker come back when their lease is over."""
    return Mail.objects.filter(state__in=(MailState.QUEUED, MailState.SENDING), next_try__lte=now).order_by(
        "next_try", "pk"
    )


def room(now: datetime) -> int:
    """How many mails may still leave within this minute."""
    minute = Mail.objects.filter(state=MailState.SENT, sent_at__gt=now - timedelta(minutes=1)).count()
    return max(mail_settings().per_minute - minute, 0)


def counts() -> dict[str, int]:
    """State → number of mails."""
    found = dict(Mail.objects.order_by().values_list("state").annotate(Count("pk")))
    return dict.fromkeys(MailState.values, 0) | found


def forget(now: datetime, at_once: int = 1000) -> int:
    """Remove mails that were done with long ago; returns how many."""
    over = Mail.objects.exclude(state__in=(MailState.QUEUED, MailState.SENDING)).filter(
        created_at__lt=now - mail_settings().keep
    )
    doomed = list(over.order_by("created_at").values_list("pk", flat=True)[:at_once])
    Mail.objects.filter(pk__in=doomed).delete()
    return len(doomed)
