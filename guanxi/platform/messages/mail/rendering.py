"""What a mail says: whole sentences in the language of its reader, from templates of ours and nobody else's. Data are
values of these templates, never their source. A notification names its record through the read gate, as of now; the text
of a note or a request stays in the system."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_noop

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import User
from guanxi.platform.messages import selectors
from guanxi.platform.messages.choices import MailKind
from guanxi.platform.messages.mail import channels
from guanxi.platform.messages.mail.conf import site_url
from guanxi.platform.messages.mail.outbox import NOTICE, one_line
from guanxi.platform.messages.models import Mail, Notification
from guanxi.platform.messages.selectors import NoticeView

#: So many notifications are named in a digest; the rest is counted.
IN_DIGEST = 30

Opener = Callable[[NoticeView], str]
_opener: list[Opener] = []


def opens_at(opener: Opener) -> None:
    """The pages say where a notification leads."""
    _opener[:] = [opener]


@dataclass(frozen=True)
class Line:
    """A notification as a line of a mail."""

    title: str
    url: str


class NothingToTell(Exception):
    """The mail has become needless; the text says why."""


def write(mail: Mail, now: datetime) -> None:
    """Fill in subject and bodies of a mail whose words depend on when it leaves. Raises NothingToTell."""
    if mail.kind not in (MailKind.NOTICE, MailKind.DIGEST):
        return
    user = mail.user
    with translation.override(user.language):
        actor = Actor.for_user(user, source="mail")
        if mail.kind == MailKind.NOTICE:
            _fill(mail, "notice", {"line": _notice(mail, actor)})
        else:
            lines, more = _digest(mail, actor)
            _fill(mail, "digest", {"lines": lines, "count": len(lines) + more, "more": more})


def trial_mail(user: User) -> dict[str, str]:
    """Subject and bodies of the mail by which an administrator tries the server."""
    with translation.override(user.language):
        mail = Mail(user=user)
        _fill(mail, "test", {})
    return {"subject": mail.subject, "text": mail.text, "html": mail.html}


def _fill(mail: Mail, template: str, context: dict) -> None:
    values = {
        **context,
        "name": mail.user.name,
        "site_url": site_url("/"),
        "settings_url": site_url("/account/notices/"),
    }
    mail.subject = one_line(render_to_string(f"mail/{template}_subject.txt", values))
    mail.text = render_to_string(f"mail/{template}.txt", values).strip() + "\n"
    mail.html = render_to_string(f"mail/{template}.html", values | {"language": translation.get_language()})


def _notice(mail: Mail, actor: Actor) -> Line:
    row = Notification.objects.filter(user=mail.user_id, key=(mail.key or "").removeprefix(NOTICE)).first()
    if row is None:
        raise NothingToTell(gettext_noop("The notification is gone."))
    if row.read_at is not None and row.read_at > row.created_at:
        raise NothingToTell(gettext_noop("It was read in the system before the mail left."))
    return _line(selectors.views([row], actor)[0])


def _digest(mail: Mail, actor: Actor) -> tuple[list[Line], int]:
    """What came since the digest was begun, is to be mailed and has not been read since."""
    kinds = channels.of([mail.user_id])[mail.user_id].mailed_kinds()
    unseen = Q(read_at=None) | Q(read_at__lte=F("created_at"))
    rows = Notification.objects.filter(unseen, user=mail.user_id, kind__in=kinds, created_at__gte=mail.created_at)
    found = list(rows.order_by("-pk")[:IN_DIGEST])
    if not found:
        raise NothingToTell(gettext_noop("Everything was read in the system before the mail left."))
    more = rows.count() - len(found) if len(found) == IN_DIGEST else 0
    return [_line(view) for view in selectors.views(found, actor)], more


def _line(view: NoticeView) -> Line:
    return Line(view.title, site_url(_opener[0](view) if _opener else "/"))
