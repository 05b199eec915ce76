"""Outgoing mail for its administrators, the mailbox in which mails are read, and how one wants to be told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import User
from guanxi.platform.entities import registry
from guanxi.platform.messages.choices import Channel, Kind, MailKind, MailState
from guanxi.platform.messages.mail import breaker, channels, outbox
from guanxi.platform.messages.mail.conf import NONE, mail_settings
from guanxi.platform.messages.models import Mail
from guanxi.platform.ui import account_page, addresses
from guanxi.platform.ui.contexts import Count, Option, Tab, Tone
from guanxi.platform.ui.present import ago

MAIL = "notices.mail"
SHOWN = 50
TONES: dict[str, Tone] = {
    MailState.QUEUED: "info", MailState.SENDING: "info", MailState.SENT: "success",
    MailState.FAILED: "danger", MailState.SUPPRESSED: "neutral",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class MailStatePage:
    """``facts`` are (label, value); ``trouble`` says what is wrong with the server now, ``advice`` what to do."""

    title: str
    counts: Sequence[Count]
    facts: Sequence[tuple[str, str]]
    trouble: str = ""
    advice: str = ""
    try_url: str = ""
    mailbox_url: str = ""
    list_url: str = ""
    entity_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLine:
    title: str
    to: str
    at: str
    state_label: str
    tone: Tone
    url: str
    active: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    subject: str
    to: str
    sender: str
    at: str
    state_label: str
    tone: Tone
    body_url: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxPage:
    title: str
    mails: Sequence[MailLine]
    letter: Letter | None = None
    demo: bool = False
    entity_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRow:
    name: str
    label: str
    options: Sequence[Option]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesPage:
    title: str
    tab: str
    tabs: Sequence[Tab]
    kinds: Sequence[KindRow]
    quiet_from: str
    quiet_until: str
    digest: bool
    digest_at: str
    address: str
    save_url: str
    error: str = ""
    entity_key: str = ""


# --- the queue ------------------------------------------------------------------------------------------
def state_page(actor: Actor) -> MailStatePage:
    """How the queue stands and how the server is."""
    conf, entity, numbers = mail_settings(), registry.get(MAIL), outbox.counts()
    server, now = breaker.state(), actor.now()
    counts = [
        Count(
            label=str(MailState(state).label), value=f"{numbers[state]:,}", url=addresses.list_of(entity, filter=f'["eq","state","{state}"]'),
            tone=TONES[state] if numbers[state] and state != MailState.SENT else "neutral",
        )
        for state in MailState.values
    ]  # fmt: skip
    facts = [
        (_("Server"), f"{conf.host}:{conf.server_port}" if conf.host else ""),
        (_("Encryption"), _("none") if conf.security == NONE else conf.security.upper()),
        (_("Sender"), conf.from_address),
        (_("At most per minute"), f"{conf.per_minute:,}"),
    ]
    trouble, advice = "", ""
    if not conf.host:
        trouble = _("No mail server is set up, so nothing leaves.")
        advice = _("Set GUANXI_MAIL_HOST and start the program again; docs/settings.md lists what belongs to it.")
    elif server.failures and server.failed_at:
        trouble = _("The mail server could not be reached %(when)s: %(error)s") % {
            "when": ago(server.failed_at, now, actor.zone),
            "error": server.error,
        }
        advice = _("Mails wait and leave when it is back. A test mail tries at once.")
    may_try = gate.permits(actor, entity, "try")
    return MailStatePage(
        title=_("Outgoing mail"), counts=counts, facts=[fact for fact in facts if fact[1]], trouble=trouble, advice=advice,
        try_url=reverse("mail_try") if may_try else "", mailbox_url=reverse("mailbox") if may_read(actor) else "",
        list_url=addresses.list_of(entity),
    )  # fmt: skip


# --- the mailbox ----------------------------------------------------------------------------------------
def may_read(actor: Actor | None) -> bool:
    """In the demonstration everybody, also who is signed out and has lost the password; else who has the right."""
    return settings.DEMO or (actor is not None and gate.permits(actor, registry.get(MAIL), "read"))


def readable() -> QuerySet[Mail]:
    """What the mailbox holds: all in the demonstration, else nothing by which somebody could take over an account."""
    rows = Mail.objects.select_related("user").exclude(subject="").order_by("-pk")
    return rows if settings.DEMO else rows.exclude(kind=MailKind.ACCOUNT)


def mailbox(now_of: Actor | None, mail: Mail | None) -> MailboxPage:
    """The newest mails, and the one that is open."""
    return MailboxPage(
        title=_("Mailbox"), mails=[_mail_line(now_of, row, mail) for row in readable()[:SHOWN]],
        letter=_letter(now_of, mail) if mail else None, demo=settings.DEMO,
    )  # fmt: skip


def _mail_line(actor: Actor | None, row: Mail, shown: Mail | None) -> MailLine:
    return MailLine(
        title=row.subject, to=row.user.name, at=_when(actor, row), state_label=str(MailState(row.state).label),
        tone=TONES[row.state], url=reverse("mailbox_mail", args=[row.pk]), active=shown is not None and row.pk == shown.pk,
    )  # fmt: skip


def _letter(actor: Actor | None, mail: Mail) -> Letter:
    return Letter(
        subject=mail.subject, to=f"{mail.user.name} <{mail.address}>", sender=mail_settings().from_address, at=_when(actor, mail),
        state_label=str(MailState(mail.state).label), tone=TONES[mail.state], body_url=reverse("mailbox_body", args=[mail.pk]),
        note=_(mail.error) if mail.error else "",
    )  # fmt: skip


def _when(actor: Actor | None, mail: Mail) -> str:
    return ago(mail.created_at, actor.now(), actor.zone) if actor else f"{mail.created_at:%Y-%m-%d %H:%M}"


# --- how one wants to be told ---------------------------------------------------------------------------
def notices_page(actor: Actor, user: User, error: str = "") -> NoticesPage:
    own = channels.of([actor.me])[actor.me]
    kinds = [
        KindRow(
            name=f"channel-{kind}", label=str(Kind(kind).label),
            options=[
                Option(value=channel, label=str(Channel(channel).label), selected=own.of(kind) == channel)
                for channel in Channel.values
            ],
        )
        for kind in Kind.values
    ]  # fmt: skip
    return NoticesPage(
        **account_page.frame("notices", user), kinds=kinds, quiet_from=_clock(own.quiet_from), quiet_until=_clock(own.quiet_until),
        digest=own.digest, digest_at=_clock(channels.DIGEST_AT), address=user.email, save_url=reverse("notices_save"), error=error,
    )  # fmt: skip


def save_notices(actor: Actor, sent: Mapping[str, str]) -> str:
    """Keep the choices of the form; returns what is wrong with them."""
    try:
        begin, end = (time.fromisoformat(text) if (text := sent.get(name, "")) else None for name in ("from", "until"))
    except ValueError:
        return _("Write the quiet hours like 22:00.")
    if (begin is None) != (end is None):
        return _("Quiet hours need a beginning and an end.")
    chosen = {kind: sent.get(f"channel-{kind}", "") for kind in Kind.values}
    channels.choose(actor, chosen, quiet_from=begin, quiet_until=end, digest=bool(sent.get("digest")))
    return ""


def _clock(moment: time | None) -> str:
    return f"{moment:%H:%M}" if moment else ""
