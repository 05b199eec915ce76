"""What a notification can be about."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    ASSIGNED = "assigned", _("Given to you")
    DUE = "due", _("Due")
    APPROVAL = "approval", _("Waiting for your decision")
    DECIDED = "decided", _("Decided")
    MENTION = "mention", _("You were mentioned")
    SHARED = "shared", _("Shared with you")
    JOB = "job", _("Background work")
    QUESTION = "question", _("Question")
    ALARM = "alarm", _("Alarm")
    REPORT = "report", _("Report")


class Channel(models.TextChoices):
    """Where a person wants to be told of a kind of thing."""

    BOTH = "both", _("Here and by mail")
    HERE = "here", _("Here only")
    MAIL = "mail", _("By mail only")
    OFF = "off", _("Not at all")

    @property
    def by_mail(self) -> bool:
        return self in (Channel.BOTH, Channel.MAIL)


#: What holds until somebody chooses otherwise. Mail is for what keeps others waiting.
USUAL_CHANNELS = dict.fromkeys(Kind, Channel.HERE) | {
    Kind.APPROVAL: Channel.BOTH,
    Kind.QUESTION: Channel.BOTH,
    Kind.REPORT: Channel.BOTH,
}


class MailKind(models.TextChoices):
    NOTICE = "notice", _("Notification")
    DIGEST = "digest", _("Daily digest")
    ACCOUNT = "account", _("Account")
    TEST = "test", _("Test")


class MailState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    SUPPRESSED = "suppressed", _("Not sent")


ICONS = {
    Kind.ASSIGNED: "user-check", Kind.DUE: "calendar-due", Kind.APPROVAL: "rubber-stamp", Kind.DECIDED: "checks",
    Kind.MENTION: "at", Kind.SHARED: "share", Kind.JOB: "loader", Kind.QUESTION: "help-circle", Kind.ALARM: "bell-ringing",
    Kind.REPORT: "chart-bar",
}  # fmt: skip

#: Colour means status: what calls for action, and what went wrong.
TONES = {Kind.DUE: "warning", Kind.APPROVAL: "accent"}
